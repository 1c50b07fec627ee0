import { z } from "zod";
import { toIso } from "../../model/index.ts";
import type { Instant, Json, ShapeChange } from "../../model/index.ts";

/** ISO 8601 in UTC. Inside the hub instants are numbers; a document shows them as text. */
export const instantText = z.iso.datetime();

export function isoOrNull(instant: Instant | null): string | null {
  return instant === null ? null : toIso(instant);
}

/** What a system or a mapping gave: any JSON value. */
export const jsonValue: z.ZodType<Json> = z.any();

/** Canonical values are plain data already; the round trip says so to the compiler. */
export function plainJson(value: unknown): Json {
  return jsonValue.parse(JSON.parse(JSON.stringify(value ?? null)));
}

const fieldShape = z.strictObject({ label: z.string(), type: z.string() });

/** How one field of a stream differs from what was accepted of it. */
export const shapeChangePart = z.strictObject({
  kind: z.enum(["added", "removed", "retyped", "relabelled"]),
  field: z.string(),
  before: fieldShape.nullable(),
  after: fieldShape.nullable(),
});

export type ShapeChangePart = z.infer<typeof shapeChangePart>;

export function toShapeChangePart(change: ShapeChange): ShapeChangePart {
  return {
    kind: change.kind,
    field: change.field,
    before: "from" in change ? { ...change.from } : null,
    after: "to" in change ? { ...change.to } : null,
  };
}

/** One problem: stable code, plain cause, where, what to do. */
export const problemPart = z.strictObject({
  code: z.string().regex(/^HUB-\d{4}$/u),
  message: z.string(),
  place: z.strictObject({
    file: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
    path: z.string().optional(),
    connection: z.string().optional(),
    system: z.string().optional(),
    stream: z.string().optional(),
    partition: z.string().optional(),
    record: z.string().optional(),
    request: z.string().optional(),
  }),
  remedy: z.string().optional(),
});
