import type { CompleteCommand, WriteReceipt } from "../../connectors/kit/index.ts";
import { isUnknown } from "../../connectors/kit/index.ts";
import { isEmpty } from "../../handoffs/index.ts";
import { HubError } from "../../model/index.ts";
import type { ModelObject, Problem } from "../../model/index.ts";
import type { Carriage, Settled } from "./carriage.ts";
import { begin, createCommand, noteAnswer, settle } from "./carriage.ts";
import type { Seen } from "./doors.ts";
import { waitUntilShown } from "./settling.ts";
import { isAway, objectOfType } from "./sight.ts";
import type { Sighting } from "./sight.ts";
import { duplicated, halfDone, notThere } from "./told.ts";
import { shown, stands, valueAt, wantedOf } from "./values.ts";

/** How often a creation that is half done is completed in one run. */
const MOST_COMPLETIONS = 2;

/**
 * Confirms a creation once its record is read back as what it was to become. What is half done is completed, or told in
 * every run until it is; a record that carries the marker and is not ours is told, and adopted where there is no other.
 * @param ours true when the record is known to come from a send of ours: only then missing parts are made
 */
export async function verifyCreation(
  carriage: Carriage,
  sighting: Extract<Sighting, { kind: "done" }>,
  receipt: WriteReceipt | null,
  ours: boolean,
): Promise<Settled> {
  const { context, door, due, command } = carriage;
  const { operation } = due;
  const { id } = sighting;
  let missing = await lacking(carriage, id, receipt, ours);
  let seen = await lookUntilMapped(carriage, id);
  if (isAway(seen)) {
    return settle(carriage, {
      state: "failed",
      problem: notThere(operation, "the record is gone again"),
      nativeId: id,
    });
  }
  let object = objectOfType(seen, operation.objectType);
  if (ours && missing.length === 0 && object !== null && emptyAt(carriage, object).length > 0) {
    missing = (await completed(carriage, id)) ?? emptyAt(carriage, object);
    seen = await door.look(command.stream, id);
    object = objectOfType(seen, operation.objectType);
  }
  const targetKey = object?.key ?? seen.key;
  const open = [
    ...missing,
    ...(object === null ? [`it is not read as ${operation.objectType}`] : emptyAt(carriage, object)),
  ];
  if (open.length > 0 && ours) {
    const problem = halfDone(operation, id, [...new Set(open)]);
    return settle(carriage, { state: "half_done", problem, nativeId: id, targetKey });
  }
  if (receipt === null) await noteAdoption(carriage, id);
  const problem = others(carriage, id, sighting) ?? differing(carriage, object, ours);
  return settle(carriage, { state: "confirmed", problem, nativeId: id, targetKey });

  async function noteAdoption(of: Carriage, nativeId: string): Promise<void> {
    const at = context.dependencies.clock.now();
    const detail = ours ? "found again by the hub's marker" : "carries the hub's marker already";
    await context.store.outbox.note(context.fence, {
      operationId: of.due.operation.id,
      at,
      event: "adopted",
      requestId: null,
      nativeId,
      detail,
    });
  }
}

/** What the receipt, or a completion, says is missing. */
async function lacking(
  carriage: Carriage,
  id: string,
  receipt: WriteReceipt | null,
  ours: boolean,
): Promise<readonly string[]> {
  if (receipt?.complete === true || !ours) return [];
  let missing = receipt?.missing ?? [];
  for (let tries = 0; tries < MOST_COMPLETIONS; tries += 1) {
    const left = await completed(carriage, id);
    if (left === null) return missing.length === 0 ? ["nobody knows what of it was made"] : missing;
    missing = left;
    if (missing.length === 0) return missing;
    await waitUntilShown(carriage.context, carriage.door, carriage.door.write.traits.settleMs);
  }
  return missing;
}

/** Makes what is missing; what then still is. Null when it may not be written now, or nobody knows. */
async function completed(carriage: Carriage, id: string): Promise<readonly string[] | null> {
  const { context, door, due, tally } = carriage;
  if (due.approval.until <= context.dependencies.clock.now() || !(await begin(carriage))) return null;
  const command: CompleteCommand = { ...createCommand(carriage), id };
  try {
    const receipt = await door.write.complete(command, context.signal);
    await noteAnswer(carriage, receipt);
    return receipt.complete ? [] : receipt.missing;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof HubError && error.code.startsWith("HUB-30")) throw error;
    tally.errors += 1;
    return isUnknown(error) || !(error instanceof HubError) ? null : [error.message];
  }
}

/** A new record may take a moment to show. */
async function lookUntilMapped({ context, door, due, command }: Carriage, id: string): Promise<Seen> {
  const first = await door.look(command.stream, id);
  if (objectOfType(first, due.operation.objectType) !== null || door.write.traits.settleMs === 0) return first;
  await waitUntilShown(context, door, door.write.traits.settleMs);
  return door.look(command.stream, id);
}

/** Attributes that were to be set and are empty. */
function emptyAt({ due, command }: Carriage, object: ModelObject): readonly string[] {
  const wanted = wantedOf(due.operation);
  return command.attributes.filter((name) => !isEmpty(wanted[name] ?? null) && isEmpty(valueAt(object, name)));
}

function differing({ context, due, command }: Carriage, object: ModelObject | null, ours: boolean): Problem | null {
  if (object === null || !ours) return null;
  const wanted = wantedOf(due.operation);
  const differs = command.attributes.filter(
    (name) => !stands(valueAt(object, name), wanted[name] ?? null, context.configuration.calendar),
  );
  if (differs.length === 0) return null;
  const found = differs.map((name) => `${name} is ${shown(valueAt(object, name))}`).join(", ");
  return notThere(due.operation, `${found} by now`);
}

/** Records with our marker that are not ours, as far as they were seen; `lateDuplicates` looks once more. */
function others({ due }: Carriage, id: string, { others: found }: Extract<Sighting, { kind: "done" }>): Problem | null {
  const ids = [...new Set(found.map((hit) => hit.id))].filter((hit) => hit !== id);
  return ids.length === 0 ? null : duplicated(due.operation, id, ids);
}
