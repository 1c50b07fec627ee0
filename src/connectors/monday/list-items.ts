import { HubError, parseInstant } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { boardPageSchema, nextPageSchema } from "./answers.ts";
import type { ItemAnswer, ItemsPage } from "./answers.ts";
import { boardGone, cellVariables, MOST_RESTARTS, neverEnding, OVERLAP_MS, shapeOf } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { itemsAndLog, itemsFirst, itemsNext } from "./documents.ts";
import { CURSOR_EXPIRED } from "./failures.ts";
import { atOnce, withAllCells } from "./items-by-id.ts";
import { LOG_PATH } from "./read-log.ts";
import type { LogRows } from "./read-log.ts";
import { ITEMS_PER_PAGE, ROWS_PER_PAGE } from "./streams.ts";
import { nextForm, updatedSince } from "./updated-filter.ts";

export interface ListedPage {
  readonly items: readonly ItemAnswer[];
  /** Newest rows of the log from the asked instant on; with the very first page only, else undefined. */
  readonly log: LogRows | undefined;
  /** Everything updated before it has been listed; null while nothing is sure. */
  readonly before: Instant | null;
  readonly done: boolean;
}

export interface ListOptions {
  /** Items updated at or after it; null for all. */
  readonly from: Instant | null;
  /** Rows of the log at or after it (null: its newest rows), together with the first page; or none of them. */
  readonly log: { readonly from: string | null } | "leave";
}

/**
 * Lists a board's active items, oldest update first. When the cursor is forgotten (60 minutes after the first page), it
 * starts again at the newest update that is certain to have been passed: of items changed since the start, the order no
 * longer tells where they stood, so they do not count (reference monday.md §7.5). What a restart gives again unchanged is
 * left out.
 */
export async function* listItems(source: BoardSource, options: ListOptions): AsyncGenerator<ListedPage> {
  const startedAt = source.gateway.now();
  const passage = new Passage(options.from, startedAt - OVERLAP_MS);
  /** Stamps of what has been given, by id. */
  const given = new Map<string, string | null>();
  for (let restarts = 0; ; restarts += 1) {
    if (restarts > MOST_RESTARTS) throw neverEnding(source, "The items");
    try {
      let log: LogRows | undefined;
      let page: ItemsPage;
      ({ page, log } = await firstPage(source, passage.before, restarts === 0 ? options.log : "leave"));
      passage.restart();
      for (;;) {
        passage.pass(page.items);
        const done = page.cursor === null;
        const items = page.items.filter(({ id, updated_at: at }) => !given.has(id) || given.get(id) !== at);
        for (const { id, updated_at: at } of items) given.set(id, at);
        forget(given, passage.before);
        yield { items, log, before: done ? startedAt - OVERLAP_MS : passage.before, done };
        log = undefined;
        if (page.cursor === null) return;
        page = await nextPage(source, page.cursor);
      }
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== CURSOR_EXPIRED) throw error;
    }
  }
}

/** What lies before the mark does not come again. */
function forget(given: Map<string, string | null>, before: Instant | null): void {
  if (before === null) return;
  for (const [id, at] of given) if ((parseInstant(at ?? "") ?? before) < before) given.delete(id);
}

/** Follows how far a listing in order of updates has come. */
class Passage {
  readonly #from: Instant | null;
  readonly #settled: Instant;
  #mark: Instant | null;
  #ordered = true;
  #last: Instant | undefined;

  /** @param settled items updated after it may have moved while they were listed, and prove nothing. */
  constructor(from: Instant | null, settled: Instant) {
    this.#from = from;
    this.#mark = from;
    this.#settled = settled;
  }

  /** Everything updated before it has been passed; where the order is not kept, only what was so at the start. */
  get before(): Instant | null {
    return this.#ordered ? this.#mark : this.#from;
  }

  /** A listing begins at its start again. */
  restart(): void {
    this.#last = undefined;
  }

  pass(items: readonly ItemAnswer[]): void {
    for (const item of items) {
      const updated = parseInstant(item.updated_at ?? "");
      if (updated === undefined || updated > this.#settled) continue;
      if (this.#last !== undefined && updated < this.#last) this.#ordered = false;
      this.#last = updated;
      if (this.#mark === null || updated > this.#mark) this.#mark = updated;
    }
  }
}

async function firstPage(
  source: BoardSource,
  from: Instant | null,
  rows: ListOptions["log"],
): Promise<{ page: ItemsPage; log: LogRows | undefined }> {
  const { gateway, board, filter, signal } = source;
  const asked = atOnce(source);
  const withLog = rows !== "leave";
  for (;;) {
    const query = updatedSince(filter.form, from, gateway.now());
    try {
      const { data } = await gateway.ask({
        operation: `items of board ${board.id}`,
        query: withLog ? itemsAndLog(shapeOf(asked)) : itemsFirst(shapeOf(asked)),
        variables: {
          board: [board.id],
          limit: ITEMS_PER_PAGE,
          query,
          ...cellVariables(asked),
          ...(withLog ? { rows: ROWS_PER_PAGE, ...(rows.from === null ? {} : { from: rows.from }) } : {}),
        },
        listing: board.id,
        answer: boardPageSchema,
        signal,
        mayBeHidden: LOG_PATH,
      });
      const found = data.boards?.[0];
      if (found?.items_page == null) throw boardGone(source);
      const log = found.activity_logs?.filter((row) => row !== null) ?? null;
      const page = recent(found.items_page, from);
      return {
        page: { ...page, items: [...(await withAllCells(source, page.items))] },
        log: withLog ? log : undefined,
      };
    } catch (error) {
      const next = from === null ? undefined : nextForm(error, filter.form);
      if (next === undefined) throw error;
      filter.form = next;
    }
  }
}

async function nextPage(source: BoardSource, cursor: string): Promise<ItemsPage> {
  const asked = atOnce(source);
  const { data } = await source.gateway.ask({
    operation: `next items of board ${source.board.id}`,
    query: itemsNext(shapeOf(asked)),
    variables: { cursor, limit: ITEMS_PER_PAGE, ...cellVariables(asked) },
    listing: source.board.id,
    answer: nextPageSchema,
    signal: source.signal,
  });
  const page = data.next_items_page;
  return { ...page, items: [...(await withAllCells(source, page.items))] };
}

/** The coarse filter lets older items through; they are known already. */
function recent(page: ItemsPage, from: Instant | null): ItemsPage {
  if (from === null) return page;
  return { ...page, items: page.items.filter((item) => (parseInstant(item.updated_at ?? "") ?? from) >= from - 1000) };
}
