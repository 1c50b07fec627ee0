import { z } from "zod";
import { canonicalJson, hashText, parseInstant, SECOND } from "../../model/index.ts";
import { oldestFirst, unfinishedName } from "../kit/index.ts";
import type { FoundTarget, WriteFace, WriteReceipt } from "../kit/index.ts";
import { accountsOf } from "./assignees.ts";
import type { BoardAnswer } from "./answers.ts";
import { namedColumns } from "./board-columns.ts";
import { changeItem, stampedSchema } from "./change-item.ts";
import { CREATE, FIND } from "./documents.ts";
import type { MondayGateway } from "./gateway.ts";
import { placeFor } from "./item-place.ts";
import { completeNoted, finishNoted, notedItems } from "./noted-marker.ts";
import { retireItem } from "./retire.ts";
import { foldName } from "./settings.ts";
import type { MondaySettings } from "./settings.ts";
import { survey } from "./survey.ts";
import { itemsOnly, noMarker, refusedCommand } from "./write-refusals.ts";
import { assignmentsIn, writeValues } from "./write-values.ts";

/** What the writer needs of the connection around it. */
export interface WriterParts {
  readonly gateway: MondayGateway;
  readonly settings: MondaySettings;
  /** The boards the settings ask for, as they are now. */
  readonly boards: (signal: AbortSignal) => Promise<readonly BoardAnswer[]>;
}

const LONGEST_NAME = 255;

/** Writes show in reads 5 to 30 s late (reference monday.md §7). */
const SETTLE_MS = 30 * SECOND;

const foundSchema = z.object({ id: z.string(), created_at: z.string().nullable() });

/**
 * Writes items. Every mutation carries an Idempotency-Key, under which monday.com repeats its first answer for 30 minutes
 * (reference monday.md §9); later the marker in a column of the board tells what was made. Then an item is made whole in one
 * call. Without such a column it takes three: the marker is said in an update, and stands in the item's name until it is.
 */
export function mondayWriter({ gateway, settings, boards }: WriterParts): WriteFace {
  const { marker: columnName } = settings;
  const markerColumn = (board: BoardAnswer): string | undefined =>
    columnName === undefined
      ? undefined
      : namedColumns(board).find((column) => foldName(column.field) === foldName(columnName))?.id;

  return {
    traits: { conditional: false, uniqueMarker: false, settleMs: SETTLE_MS },

    survey: async (prospect, signal) => survey(prospect, await boards(signal), columnName),

    async find(stream, marker, signal) {
      itemsOnly(stream);
      const found: FoundTarget[] = [];
      for (const board of await boards(signal)) {
        const column = markerColumn(board);
        if (column === undefined) {
          if (columnName === undefined) found.push(...(await notedItems(gateway, board, marker, signal)));
          continue;
        }
        const { data } = await gateway.ask({
          operation: `find in board ${board.id}`,
          query: FIND,
          variables: { board: board.id, columns: [{ column_id: column, column_values: [marker] }] },
          answer: z.object({ items_page_by_column_values: z.object({ items: z.array(foundSchema) }) }),
          signal,
        });
        for (const { id, created_at: createdAt } of data.items_page_by_column_values.items)
          found.push({ id, createdAt: parseInstant(createdAt ?? "") ?? null });
      }
      return oldestFirst(found);
    },

    async create(command, signal) {
      itemsOnly(command.stream);
      const place = placeFor(command, await boards(signal));
      const { board } = place;
      const column = markerColumn(board);
      if (column === undefined && columnName !== undefined) throw noMarker(board.name, columnName);
      const accounts = await accountsOf(gateway, assignmentsIn(board, command.fields), signal);
      const { values, group } = writeValues(board, command.fields, accounts);
      const { name, ...cells } = values;
      if (typeof name !== "string") throw refusedCommand(board, "a new item needs a name");
      const marked = column === undefined ? unfinishedName(name, command.marker) : name;
      if (marked.length > LONGEST_NAME) throw refusedCommand(board, "the name is too long");
      const variables = {
        board: board.id,
        group: group ?? place.group,
        name: marked,
        values: JSON.stringify(column === undefined ? cells : { ...cells, [column]: command.marker }),
      };
      const { data, requestId } = await gateway.ask({
        operation: `create in board ${board.id}`,
        query: CREATE,
        variables,
        answer: z.object({ create_item: stampedSchema }),
        signal,
        // Sent again after a lost answer it creates nothing more; a command that was corrected is another one.
        idempotencyKey: `${command.marker}:${hashText(canonicalJson(variables)).slice(0, 8)}`,
      });
      if (column !== undefined) return receipt(gateway, data.create_item, requestId);
      const item = { id: data.create_item.id, board: board.id, marker: command.marker, name };
      return receipt(gateway, data.create_item, requestId, await finishNoted(gateway, item, signal));
    },

    async complete(command, signal) {
      const { id, marker, stream } = command;
      itemsOnly(stream);
      const { board } = placeFor(command, await boards(signal));
      const name = typeof command.fields["name"] === "string" ? command.fields["name"] : "";
      const missing =
        markerColumn(board) === undefined && columnName === undefined
          ? await completeNoted(gateway, { id, board: board.id, marker, name }, signal)
          : [];
      return receipt(gateway, { id, updated_at: null }, null, missing);
    },

    async update(command, signal) {
      itemsOnly(command.stream);
      const { item, requestId } = await changeItem(gateway, command, signal);
      return receipt(gateway, item, requestId);
    },

    async retire(command, signal) {
      itemsOnly(command.stream);
      const requestId = await retireItem(gateway, command, signal);
      return receipt(gateway, { id: command.id, updated_at: null }, requestId);
    },
  };
}

function receipt(
  gateway: MondayGateway,
  item: { readonly id: string; readonly updated_at: string | null },
  requestId: string | null,
  missing: readonly string[] = [],
): WriteReceipt {
  const at = parseInstant(item.updated_at ?? "") ?? gateway.now();
  return { id: item.id, requestId, at, complete: missing.length === 0, missing };
}
