import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import { afterPartOfIt, isUnknown } from "../kit/index.ts";
import type { UpdateCommand } from "../kit/index.ts";
import { boardSchema, cellSchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { accountsOf } from "./assignees.ts";
import { CHANGE, MOVE, WRITE_TARGET } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { refusedCommand, staleItem } from "./write-refusals.ts";
import { assignmentsIn, changedValues, writeValues } from "./write-values.ts";

const MOST_TRIES = 3;

export const stampedSchema = z.object({ id: z.string(), updated_at: z.string().nullable() });
type Stamped = z.output<typeof stampedSchema>;

const targetSchema = z.object({
  items: z
    .array(
      z
        .object({
          id: z.string(),
          name: z.string(),
          state: z.string().nullable(),
          updated_at: z.string().nullable(),
          group: z.object({ id: z.string() }).nullable(),
          board: boardSchema.nullable(),
          column_values: z.array(cellSchema),
        })
        .nullable(),
    )
    .nullable(),
});
type Target = NonNullable<NonNullable<z.output<typeof targetSchema>["items"]>[number]>;

/** An item as it was left, and the last request that changed it; null when there was nothing to change. */
export interface ChangedItem {
  readonly item: Stamped;
  readonly requestId: string | null;
}

/**
 * Sets what an item does not hold already. monday.com offers no conditional write: the item is read and its stamp compared
 * right before each sending, and again after a lost answer.
 */
export async function changeItem(
  gateway: MondayGateway,
  command: UpdateCommand,
  signal: AbortSignal,
): Promise<ChangedItem> {
  let doubt = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeOnce(gateway, command, signal);
    } catch (error) {
      const lost = error instanceof HubError && isUnknown(error);
      doubt ||= lost;
      if (!lost || attempt >= MOST_TRIES) throw doubt ? afterPartOfIt(error) : error;
    }
  }
}

async function changeOnce(gateway: MondayGateway, command: UpdateCommand, signal: AbortSignal): Promise<ChangedItem> {
  const { board, item } = await targetOf(gateway, command.id, signal);
  const accounts = await accountsOf(gateway, assignmentsIn(board, command.fields), signal);
  const wanted = writeValues(board, command.fields, accounts);
  if (Object.keys(wanted.values).length === 0 && wanted.group === null)
    throw refusedCommand(board, "the command sets nothing");
  const values = changedValues(board, item, wanted.values);
  const group = wanted.group === item.group?.id ? null : wanted.group;
  const changes = Object.keys(values).length > 0;
  if (!changes && group === null) return { item, requestId: null };
  const updated = parseInstant(item.updated_at ?? "");
  if (command.unmodifiedSince !== undefined && updated !== undefined && updated > command.unmodifiedSince)
    throw staleItem(command.id, "has changed since the plan was made");
  const changed = changes ? await setValues(gateway, board, command, values, signal) : null;
  if (group === null) return changed ?? { item, requestId: null };
  try {
    return await moveItem(gateway, command, group, signal);
  } catch (error) {
    throw changed === null ? error : afterPartOfIt(error);
  }
}

async function setValues(
  gateway: MondayGateway,
  board: BoardAnswer,
  { id, idempotencyKey }: UpdateCommand,
  values: object,
  signal: AbortSignal,
): Promise<ChangedItem> {
  const { data, requestId } = await gateway.ask({
    operation: `change item ${id}`,
    query: CHANGE,
    variables: { board: board.id, item: id, values: JSON.stringify(values) },
    answer: z.object({ change_multiple_column_values: stampedSchema }),
    signal,
    idempotencyKey,
    // Not sent again before the item was looked at: somebody may have changed it meanwhile.
    idempotent: false,
  });
  return { item: data.change_multiple_column_values, requestId };
}

async function moveItem(
  gateway: MondayGateway,
  { id, idempotencyKey }: UpdateCommand,
  group: string,
  signal: AbortSignal,
): Promise<ChangedItem> {
  const { data, requestId } = await gateway.ask({
    operation: `move item ${id}`,
    query: MOVE,
    variables: { item: id, group },
    answer: z.object({ move_item_to_group: stampedSchema }),
    signal,
    idempotencyKey: `${idempotencyKey}:group`,
  });
  return { item: data.move_item_to_group, requestId };
}

/** The item and its board as they are now. */
async function targetOf(
  gateway: MondayGateway,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly board: BoardAnswer; readonly item: Target }> {
  const { data } = await gateway.ask({
    operation: `item ${id}`,
    query: WRITE_TARGET,
    variables: { ids: [id] },
    answer: targetSchema,
    signal,
  });
  const item = data.items?.[0];
  const board = item?.board;
  if (item == null || board == null || item.state !== "active") throw staleItem(id, "is gone");
  return { board, item };
}
