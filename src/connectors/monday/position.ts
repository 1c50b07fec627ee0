import { z } from "zod";
import { hashText } from "../../model/index.ts";
import type { Instant, InstantRange, Json, Position } from "../../model/index.ts";

const anchorSchema = z.object({ id: z.string(), at: z.number() });

/**
 * How far the items and the log of one board have been read. Marks are instants below which everything has been read;
 * null before the first item or row.
 */
export const positionSchema = z.object({
  /** Hash of the columns that were asked for: others are missing in what is stored. */
  columns: z.string(),
  /** Everything updated before it is stored. */
  itemsBefore: z.number().nullable(),
  /** The log is stored from its start up to this row, which every later window has to find again. */
  anchor: anchorSchema.nullable(),
  /** A downward walk that was cut short: rows above `to` are stored; `candidate` becomes the anchor when it has ended. */
  walk: z.object({ to: z.number(), candidate: anchorSchema.nullable() }).nullable(),
  /** Rows of the overlap that ended or restored an item and have been looked after. */
  settled: z.array(z.string()),
});

export type BoardPosition = z.output<typeof positionSchema>;

export const startPosition = (columns: string): BoardPosition => ({
  columns,
  itemsBefore: null,
  anchor: null,
  walk: null,
  settled: [],
});

/** The stored state; a fresh one when there is none, or when other columns are asked for now. */
export function readPosition(position: Position | null, columns: string): BoardPosition {
  const parsed = positionSchema.safeParse(position?.state);
  return parsed.success && parsed.data.columns === columns ? parsed.data : startPosition(columns);
}

export function writePosition(state: BoardPosition, covered: readonly InstantRange[]): Position {
  return { covered, state: state satisfies Json };
}

export const hashColumns = (ids: readonly string[]): string => hashText(ids.toSorted().join("\n"));

/** What the items' mark covers, as the certificate shows it. */
export const coveredUntil = (before: Instant | null): readonly InstantRange[] =>
  before === null ? [] : [{ from: 0, to: before }];
