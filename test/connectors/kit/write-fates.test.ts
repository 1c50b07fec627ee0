import { describe, expect, test } from "@jest/globals";
import { afterPartOfIt, isStale, isUnknown, Transport } from "../../../src/connectors/kit/index.ts";
import type { Call, Failure } from "../../../src/connectors/kit/index.ts";
import { HubError } from "../../../src/model/index.ts";

const NOW = Date.parse("2026-11-02T09:00:00Z");

function transport(left = 100): Transport {
  let calls = left;
  return new Transport({
    credential: "crm 42",
    concurrency: 1,
    dependencies: {
      clock: { now: () => NOW },
      wallNow: () => NOW,
      sleep: () => Promise.resolve(),
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve((calls -= 1) >= 0),
        observe: () => undefined,
        state: () => Promise.resolve({ used: 10, limit: 10, resetsAt: NOW }),
        reserve: () => undefined,
      },
      log: () => undefined,
    },
  });
}

const failure = (more: Partial<Failure> = {}, options: ConstructorParameters<typeof HubError>[2] = {}): Failure => ({
  error: new HubError("HUB-1202", "no", { disposition: "retry-now", ...options }),
  ...more,
});

const write = (changes: Partial<Call<string>>): Call<string> => ({
  operation: "PUT /deals",
  idempotent: false,
  writes: true,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  send: () => Promise.reject(new Error("no")),
  classify: () => failure(),
  ...changes,
});

async function fateOf(call: Call<string>, left?: number): Promise<string> {
  const error: unknown = await transport(left)
    .call(call)
    .catch((thrown: unknown) => thrown);
  return isStale(error) ? "stale" : isUnknown(error) ? "unknown" : "not done";
}

describe("what became of a write that failed", () => {
  test.each<readonly [string, Failure, string]>([
    ["no answer came", failure(), "unknown"],
    ["the answer was no answer", failure({}, { disposition: "stop-stream", fate: "unknown" }), "unknown"],
    ["the system said to come slower", failure({ pauseAll: true }), "not done"],
    ["it was one too many at once", failure({ turnedAway: true }), "not done"],
    ["the record was locked by somebody else", failure({ refused: true }), "not done"],
    ["the system refused it", failure({}, { disposition: "skip-record" }), "not done"],
    ["the record has changed", failure({}, { disposition: "skip-record", fate: "stale" }), "stale"],
  ])("is told when %s", async (_what, judged, fate) => {
    expect(await fateOf(write({ classify: () => judged }))).toBe(fate);
  });

  test("is unknown when it was not answered in time, and nothing is in doubt of a reading", async () => {
    const never = (signal: AbortSignal): Promise<string> =>
      new Promise((_, refuse) => {
        signal.addEventListener("abort", () => refuse(new Error("aborted")));
      });
    expect(await fateOf(write({ timeoutMs: 1, send: never }))).toBe("unknown");
    expect(await fateOf(write({ timeoutMs: 1, send: never, writes: false }))).toBe("not done");
  });

  test("is unknown when one try of several was lost, whatever the last was answered", async () => {
    const answers = [failure(), failure({}, { disposition: "skip-record", fate: "stale" })];
    const call = write({ idempotent: true, classify: () => answers.shift() ?? failure() });
    expect(await fateOf(call)).toBe("unknown");
  });

  test("is that it was not done when the hub had no calls left for it", async () => {
    expect(await fateOf(write({}), 0)).toBe("not done");
  });

  test("is unknown when the run was called off while it was under way", async () => {
    const controller = new AbortController();
    const send = (): Promise<string> => {
      controller.abort(new Error("called off"));
      return new Promise(() => undefined);
    };
    expect(await fateOf(write({ send, signal: controller.signal }))).toBe("unknown");
  });

  test("keeps everything else an error says once its first part was done", () => {
    const error = failure({}, { disposition: "skip-record", remedy: "Mend it.", place: { record: "1" }, retryAt: 5 });
    expect(afterPartOfIt(error.error)).toMatchObject({
      code: "HUB-1202",
      message: "no",
      disposition: "skip-record",
      remedy: "Mend it.",
      place: { record: "1" },
      retryAt: 5,
      fate: "unknown",
    });
  });
});
