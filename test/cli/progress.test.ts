import { describe, expect, test } from "@jest/globals";
import { createProgressView } from "../../src/cli/progress-view.ts";
import type { Progress } from "../../src/sync/index.ts";

const WAIT: Progress = {
  kind: "wait",
  step: "apply",
  connection: "asana-main",
  what: "waiting for Asana's search",
  seconds: 60,
};

function shown(live: boolean, quiet: boolean, ...told: readonly Progress[]): string {
  let text = "";
  const terminal = { out: () => undefined, err: (more: string) => void (text += more), live, columns: 80 };
  const view = createProgressView(terminal, { quiet, wallNow: () => 0 });
  for (const progress of told) view.listener(progress);
  return text;
}

describe("a wait for a system to show what was written", () => {
  test.each([
    ["where a person watches", true],
    ["in a log", false],
  ])("is told with its length %s", (_where, live) => {
    expect(shown(live, false, WAIT)).toBe("  apply: waiting for Asana's search, 60 s\n");
  });

  test("gives way to what comes after it", () => {
    const after: Progress = { kind: "step", step: "apply", state: "done", detail: "1 confirmed" };
    expect(shown(true, false, WAIT, after).split("\u001B[0J").at(-1)).not.toContain("waiting");
  });

  test("is no word for whoever wants quiet", () => {
    expect(shown(false, true, WAIT)).toBe("");
  });
});
