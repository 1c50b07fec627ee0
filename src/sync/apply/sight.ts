import type { FoundTarget } from "../../connectors/kit/index.ts";
import type { BusinessCalendar, Canonical, ModelObject, Operation, OutboxEntry } from "../../model/index.ts";
import { recordOf } from "./commands.ts";
import type { Command } from "./commands.ts";
import type { Door, Seen } from "./doors.ts";
import { markerOf } from "./marked.ts";
import { stands, valueAt } from "./values.ts";

/** What can be seen of an operation in its system, whether it was sent or not. */
export type Sighting =
  /** It is as it was to become. `id` is the record's own. */
  | { readonly kind: "done"; readonly id: string; readonly seen: Seen | null; readonly others: readonly FoundTarget[] }
  /** The target is still what the operation was planned on. */
  | { readonly kind: "not done"; readonly seen: Seen | null }
  /** The target is neither. */
  | { readonly kind: "changed"; readonly now: Canonical; readonly seen: Seen }
  | { readonly kind: "gone" };

export interface SightInput {
  readonly door: Door;
  readonly operation: Operation;
  readonly command: Command;
  readonly calendar: BusinessCalendar;
  /** Everything the outbox holds on the handoff. */
  readonly entries: readonly OutboxEntry[];
  readonly signal: AbortSignal;
}

/** Looks, through pull's own door and by the marker; sends nothing. */
export async function sight(input: SightInput): Promise<Sighting> {
  const { door, operation } = input;
  if (operation.action === "create") return sightCreation(input);
  const { stream, id } = recordOf(operation.targetKey ?? "");
  const seen = await door.look(stream, id);
  if (operation.action === "retire") {
    return isAway(seen) ? { kind: "done", id, seen, others: [] } : { kind: "not done", seen };
  }
  const object = objectOf(seen, operation.targetKey);
  if (object === null || seen.removed !== null) return { kind: "gone" };
  const now = valueAt(object, operation.field ?? "");
  if (stands(now, operation.after as Canonical, input.calendar)) return { kind: "done", id, seen, others: [] };
  return stands(now, operation.before, input.calendar) ? { kind: "not done", seen } : { kind: "changed", now, seen };
}

/** Out of sight is not gone: whoever creates must not take it for that. */
export function isAway({ removed }: Pick<Seen, "removed">): boolean {
  return removed !== null && removed !== "visibility lost";
}

export function objectOf({ objects }: Seen, targetKey: string | null): ModelObject | null {
  return objects.find(({ key }) => key === targetKey) ?? null;
}

/** The object of a type that a new record was mapped to; null while none is. */
export function objectOfType({ objects }: Seen, type: string): ModelObject | null {
  return objects.find((object) => object.type === type) ?? null;
}

/** The outbox first: a search may lag behind what was written. */
async function sightCreation(input: SightInput): Promise<Sighting> {
  const { door, command, signal } = input;
  const marker = markerOfCreation(input);
  const hits = await door.write.find(command.stream, marker, signal, command);
  for (const id of knownIds(input)) {
    const seen = await door.look(command.stream, id);
    if (!isAway(seen)) return { kind: "done", id, seen, others: hits.filter((hit) => hit.id !== id) };
  }
  const [oldest, ...others] = hits;
  return oldest === undefined ? { kind: "not done", seen: null } : { kind: "done", id: oldest.id, seen: null, others };
}

export function markerOfCreation({ operation, entries }: Pick<SightInput, "operation" | "entries">): string {
  return markerOf(operation.handoffId, retiredIds(entries).size);
}

/** What receipts told of earlier creations for the handoff, those taken back left out; newest first. */
function knownIds({ entries, command, door }: SightInput): readonly string[] {
  const retired = retiredIds(entries);
  return entries
    .filter(({ action, nativeId }) => action === "create" && nativeId !== null && !retired.has(nativeId))
    .filter(
      ({ targetKey }) => targetKey === null || targetKey.startsWith(`${door.system}/${door.tenant}/${command.stream}/`),
    )
    .flatMap(({ nativeId }) => (nativeId === null ? [] : [nativeId]))
    .toReversed();
}

function retiredIds(entries: readonly OutboxEntry[]): ReadonlySet<string> {
  return new Set(
    entries
      .filter(({ action, state }) => action === "retire" && state === "confirmed")
      .flatMap(({ targetKey }) => (targetKey === null ? [] : [recordOf(targetKey).id])),
  );
}
