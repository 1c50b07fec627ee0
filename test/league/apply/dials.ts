import type { Dial, Draw } from "../../acceptance/harness.ts";

/** Faults on the wire of the target, each at one call. */
export function drawDial(draw: Draw): Dial {
  const fault = draw.pick<Dial>([
    { fault: "reset" },
    { fault: "throttle", retryAfter: draw.pick(["right", "wrong", "missing"]), seconds: 1 + draw.below(9) },
    { fault: "error", status: draw.pick([500, 503]) },
    { fault: "html", status: draw.pick([502, 504]) },
    { fault: "lost-answer" },
    { fault: "lost-answer", hang: true },
    { fault: "lost-answer", status: draw.pick([500, 502, 503, 504]) },
    { fault: "cut" },
    { fault: "malformed" },
    { fault: "empty" },
    { fault: "error-in-200" },
    { fault: "job", outcome: draw.pick(["failed", "half-done", "incomplete"]) },
  ]) ?? { fault: "reset" };
  return { ...fault, times: 1 + draw.below(3) };
}
