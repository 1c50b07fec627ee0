import { notFound } from "./errors.ts";
import type { Update } from "./parts.ts";
import type { MondayState } from "./state.ts";

/** Replaces an update by a changed version. @throws ResourceNotFoundException */
export function changedUpdate(state: MondayState, id: string, changes: Partial<Update>): Update {
  const at = state.updates.findIndex((update) => update.id === id);
  const update = state.updates[at];
  if (update === undefined) throw notFound("Update", id);
  const next = { ...update, ...changes, updatedAt: state.now() };
  state.updates[at] = next;
  return next;
}

/** Tells webhooks of an update; updates write no row in the activity log. */
export function publishUpdate(state: MondayState, update: Update, event: string, userId: string): void {
  const board = state.homeOf(update.itemId);
  const item = board?.items.get(update.itemId);
  if (board === undefined || item === undefined) return;
  state.publish(board, {
    id: state.newUuid(),
    event,
    entity: "pulse",
    userId,
    createdAt: state.now(),
    data: {
      pulse_id: Number(item.id),
      pulse_name: item.name,
      parent_item_id: item.parentId,
      body: update.body,
      textBody: update.body.replaceAll(/<[^>]*>/gu, ""),
      updateId: Number(update.parentId ?? update.id),
      replyId: update.parentId === null ? null : Number(update.id),
    },
  });
}
