import { z } from "zod";

const CONTENT = z.record(z.string(), z.json());

/** A record as a hub stores it: what the API gave of it, and what became of it. */
const RECORD = z.strictObject({
  id: z.string().min(1),
  /** Null where only the record's end is known. */
  content: CONTENT.nullable(),
  /** The record whose history it is part of. */
  member: z.strictObject({ stream: z.string(), id: z.string() }).optional(),
  /** What it was listed under, such as its board. */
  partition: z.string().optional(),
  removed: z
    .strictObject({
      cause: z.enum(["deleted", "archived", "merged", "parent deleted", "visibility lost"]),
      /** Epoch milliseconds; null where only the absence is known. */
      at: z.number().nullable().default(null),
      mergedInto: z.string().optional(),
    })
    .optional(),
});

const SYSTEM = z.strictObject({
  /** The organisation, workspace or account the records are of; its id stays. */
  tenant: z.string().min(1),
  name: z.string().optional(),
  /** The user the integration signs in as; one of the records' users when left out. */
  user: z.string().optional(),
  records: z.record(z.string(), z.array(RECORD)),
});

/** Something of a name to make projects from, and projects that were made from it: records do not tell of it. */
const TEMPLATE = z.strictObject({ name: z.string().min(1), like: z.array(z.string()).default([]) });

/** A field that is written and never read, such as a marker: records do not tell of it. */
const FIELD = z.strictObject({
  name: z.string().min(1),
  label: z.string().optional(),
  type: z.string().default("string"),
  externalId: z.boolean().default(false),
  unique: z.boolean().default(false),
  referenceTo: z.array(z.string()).default([]),
});

/** The body of `POST /load`. */
export const LOAD = z.strictObject({
  /** Business time from then on; left as it is when left out. */
  at: z.iso.datetime({ offset: true }).optional(),
  salesforce: SYSTEM.extend({ fields: z.record(z.string(), z.array(FIELD)).default({}) }).optional(),
  asana: SYSTEM.extend({ templates: z.array(TEMPLATE).default([]) }).optional(),
  monday: SYSTEM.optional(),
});

export type GivenRecord = z.output<typeof RECORD>;
export type GivenSystem = z.output<typeof SYSTEM>;
export type GivenTemplate = z.output<typeof TEMPLATE>;
export type GivenSalesforce = NonNullable<z.output<typeof LOAD>["salesforce"]>;
export type GivenAsana = NonNullable<z.output<typeof LOAD>["asana"]>;
export type Given = z.output<typeof LOAD>;
export type Content = z.output<typeof CONTENT>;
export type Json = Content[string];

/** What one system's world was made of. */
export interface Loaded<Seed> {
  readonly seed: Seed;
  readonly report: LoadReport;
}

export interface LoadReport {
  readonly tenant: string;
  readonly user: string;
  /** How many records of each stream the world holds, live or removed. */
  readonly records: Readonly<Record<string, number>>;
  /** What is not in the world, and why, by stream. */
  readonly left: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What the records only mention and the world therefore holds, too. */
  readonly mentioned: Readonly<Record<string, number>>;
}

/** Counts what goes into a world and what does not. */
export class Tally {
  readonly #records = new Map<string, number>();
  readonly #left = new Map<string, Map<string, number>>();
  readonly #mentioned = new Map<string, number>();

  keep(stream: string): void {
    this.#records.set(stream, (this.#records.get(stream) ?? 0) + 1);
  }

  leave(stream: string, why: string): void {
    const own = this.#left.get(stream) ?? new Map<string, number>();
    own.set(why, (own.get(why) ?? 0) + 1);
    this.#left.set(stream, own);
  }

  mention(stream: string): void {
    this.#mentioned.set(stream, (this.#mentioned.get(stream) ?? 0) + 1);
  }

  report(tenant: string, user: string): LoadReport {
    return {
      tenant,
      user,
      records: Object.fromEntries(this.#records),
      left: Object.fromEntries([...this.#left].map(([stream, why]) => [stream, Object.fromEntries(why)])),
      mentioned: Object.fromEntries(this.#mentioned),
    };
  }
}

/** A record there is something to build from. */
export type Known = GivenRecord & { readonly content: Content };

/** The records of a stream with contents; those without one, or out of the hub's sight, are left. */
export function* knownOf(given: GivenSystem, stream: string, tally: Tally): Generator<Known> {
  for (const record of given.records[stream] ?? []) {
    const { content, removed } = record;
    if (content === null) tally.leave(stream, "nothing is known of it but its end");
    else if (removed?.cause === "visibility lost") tally.leave(stream, "it is out of the hub's sight");
    else yield { ...record, content };
  }
}

export const text = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);

/** An id, which may be given as a number; null for anything else. */
export const idIn = (value: Json | undefined): string | null =>
  typeof value === "number" || typeof value === "string" ? String(value) : null;

export const object = (value: Json | undefined): Content | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;

export const objects = (value: Json | undefined): readonly Content[] =>
  Array.isArray(value) ? value.map(object).filter((each) => each !== null) : [];

/** When a removed record went, ISO text; null for a live one. */
export function goneAt({ removed }: GivenRecord, otherwise: string): string | null {
  if (removed === undefined) return null;
  return removed.at === null ? otherwise : new Date(removed.at).toISOString();
}
