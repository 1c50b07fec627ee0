import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Restatement } from "../../sync/index.ts";
import { figureId } from "../kpi-question.ts";
import { instantText } from "./parts.ts";

/** A published figure that a later measurement found to be another one, or none any more. */
export const restatementPart = z.strictObject({
  figure: z.string().describe("As `hub explain` takes it."),
  definition: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
  isWithdrawn: z.boolean().describe("Its period is still measured, and it is not among the figures any more."),
  unit: z.enum(["ratio", "milliseconds", "number", "money"]),
  publishedAsOf: instantText.describe("The as-of of what was published before."),
  publishedBy: z.string().describe("The run that published it."),
  because: z.array(z.string()).describe("What is known to have changed since."),
});

export function toRestatementPart({
  figure,
  result,
  before,
  formerValue,
  because,
}: Restatement): z.infer<typeof restatementPart> {
  return {
    figure: figureId(figure),
    definition: figure.definition,
    before: formerValue,
    after: result?.value ?? null,
    isWithdrawn: result === null,
    unit: figure.unit,
    publishedAsOf: toIso(before.asOf),
    publishedBy: before.runId,
    because: [...because],
  };
}
