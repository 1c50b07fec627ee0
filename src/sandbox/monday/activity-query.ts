import type { MondayActivitySeed } from "../seeds.ts";
import type { ReadLag } from "./read-lag.ts";
import type { Board, MondayState } from "./state.ts";

export interface ActivityArguments {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly limit: number;
  readonly page: number;
  readonly column_ids?: readonly (string | null)[] | null;
  readonly group_ids?: readonly (string | null)[] | null;
  readonly item_ids?: readonly string[] | null;
  readonly user_ids?: readonly string[] | null;
}

/** Rows a window lets you reach, whatever the page size (reference monday.md §8). */
const WINDOW = 10_000;

/** A board's log, newest first. Bounds are inclusive. */
export function activityRows(state: MondayState, board: Board, args: ActivityArguments): MondayActivitySeed[] {
  const rows = board.activity;
  const horizon = state.lag.active ? state.lag.horizon() : Number.POSITIVE_INFINITY;
  const kept =
    state.logRetentionMs === null ? Number.NEGATIVE_INFINITY : state.environment.clock.now() - state.logRetentionMs;
  const from = Math.max(args.from == null ? Number.NEGATIVE_INFINITY : Date.parse(args.from), kept);
  const to = Math.min(args.to == null ? Number.POSITIVE_INFINITY : Date.parse(args.to), horizon);
  const first = from === Number.NEGATIVE_INFINITY ? 0 : rows.lowerBound(from);
  const end = to === Number.POSITIVE_INFINITY ? rows.length : rows.lowerBound(to + 1);
  const limit = Math.max(0, Math.min(args.limit, WINDOW));
  const skip = (Math.max(1, args.page) - 1) * limit;
  const stop = Math.min(skip + limit, WINDOW);
  const keep = rowFilter(args, state.lag);
  const found: MondayActivitySeed[] = [];
  if (keep === null) {
    for (let at = end - 1 - skip; at >= first && at > end - 1 - stop; at -= 1) {
      const row = rows.at(at);
      if (row !== undefined) found.push(row);
    }
    return found;
  }
  let seen = 0;
  for (let at = end - 1; at >= first && seen < stop; at -= 1) {
    const row = rows.at(at);
    if (row === undefined || !keep(row)) continue;
    if (seen >= skip) found.push(row);
    seen += 1;
  }
  return found;
}

/** The filters with their known traps: column ids drop all rows without a column, group ids match the source group. */
function rowFilter(args: ActivityArguments, lag: ReadLag): ((row: MondayActivitySeed) => boolean) | null {
  const tests: ((row: MondayActivitySeed) => boolean)[] = [];
  const add = (ids: readonly (string | null)[] | null | undefined, of: (row: MondayActivitySeed) => unknown): void => {
    if (ids == null || ids.length === 0) return;
    const set = new Set(ids.map(String));
    tests.push((row) => set.has(String(of(row))));
  };
  add(args.column_ids, (row) => row.data["column_id"]);
  add(args.group_ids, (row) => row.data["group_id"]);
  if (args.item_ids != null && args.item_ids.length > 0) {
    const wanted = new Set(args.item_ids.map(String));
    tests.push((row) => {
      const many = row.data["pulse_ids"];
      return (
        wanted.has(String(row.data["pulse_id"])) || (Array.isArray(many) && many.some((id) => wanted.has(String(id))))
      );
    });
  }
  add(args.user_ids, (row) => row.userId);
  if (lag.holdsRows) tests.push((row) => lag.shows(row));
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}
