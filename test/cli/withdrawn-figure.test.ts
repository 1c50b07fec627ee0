import { expect, test } from "@jest/globals";
import { refuseWithdrawn } from "../../src/cli/kpi-question.ts";
import type { PublishedFigure } from "../../src/model/index.ts";

const key = { definition: "on-time@1", scopeType: "segment", scopeKey: "SMB", window: "12 months", from: 0, to: 1 };
const head = {
  kpi: "on-time",
  definition: "on-time@1",
  scope: { type: "segment", key: "SMB" },
  window: { text: "12 months", fromDay: "2025-11-01" },
  shown: true,
  unit: "ratio",
};
const told: PublishedFigure = {
  kpi: "on-time",
  key,
  amounts: "[0.5,6,12]",
  body: { result: { ...head, value: 0.5, n: 12 } },
  runId: "r1",
  asOf: Date.UTC(2026, 9, 1),
  publishedAt: 0,
  because: null,
};
const gone: PublishedFigure = {
  ...told,
  amounts: null,
  body: null,
  asOf: Date.UTC(2026, 10, 2),
  because: ["nothing of segment SMB is left in what it counts"],
};
const ask = (asked: string, published: readonly PublishedFigure[]): Promise<void> =>
  refuseWithdrawn(asked, published, () => Promise.resolve([told, gone]));

test.each(["kpi:on-time/SMB", "kpi:On-Time/segment:smb@12 months"])(
  "whoever asks for a withdrawn figure (%s) is told what it was, since when it is gone and why",
  async (asked) => {
    await expect(ask(asked, [gone])).rejects.toMatchObject({
      code: "HUB-0014",
      message: `"${asked}" (12 months) was withdrawn as of 2026-11-02: nothing of segment SMB is left in what it counts. It was 50.0 % of 12 as of 2026-10-01.`,
    });
  },
);

test.each([
  ["another scope", "kpi:on-time/Enterprise", gone],
  ["the company", "kpi:on-time", gone],
  ["another window", "kpi:on-time/SMB@month", gone],
  ["another KPI", "kpi:in-full/SMB", gone],
  ["a figure that stands", "kpi:on-time/SMB", told],
])("nobody is told of it who asks for %s", async (_title, asked, published) => {
  await expect(ask(asked, [published])).resolves.toBeUndefined();
});
