import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import { isUnfinished, suffixOf } from "../kit/index.ts";
import type { FoundTarget } from "../kit/index.ts";
import type { BoardAnswer } from "./answers.ts";
import { stampedSchema } from "./change-item.ts";
import { BOARD_UPDATES, CHANGE, ITEM_STATES, ITEM_UPDATES, NAMED_ITEMS, NOTE } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";

const UPDATES_PER_PAGE = 100;

const itemSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string().nullable().optional(),
  created_at: z.string().nullable(),
});
const namedSchema = z.object({
  boards: z.array(z.object({ items_page: z.object({ items: z.array(itemSchema) }) }).nullable()).nullable(),
});
const saidSchema = z.object({ item_id: z.string().nullable(), text_body: z.string().nullable() });
const updatesSchema = z.object({
  boards: z.array(z.object({ updates: z.array(saidSchema).nullable() }).nullable()).nullable(),
});
const statesSchema = z.object({ items: z.array(itemSchema.nullable()).nullable() });
const currentSchema = z.object({
  items: z
    .array(
      z
        .object({ id: z.string(), updates: z.array(z.object({ text_body: z.string().nullable() })).nullable() })
        .nullable(),
    )
    .nullable(),
});

/**
 * Live items of a board without a column for markers: those that say the marker in an update of theirs, and those that are
 * being made, whose names end in it.
 */
export async function notedItems(
  gateway: MondayGateway,
  board: BoardAnswer,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  const rule = { column_id: "name", operator: "contains_text", compare_value: [suffixOf(marker)] };
  const { data } = await gateway.ask({
    operation: `find in board ${board.id}`,
    query: NAMED_ITEMS,
    variables: { board: [board.id], query: { rules: [rule] } },
    answer: namedSchema,
    signal,
  });
  const named = (data.boards?.[0]?.items_page.items ?? []).filter(({ name }) => isUnfinished(name, marker));
  const noted = await idsThatSay(gateway, board, marker, signal);
  const live =
    noted.length === 0 ? [] : (await statesOf(gateway, noted, signal)).filter(({ state }) => state === "active");
  return [...named, ...live].map(({ id, created_at: createdAt }) => ({
    id,
    createdAt: parseInstant(createdAt ?? "") ?? null,
  }));
}

async function idsThatSay(
  gateway: MondayGateway,
  board: BoardAnswer,
  marker: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (let page = 1; ; page += 1) {
    const { data } = await gateway.ask({
      operation: `updates of board ${board.id}`,
      query: BOARD_UPDATES,
      variables: { board: [board.id], limit: UPDATES_PER_PAGE, page },
      answer: updatesSchema,
      signal,
    });
    const updates = data.boards?.[0]?.updates ?? [];
    for (const { item_id: id, text_body: text } of updates) if (id !== null && says(text, marker)) ids.add(id);
    if (updates.length === 0) return [...ids];
  }
}

async function statesOf(
  gateway: MondayGateway,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly z.output<typeof itemSchema>[]> {
  const { data } = await gateway.ask({
    operation: "states of items",
    query: ITEM_STATES,
    variables: { ids, limit: ids.length },
    answer: statesSchema,
    signal,
  });
  return (data.items ?? []).filter((item) => item !== null);
}

/** An item that is being made, and the name it gets in the end. */
export interface UnfinishedItem {
  readonly id: string;
  readonly board: string;
  readonly marker: string;
  readonly name: string;
}

/** Says the marker in an update, then takes it out of the name: from then on all is there. What is missing if it fails. */
export async function finishNoted(
  gateway: MondayGateway,
  { id, board, marker, name }: UnfinishedItem,
  signal: AbortSignal,
  said = false,
): Promise<readonly string[]> {
  try {
    // A key of its own for each sending: a refusal that was mended is not to be repeated from memory.
    if (!said) {
      await gateway.ask({
        operation: `update on item ${id}`,
        query: NOTE,
        variables: { item: id, body: marker },
        answer: z.object({ create_update: z.object({ id: z.string() }) }),
        signal,
        idempotencyKey: `${marker}:${id}:note:${gateway.now()}`,
      });
    }
    await gateway.ask({
      operation: `change item ${id}`,
      query: CHANGE,
      variables: { board, item: id, values: JSON.stringify({ name }) },
      answer: z.object({ change_multiple_column_values: stampedSchema }),
      signal,
      idempotencyKey: `${marker}:${id}:name:${gateway.now()}`,
    });
    return [];
  } catch (error) {
    if (error instanceof HubError) return [error.message];
    throw error;
  }
}

/** Goes on with an item whose name says that it is not all there. What is still missing. */
export async function completeNoted(
  gateway: MondayGateway,
  item: UnfinishedItem,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [current] = await statesOf(gateway, [item.id], signal);
  if (current === undefined) return ["the item does not show yet"];
  if (!isUnfinished(current.name, item.marker)) return [];
  const { data } = await gateway.ask({
    operation: `item ${item.id}`,
    query: ITEM_UPDATES,
    variables: { ids: [item.id] },
    answer: currentSchema,
    signal,
  });
  const said = (data.items?.[0]?.updates ?? []).some(({ text_body: text }) => says(text, item.marker));
  return finishNoted(gateway, item, signal, said);
}

function says(text: string | null, marker: string): boolean {
  return (text ?? "").split("\n").some((line) => line.trim() === marker);
}
