import type { Dial, Draw } from "../acceptance/harness.ts";

type Make = (draw: Draw) => Dial;

const SECOND = 1000;

/** How each fault is drawn: now and then, and with what. */
const FAULTS: Readonly<Record<string, Make>> = {
  latency: (draw) => ({ fault: "latency", ms: draw.below(20 * SECOND), rate: 0.3 }),
  throttle: (draw) => ({
    fault: "throttle",
    retryAfter: draw.pick(["right", "wrong", "missing"]),
    seconds: 1 + draw.below(11),
    rate: 0.05 + draw.next() * 0.1,
  }),
  error: (draw) => ({ fault: "error", status: draw.pick([500, 503]), rate: 0.05 + draw.next() * 0.2 }),
  html: (draw) => ({ fault: "html", status: draw.pick([502, 503, 504, 200]), rate: 0.1 }),
  cut: () => ({ fault: "cut", rate: 0.12 }),
  malformed: () => ({ fault: "malformed", rate: 0.08 }),
  empty: () => ({ fault: "empty", rate: 0.08 }),
  reset: () => ({ fault: "reset", rate: 0.15 }),
  "lost-answer": () => ({ fault: "lost-answer", rate: 0.1 }),
  "error-in-200": () => ({ fault: "error-in-200", rate: 0.1 }),
  skew: (draw) => ({ fault: "skew", ms: (draw.below(41) - 20) * SECOND, rate: 0.3 }),
  tie: () => ({ fault: "tie", rate: 0.6 }),
  reorder: () => ({ fault: "reorder", rate: 0.7 }),
  "expire-cursor": () => ({ fault: "expire-cursor", rate: 0.25 }),
  "expire-token": (draw) => ({ fault: "expire-token", after: draw.below(10), times: 1 }),
  "expire-sync": () => ({ fault: "expire-sync", times: 1 }),
  "late-commit": (draw) => ({ fault: "late-commit", ms: draw.below(100) * SECOND, rate: 0.4 }),
  quota: (draw) => ({ fault: "quota", after: draw.below(12), times: 1 }),
  "retired-version": (draw) => ({ fault: "retired-version", after: draw.below(12), times: 1 }),
};

/** One to three faults at a time; from the second edition on also answers of `route` that never come. */
export function drawDials(draw: Draw, edition: number, route: string): readonly Dial[] {
  const drawn = Array.from({ length: 1 + draw.below(3) }, () => FAULTS[draw.pick(Object.keys(FAULTS)) ?? ""]?.(draw));
  if (edition > 1 && draw.chance(0.2)) {
    drawn.push({ fault: "lost-answer", hang: true, route, after: draw.below(9), times: 1 + draw.below(2) });
  }
  return drawn.filter((dial): dial is Dial => dial !== undefined);
}
