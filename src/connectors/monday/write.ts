import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { CreateCommand, FoundTarget, UpdateCommand, WriteFace, WriteReceipt } from "../kit/index.ts";
import { boardSchema, cellSchema } from "./answers.ts";
import type { BoardAnswer } from "./answers.ts";
import { namedColumns } from "./board-columns.ts";
import { CHANGE, CREATE, FIND, MOVE, WRITE_TARGET } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { foldName } from "./settings.ts";
import type { MondaySettings } from "./settings.ts";
import { changedValues, writeValues } from "./write-values.ts";

/** What the writer needs of the connection around it. */
export interface WriterParts {
  readonly gateway: MondayGateway;
  readonly settings: MondaySettings;
  /** The boards the settings ask for, as they are now. */
  readonly boards: (signal: AbortSignal) => Promise<readonly BoardAnswer[]>;
}

/** Writes show in reads 5 to 30 s late (reference monday.md §7). */
const SETTLE_MS = 30_000;

const foundSchema = z.object({ id: z.string(), created_at: z.string().nullable() });
const stamped = z.object({ id: z.string(), updated_at: z.string().nullable() });
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

/**
 * Writes items. monday.com offers no conditional write: the precondition is read just before, and what already is as
 * wanted is not written. Every mutation carries an
 * Idempotency-Key, under which monday.com repeats its first answer for 30 minutes (reference monday.md §9).
 */
export function mondayWriter({ gateway, settings, boards }: WriterParts): WriteFace {
  const markerColumn = (board: BoardAnswer): string | undefined => {
    const { marker } = settings;
    if (marker === undefined) throw noMarker();
    return namedColumns(board).find((column) => foldName(column.field) === foldName(marker))?.id;
  };

  return {
    traits: { conditional: false, uniqueMarker: false, settleMs: SETTLE_MS },

    async find(stream, marker, signal) {
      itemsOnly(stream);
      const found: FoundTarget[] = [];
      for (const board of await boards(signal)) {
        const column = markerColumn(board);
        if (column === undefined) continue;
        const { data } = await gateway.ask({
          operation: `find in board ${board.id}`,
          query: FIND,
          variables: { board: board.id, columns: [{ column_id: column, column_values: [marker] }] },
          answer: z.object({ items_page_by_column_values: z.object({ items: z.array(foundSchema) }) }),
          signal,
        });
        for (const { id, created_at } of data.items_page_by_column_values.items)
          found.push({ id, createdAt: parseInstant(created_at ?? "") ?? null });
      }
      return found.toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
    },

    complete: ({ id }) => Promise.resolve(receipt(gateway, { id, updated_at: null }, null)),

    retire: () => Promise.reject(itemsOnly("nothing yet")),

    async create(command, signal) {
      itemsOnly(command.stream);
      const board = boardFor(command, await boards(signal));
      const column = markerColumn(board);
      if (column === undefined) throw noMarker(board.name);
      const { values, group } = writeValues(board, command.fields);
      const { name, ...cells } = values;
      if (typeof name !== "string") throw refusedCommand(board, "a new item needs a name");
      const { data, requestId } = await gateway.ask({
        operation: `create in board ${board.id}`,
        query: CREATE,
        variables: { board: board.id, group, name, values: JSON.stringify({ ...cells, [column]: command.marker }) },
        answer: z.object({ create_item: stamped }),
        signal,
        // Under its key monday.com repeats its first answer: sent again after a lost one, it creates nothing more.
        idempotencyKey: command.marker,
      });
      return receipt(gateway, data.create_item, requestId);
    },

    async update(command, signal) {
      itemsOnly(command.stream);
      const { board, item } = await targetOf(gateway, command, signal);
      const wanted = writeValues(board, command.fields);
      if (Object.keys(wanted.values).length === 0 && wanted.group === null)
        throw refusedCommand(board, "the command sets nothing");
      const values = changedValues(board, item, wanted.values);
      const group = wanted.group === item.group?.id ? null : wanted.group;
      let written: WriteReceipt | null = null;
      if (Object.keys(values).length > 0) {
        const { data, requestId } = await gateway.ask({
          operation: `change item ${command.id}`,
          query: CHANGE,
          variables: { board: board.id, item: command.id, values: JSON.stringify(values) },
          answer: z.object({ change_multiple_column_values: stamped }),
          signal,
          idempotencyKey: command.idempotencyKey,
        });
        written = receipt(gateway, data.change_multiple_column_values, requestId);
      }
      if (group !== null) {
        const { data, requestId } = await gateway.ask({
          operation: `move item ${command.id}`,
          query: MOVE,
          variables: { item: command.id, group },
          answer: z.object({ move_item_to_group: stamped }),
          signal,
          idempotencyKey: `${command.idempotencyKey}:group`,
        });
        written = receipt(gateway, data.move_item_to_group, requestId);
      }
      return written ?? receipt(gateway, item, null);
    },
  };
}

type Target = NonNullable<NonNullable<z.output<typeof targetSchema>["items"]>[number]>;

/** The item and its board as they are now, once the precondition holds. */
async function targetOf(
  gateway: MondayGateway,
  command: UpdateCommand,
  signal: AbortSignal,
): Promise<{ readonly board: BoardAnswer; readonly item: Target }> {
  const { data } = await gateway.ask({
    operation: `item ${command.id}`,
    query: WRITE_TARGET,
    variables: { ids: [command.id] },
    answer: targetSchema,
    signal,
  });
  const item = data.items?.[0];
  const board = item?.board;
  if (item == null || board == null || item.state !== "active") throw stale(command.id, "is gone");
  const updated = parseInstant(item.updated_at ?? "");
  if (command.unmodifiedSince !== undefined && updated !== undefined && updated > command.unmodifiedSince) {
    throw stale(command.id, "has changed since the plan was made");
  }
  return { board, item };
}

function receipt(
  gateway: MondayGateway,
  item: Pick<Target, "id" | "updated_at">,
  requestId: string | null,
): WriteReceipt {
  const at: Instant = parseInstant(item.updated_at ?? "") ?? gateway.now();
  return { id: item.id, requestId, at, complete: true, missing: [] };
}

/** The board a new item goes to: the parent by id or name, else the only one. */
function boardFor(command: CreateCommand, boards: readonly BoardAnswer[]): BoardAnswer {
  const { parent } = command;
  const fitting =
    parent === undefined
      ? boards
      : boards.filter((board) => board.id === parent || foldName(board.name) === foldName(parent));
  const [board] = fitting;
  if (board !== undefined && fitting.length === 1) return board;
  throw new HubError(
    "HUB-1516",
    `${fitting.length} boards fit "${parent ?? "any board"}"; a new item needs exactly one.`,
    {
      disposition: "skip-record",
      place: { system: "monday", stream: "items" },
      remedy: "Name the board in the handoff's `create_from`.",
    },
  );
}

function itemsOnly(stream: string): void {
  if (stream === "items") return;
  throw new HubError("HUB-1516", `The hub writes items of monday.com, not ${stream}.`, {
    disposition: "skip-record",
    place: { system: "monday", stream },
    remedy: "Let the contract's target be an item.",
  });
}

function refusedCommand(board: BoardAnswer, why: string): HubError {
  return new HubError("HUB-1516", `The write to the board ${board.name} is not sent: ${why}.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "items", partition: board.id },
    remedy: "Complete the contract's fields.",
  });
}

function stale(id: string, why: string): HubError {
  return new HubError("HUB-1511", `The item ${id} ${why}.`, {
    disposition: "skip-record",
    fate: "stale",
    place: { system: "monday", stream: "items", record: id },
    remedy: "Make a new plan; it will see the item as it is now.",
  });
}

function noMarker(board?: string): HubError {
  const where = board === undefined ? "" : ` on the board ${board}`;
  return new HubError(
    "HUB-1513",
    `There is no column for the hub's marker${where}, so nothing it creates could be found again.`,
    {
      disposition: "operator",
      place: { system: "monday" },
      remedy: "Add a text column to the board and name its title as `marker` of the connection in hub.yaml.",
    },
  );
}
