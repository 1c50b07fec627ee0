import type { FieldValue } from "../../model/index.ts";
import type { NormaliserOptions } from "./normaliser.ts";

/** A name as the system shows it now, with what stays when it is renamed. */
export interface ShownName {
  readonly id: string;
  readonly name: string;
  /** What the system itself makes of it (won, done): another name that means something else is no renaming. */
  readonly means?: string;
}

/** One list of names that people see and change: a project's sections, a column's labels, a board's columns. */
export interface NameList {
  /** The stream whose records hold the names, or ids of them. */
  readonly stream: string;
  /** The field whose values they are, as mappings call it; null for the names of the stream's fields themselves. */
  readonly field: string | null;
  /**
   * - `options`: records hold option values, whose name is today's or that of the time
   * - `ids`: records hold the id as text
   * - `names`: records hold the name as text
   */
  readonly holds: "options" | "ids" | "names";
  /** For a list of one project or board: its records are those whose `field` is `id`; `known` is true of all of them. */
  readonly scope: {
    readonly field: string;
    readonly id: string;
    readonly title: string;
    readonly known: Readonly<Record<string, FieldValue>>;
  } | null;
  readonly shown: readonly ShownName[];
}

/** The names of a system that have ids behind them, from stored records alone. */
export interface NamesFace<Settings = unknown> {
  /** The streams that `lists` needs the records of. */
  readonly streams: readonly string[];
  /** Pure. */
  lists(options: NormaliserOptions<Settings>): readonly NameList[];
}
