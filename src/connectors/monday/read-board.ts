import type { Instant, Page, Position, SourceRecord, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import type { ActivityAnswer, ItemAnswer } from "./answers.ts";
import { OVERLAP_MS } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { activityRecords, itemRecord } from "./item-records.ts";
import { listItems } from "./list-items.ts";
import { coveredUntil, hashColumns, readPosition, startPosition, writePosition } from "./position.ts";
import type { BoardPosition } from "./position.ts";
import { logFrom, walkLog } from "./read-log.ts";
import type { LogStart } from "./read-log.ts";
import { confirmItems } from "./removals.ts";
import type { Told } from "./removals.ts";
import { hasKnownItems, missingItems, sweepBoard } from "./sweep-board.ts";

/**
 * Reads one board: its items since the last mark and its activity log since the last anchor, the first page of both in
 * one call, so that a board where nothing happened costs one. Items whose end the log tells are looked up and delivered
 * with their tombstones. A full reading also looks up what is known and no longer listed.
 */
export async function* readBoard(
  source: BoardSource,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const columns = hashColumns(source.columns.map((column) => column.id));
  const stored = readPosition(position, columns);
  if (context.mode === "sweep" && position !== null && stored.itemsBefore !== null) {
    yield* sweepBoard(source, position, context);
    return;
  }
  const state = context.mode === "incremental" ? stored : startPosition(columns);
  // A board that came back into sight has no live items left: what is older than the mark has to be read again.
  const whole = state.itemsBefore === null || !(await hasKnownItems(source, context));
  yield* new BoardReading(source, context, state, whole).pages();
}

/** One reading of one board, with what it learns on the way. */
class BoardReading {
  readonly #source: BoardSource;
  readonly #context: ReadContext;
  readonly #whole: boolean;
  readonly #columnIds: ReadonlySet<string>;
  readonly #startedAt: Instant;
  #state: BoardPosition;
  /** Ids of everything listed; kept only when the whole board is listed (10,000 at most). */
  readonly #listed = new Set<string>();
  /** Rows about the end of items, by id, with their times. */
  readonly #lifecycle = new Map<string, Instant>();
  readonly #confirmed = new Set<string>();

  constructor(source: BoardSource, context: ReadContext, state: BoardPosition, whole: boolean) {
    this.#source = source;
    this.#context = context;
    this.#state = state;
    this.#whole = whole;
    this.#columnIds = new Set(source.columns.map((column) => column.id));
    this.#startedAt = source.gateway.now();
  }

  async *pages(): AsyncGenerator<Page> {
    const { walk } = this.#state;
    if (walk !== null) yield* this.#log([], { top: walk.to, first: null, candidate: walk.candidate });
    let first: readonly ActivityAnswer[] | null = null;
    const from = this.#whole ? null : this.#state.itemsBefore;
    for await (const page of listItems(this.#source, { from, logFrom: logFrom(this.#state.anchor) })) {
      if (this.#whole) for (const item of page.items) this.#listed.add(item.id);
      first = page.log ?? first;
      this.#state = { ...this.#state, itemsBefore: page.before };
      if (page.done) yield* this.#log(page.items, { top: null, first, candidate: null }, true);
      else yield { records: page.items.map(itemRecord), tombstones: [], rejects: [], position: this.#position() };
    }
  }

  #position(): Position {
    return writePosition(this.#state, coveredUntil(this.#state.itemsBefore));
  }

  /** Walks the log; the last page of items travels with its first page. */
  async *#log(
    items: readonly ItemAnswer[],
    start: Omit<LogStart, "settledBefore">,
    closing = false,
  ): AsyncGenerator<Page> {
    let waiting = items;
    const { anchor } = this.#state;
    const settledBefore = this.#startedAt - OVERLAP_MS;
    for await (const { rows, state } of walkLog(this.#source, anchor, { ...start, settledBefore })) {
      const { records, rejects, lifecycle } = activityRecords(rows, this.#columnIds);
      const ended = await this.#confirm(lifecycle);
      const last = state.walk === null;
      this.#state = { ...this.#state, ...state, ...(last ? { settled: this.#settledSince(state.anchor) } : {}) };
      const missing = last && closing && this.#whole ? await this.#missing(ended.tombstones) : NOTHING;
      const looked = [...ended.records, ...missing.records];
      const again = new Set(looked.map((record) => record.id));
      yield {
        records: [...waiting.map(itemRecord).filter((record) => !again.has(record.id)), ...looked, ...records],
        tombstones: [...ended.tombstones, ...missing.tombstones],
        rejects,
        position: this.#position(),
        ...(last && closing && this.#whole
          ? { sourceCount: { count: this.#listed.size, of: "active items the boards list" } }
          : {}),
      };
      waiting = [];
    }
  }

  /** Looks up the items that rows of the log call ended or restored, each once. */
  async #confirm(
    lifecycle: ReturnType<typeof activityRecords>["lifecycle"],
  ): Promise<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[] }> {
    const settled = new Set(this.#state.settled);
    const told = new Map<string, Told>();
    for (const { row, at, event, items } of lifecycle) {
      this.#lifecycle.set(row, at);
      if (settled.has(row)) continue;
      // Newest first: the last word on an item is the first one met.
      for (const id of items) if (!told.has(id) && !this.#confirmed.has(id)) told.set(id, { at, event });
    }
    if (told.size === 0) return NOTHING;
    for (const id of told.keys()) this.#confirmed.add(id);
    const confirmed = await confirmItems(this.#source, [...told.keys()], told);
    const ended = new Set(confirmed.tombstones.map((tombstone) => tombstone.id));
    const ahead = (id: string): boolean => /archive|delete/u.test(told.get(id)?.event ?? "") && !ended.has(id);
    // The log may be ahead of the items: a row whose item still lives is looked after again.
    for (const { row, items } of lifecycle) if (items.some(ahead)) this.#lifecycle.delete(row);
    return confirmed;
  }

  async #missing(
    ended: readonly Tombstone[],
  ): Promise<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[] }> {
    const seen = new Set([...this.#listed, ...ended.map((tombstone) => tombstone.id)]);
    const ids = await missingItems(this.#source, this.#context, seen);
    return confirmItems(this.#source, ids, new Map());
  }

  /** Rows the next reading will meet again. */
  #settledSince(anchor: BoardPosition["anchor"]): string[] {
    return [...this.#lifecycle].filter(([, at]) => anchor === null || at >= anchor.at - 1).map(([row]) => row);
  }
}

const NOTHING = { records: [], tombstones: [] } as const;
