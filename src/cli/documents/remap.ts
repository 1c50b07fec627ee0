import { z } from "zod";
import { handoffPreviewPart } from "./handoff-preview.ts";
import { instantText, jsonValue, problemPart } from "./parts.ts";

const kind = z.enum(["object", "event"]);

const changesPart = z.strictObject({
  kind,
  type: z.string().describe("Of the object, or of the object that the event belongs to."),
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  unchanged: z.int(),
});

const storedPart = z.strictObject({
  dryRun: z.literal(false),
  asOf: instantText,
  run: z.string(),
  mapped: z.int().describe("Entities mapped."),
  objects: z.int(),
  events: z.int(),
  rejected: z.int(),
  held: z.int().describe("Left as they were mapped before, because names in them are in doubt."),
  references: z.int(),
  people: z.int(),
  unresolved: z.array(z.strictObject({ type: z.string(), reference: z.string(), count: z.int() })),
});

const previewPart = z.strictObject({
  dryRun: z.literal(true),
  asOf: instantText,
  entities: z.int(),
  pending: z.int().describe("Entities that wait for a mapping anyway."),
  changes: z.array(changesPart),
  examples: z
    .array(
      z.strictObject({
        kind,
        type: z.string(),
        change: z.enum(["added", "changed", "removed"]),
        id: z.string().describe("The object's key, or the event's id."),
        differences: z.array(z.strictObject({ path: z.string(), before: jsonValue, after: jsonValue })),
      }),
    )
    .max(20),
  rejects: z.array(z.strictObject({ problem: problemPart, count: z.int() })),
  unmapped: z
    .array(
      z.strictObject({
        mapping: z.string(),
        field: z.string(),
        value: z.string(),
        before: z.int(),
        after: z.int(),
      }),
    )
    .describe("Values no value map knows, where their number would change."),
  handoffs: handoffPreviewPart.nullable().describe("Null while no handoff was decided yet."),
});

/** `hub remap --json`, stored or `--dry-run`. */
export const remapDocument = z.discriminatedUnion("dryRun", [storedPart, previewPart]);
