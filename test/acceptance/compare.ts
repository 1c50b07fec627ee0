import { canonicalJson } from "../../src/model/index.ts";
import type { JsonObject, RemovalCause, StorePort } from "../../src/model/index.ts";
import type { Harness, RecordState, Truth } from "./harness.ts";

export type FaultKind =
  "lost" | "duplicate" | "stale" | "ghost" | "wrongly removed" | "history missing" | "history misplaced";

/** One way in which a store differs from what is true. */
export interface Difference {
  readonly kind: FaultKind;
  readonly stream: string;
  readonly id: string;
  readonly what: string;
}

/** A stored record. */
export interface Held {
  readonly content: JsonObject | null;
  readonly removed: RemovalCause | null;
  readonly members: ReadonlyMap<string, { readonly stream: string; readonly content: JsonObject }>;
}

const CAUSES: Readonly<Record<Exclude<RecordState, "live" | "outside">, readonly RemovalCause[]>> = {
  // Sight may have been lost before the end came; that a record is deleted then nobody can see.
  deleted: ["deleted", "merged", "parent deleted", "visibility lost"],
  archived: ["archived", "parent deleted", "visibility lost"],
  hidden: ["visibility lost"],
};

/** By stream and id. */
export type Holding = ReadonlyMap<string, ReadonlyMap<string, Held>>;

/** Everything of one system that a store holds, removed records as well. */
export async function heldIn(store: StorePort): Promise<Holding> {
  const found = new Map<string, Map<string, Held>>();
  for await (const page of store.mapping.entities(500)) {
    for (const { stream, id, content, members, tombstone } of page) {
      const rows = found.get(stream) ?? new Map<string, Held>();
      found.set(stream, rows);
      rows.set(id, {
        content,
        removed: tombstone?.cause ?? null,
        members: new Map(members.map((member) => [member.id, { stream: member.stream, content: member.content }])),
      });
    }
  }
  return found;
}

/** Where a store and the truth disagree; empty when nothing is lost, double, stale or wrongly removed. */
export async function differencesOf(
  store: StorePort,
  truth: Truth,
  compared: Harness["compared"],
): Promise<readonly Difference[]> {
  return differencesBetween(await heldIn(store), truth, compared);
}

/** Where what somebody holds and the truth disagree. */
export function differencesBetween(held: Holding, truth: Truth, compared: Harness["compared"]): readonly Difference[] {
  return Object.entries(compared).flatMap(([stream, fields]) => {
    const rows = truth[stream] ?? {};
    const isHistory = Object.values(rows).some((row) => row.member !== undefined);
    return isHistory
      ? historyDifferences(stream, fields, rows, held)
      : entityDifferences(stream, fields, rows, held.get(stream) ?? new Map<string, Held>());
  });
}

function entityDifferences(
  stream: string,
  fields: readonly string[],
  rows: Truth[string],
  held: ReadonlyMap<string, Held>,
): readonly Difference[] {
  const found: Difference[] = [];
  const tell = (kind: FaultKind, id: string, what: string): void => void found.push({ kind, stream, id, what });
  for (const [id, { state, content }] of Object.entries(rows)) {
    const own = held.get(id);
    if (state === "outside") continue;
    if (state !== "live") {
      if (own === undefined || own.content === null) continue;
      if (own.removed === null) tell("ghost", id, `stored as living, but ${state}`);
      else if (!CAUSES[state].includes(own.removed)) tell("wrongly removed", id, `${own.removed}, but ${state}`);
    } else if (own === undefined || own.content === null) tell("lost", id, "not stored");
    else if (own.removed !== null) tell("lost", id, `stored as ${own.removed}, but it lives`);
    else {
      const stale = staleFields(fields, content, own.content);
      if (stale !== "") tell("stale", id, stale);
    }
  }
  for (const [id, own] of held) {
    if (rows[id] === undefined && own.removed === null && own.content !== null)
      tell("ghost", id, "stored as living, but not there");
  }
  return found;
}

function historyDifferences(
  stream: string,
  fields: readonly string[],
  rows: Truth[string],
  held: Holding,
): readonly Difference[] {
  const found: Difference[] = [];
  const homes = new Map<string, { readonly parent: string; readonly content: JsonObject }[]>();
  for (const entities of held.values()) {
    for (const [parent, { members }] of entities) {
      for (const [id, member] of members) {
        if (member.stream !== stream) continue;
        homes.set(id, [...(homes.get(id) ?? []), { parent, content: member.content }]);
      }
    }
  }
  for (const [id, { state, member, content }] of Object.entries(rows)) {
    if (state !== "live") continue;
    const [home, ...others] = homes.get(id) ?? [];
    if (home === undefined) found.push({ kind: "history missing", stream, id, what: `of ${member}` });
    else if (home.parent !== member)
      found.push({ kind: "history misplaced", stream, id, what: `${home.parent} instead of ${member}` });
    else {
      if (others.length > 0) found.push({ kind: "duplicate", stream, id, what: `${others.length + 1} times` });
      const stale = staleFields(fields, content, home.content);
      if (stale !== "") found.push({ kind: "stale", stream, id, what: stale });
    }
  }
  return found;
}

function staleFields(fields: readonly string[], truth: JsonObject, stored: JsonObject): string {
  return fields
    .filter((field) => !fits(truth[field], stored[field]))
    .map(
      (field) =>
        `${field} is ${canonicalJson(stored[field] ?? null)} and should be ${canonicalJson(truth[field] ?? null)}`,
    )
    .join("; ");
}

/** Whether what is stored says the same as the truth wherever the truth says anything; lists of named things in any order. */
function fits(truth: unknown, stored: unknown): boolean {
  if (truth === undefined || truth === null) return stored === undefined || stored === null;
  if (Array.isArray(truth)) {
    if (!Array.isArray(stored) || truth.length !== stored.length) return false;
    const rest = [...(stored as unknown[])];
    return truth.every((one: unknown) => {
      const at = rest.findIndex((other) => fits(one, other));
      if (at >= 0) rest.splice(at, 1);
      return at >= 0;
    });
  }
  if (typeof truth === "object") {
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return false;
    return Object.entries(truth).every(([name, value]) => fits(value, (stored as Record<string, unknown>)[name]));
  }
  return truth === stored;
}

/**
 * What became worse of records that went out of sight: those that lived have to live on unchanged, or be marked as out of
 * sight with what they were. Histories have to stay. What the system still shows may
 * say less of what is hidden.
 */
export function harmDone(
  before: ReadonlyMap<string, Held> = new Map(),
  after: ReadonlyMap<string, Held> = new Map(),
  shown: Truth[string] = {},
  fields: readonly string[] = [],
): readonly string[] {
  return [...before].flatMap(([id, was]) => {
    const is = after.get(id);
    if (is === undefined) return [`${id} is gone`];
    const lost = [...was.members.keys()].filter((member) => !is.members.has(member));
    if (lost.length > 0) return [`${id} lost ${lost.length} rows of its history`];
    if (was.removed !== null || was.content === null) return [];
    if (is.removed !== null && is.removed !== "visibility lost") return [`${id} is ${is.removed}`];
    const row = shown[id];
    if (row?.state === "live" && staleFields(fields, row.content, is.content ?? {}) === "") return [];
    const changed = staleFields(fields, was.content, is.content ?? {});
    return changed === "" ? [] : [`${id} was changed: ${changed}`];
  });
}
