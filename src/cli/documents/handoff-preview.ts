import { z } from "zod";
import { HANDOFF_LABELS, toIso } from "../../model/index.ts";
import type { Handoff } from "../../model/index.ts";
import type { HandoffPreview } from "../../sync/index.ts";
import { instantText } from "./parts.ts";

const label = z.enum([...HANDOFF_LABELS, "historical"]).nullable();

/** How many handoffs of a contract have another label in a second state, and the money they carry. */
export const handoffMovePart = z.strictObject({
  contract: z.string(),
  before: label,
  after: label,
  count: z.int(),
  money: z.number(),
});

const sidePart = z
  .strictObject({ label, because: z.string(), target: z.string().nullable() })
  .nullable()
  .describe("Null where there is no such handoff.");

const costPart = z.strictObject({
  operations: z.int(),
  calls: z.int(),
  moneyAtStake: z.number().describe("Of handoffs that are late or missing, in the corporate currency."),
});

/** The stored handoffs beside what the configuration makes of the same records. */
export const handoffPreviewPart = z.strictObject({
  asOf: instantText.describe("Of the run that decided the stored ones."),
  unchanged: z.int(),
  moves: z.array(handoffMovePart),
  examples: z
    .array(
      z.strictObject({
        id: z.string(),
        contract: z.string(),
        source: z.string().nullable(),
        before: sidePart,
        after: sidePart,
      }),
    )
    .max(20),
  before: costPart,
  after: costPart,
});

export function toHandoffPreviewPart(preview: HandoffPreview): z.infer<typeof handoffPreviewPart> {
  const { asOf, unchanged, moves, examples, before, after } = preview;
  return {
    asOf: toIso(asOf),
    unchanged,
    moves: moves.map((move) => ({ ...move })),
    examples: examples.flatMap((pair) => {
      const handoff = pair.after ?? pair.before;
      if (handoff === null) return [];
      const { id, contract, sourceKey: source } = handoff;
      return [{ id, contract, source, before: toSide(pair.before), after: toSide(pair.after) }];
    }),
    before: { ...before },
    after: { ...after },
  };
}

function toSide(handoff: Handoff | null): z.infer<typeof sidePart> {
  if (handoff === null) return null;
  const { historical, label: own, because, targetKey: target } = handoff;
  return { label: historical ? "historical" : own, because, target };
}
