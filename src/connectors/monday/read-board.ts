import type { Instant, Page, Position, SourceRecord, Tombstone } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { HubError } from "../../model/index.ts";
import type { ItemAnswer } from "./answers.ts";
import { columnHidden, LOG_HIDDEN, OVERLAP_MS } from "./board-source.ts";
import type { BoardSource } from "./board-source.ts";
import { activityRecords, itemRecord } from "./item-records.ts";
import type { LifecycleRow } from "./item-records.ts";
import { listItems } from "./list-items.ts";
import { coveredUntil, hashColumns, readPosition, startPosition, writePosition } from "./position.ts";
import type { BoardPosition } from "./position.ts";
import { logFrom, walkLog } from "./read-log.ts";
import type { LogRows, LogStart } from "./read-log.ts";
import { confirmItems } from "./removals.ts";
import type { Told } from "./removals.ts";
import { differences, hasKnownItems, knownIds, missingItems, sweepBoard } from "./sweep-board.ts";

/**
 * Reads one board: its items since the last mark and its activity log since the last anchor, the first page of both in
 * one call, so that a board where nothing happened costs one. Items whose end the log tells are looked up and delivered
 * with their tombstones. A full reading also looks up what is known and no longer listed.
 * @throws HubError HUB-1519 before anything is read when a column asked for is out of sight, HUB-1518 at the end when the
 * log is.
 */
export async function* readBoard(
  source: BoardSource,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const hidden = source.columns.find((column) => column.hidden);
  if (hidden !== undefined) throw columnHidden(source, hidden);
  const columns = hashColumns(source.columns.map(({ id, type }) => `${id}:${type}`));
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
  /** Ids of everything listed. */
  readonly #listed = new Set<string>();
  /** Rows about the end of items, by id, with their times. */
  readonly #lifecycle = new Map<string, Instant>();
  readonly #confirmed = new Set<string>();
  /** A row told of an end or a return without naming the items. */
  #unnamed = false;

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
    if (walk !== null) yield* this.#log([], { top: walk.to, first: undefined, candidate: walk.candidate });
    let first: LogRows | undefined;
    const from = this.#whole ? null : this.#state.itemsBefore;
    for await (const page of listItems(this.#source, { from, log: { from: logFrom(this.#state.anchor) } })) {
      for (const item of page.items) this.#listed.add(item.id);
      first = page.log ?? first;
      this.#state = { ...this.#state, itemsBefore: page.before };
      if (page.done) yield* this.#log(page.items, { top: null, first, candidate: null }, true);
      else yield { records: this.#records(page.items), tombstones: [], rejects: [], position: this.#position() };
    }
  }

  #records(items: readonly ItemAnswer[]): readonly SourceRecord[] {
    return items.map((item) => itemRecord(item, this.#source.stream));
  }

  #position(): Position {
    return writePosition(this.#state, coveredUntil(this.#state.itemsBefore));
  }

  /** Walks the log; the last page of items travels with its first page. */
  async *#log(
    items: readonly ItemAnswer[],
    start: Omit<LogStart, "settledBefore" | "items">,
    closing = false,
  ): AsyncGenerator<Page> {
    let waiting = items;
    const { anchor } = this.#state;
    const settledBefore = this.#startedAt - OVERLAP_MS;
    const itemsOfBoard = async (): Promise<readonly string[]> => [
      ...new Set([...this.#listed, ...(await knownIds(this.#source, this.#context))]),
    ];
    try {
      for await (const { rows, state } of walkLog(this.#source, anchor, {
        ...start,
        settledBefore,
        items: itemsOfBoard,
      })) {
        const { records, rejects, lifecycle } = activityRecords(rows, this.#columnIds, this.#source.stream);
        const ended = await this.#confirm(lifecycle);
        const last = state.walk === null;
        this.#state = { ...this.#state, ...state, ...(last ? { settled: this.#settledSince(state.anchor) } : {}) };
        yield await this.#page(waiting, ended, { records, rejects }, last && closing);
        waiting = [];
      }
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== LOG_HIDDEN) throw error;
      // The items are read to their end all the same; only then the missing history is told.
      if (closing) yield await this.#page(waiting, NOTHING, { records: [], rejects: [] }, true);
      throw error;
    }
  }

  /** One page of items and rows; the last one of the board also says what is missing. */
  async #page(
    waiting: readonly ItemAnswer[],
    ended: { readonly records: readonly SourceRecord[]; readonly tombstones: readonly Tombstone[] },
    log: Pick<Page, "records" | "rejects">,
    closing: boolean,
  ): Promise<Page> {
    const missing = closing ? await this.#missing(ended.tombstones) : NOTHING;
    const looked = [...ended.records, ...missing.records];
    const again = new Set(looked.map((record) => record.id));
    return {
      records: [...this.#records(waiting).filter((record) => !again.has(record.id)), ...looked, ...log.records],
      tombstones: [...ended.tombstones, ...missing.tombstones],
      rejects: log.rejects,
      position: this.#position(),
      ...(closing && this.#whole
        ? { sourceCount: { count: this.#listed.size, of: "active items the boards list" } }
        : {}),
    };
  }

  /** Looks up the items that rows of the log call ended or restored, each once. */
  async #confirm(
    lifecycle: readonly LifecycleRow[],
  ): Promise<{ records: readonly SourceRecord[]; tombstones: readonly Tombstone[] }> {
    const settled = new Set(this.#state.settled);
    const told = new Map<string, Told>();
    for (const { row, at, event, items, moved } of lifecycle) {
      this.#lifecycle.set(row, at);
      if (settled.has(row)) continue;
      if (items.length === 0) this.#unnamed = true;
      // The first reading lists everything anyway; what it does not list is looked up once, at its end.
      const asked = moved ? items.filter((id) => !this.#whole && !this.#listed.has(id)) : items;
      // Newest first: the last word on an item is the first one met.
      for (const id of asked) if (!told.has(id) && !this.#confirmed.has(id)) told.set(id, { at, event });
      // Readers may see the items later than the log.
      if (moved && asked.length > 0 && at > this.#startedAt - SETTLING_MS) this.#lifecycle.delete(row);
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
    if (this.#whole) {
      const seen = new Set([...this.#listed, ...ended.map((tombstone) => tombstone.id)]);
      const ids = await missingItems(this.#source, this.#context, seen);
      return confirmItems(this.#source, ids, new Map());
    }
    if (!this.#unnamed) return NOTHING;
    return confirmItems(this.#source, await differences(this.#source, this.#context), new Map());
  }

  /** Rows the next reading will meet again. */
  #settledSince(anchor: BoardPosition["anchor"]): string[] {
    return [...this.#lifecycle].filter(([, at]) => anchor === null || at >= anchor.at - 1).map(([row]) => row);
  }
}

/** Writes are seen by readers up to half a minute late (reference monday.md §7.2). */
const SETTLING_MS = 60_000;

const NOTHING = { records: [], tombstones: [] } as const;
