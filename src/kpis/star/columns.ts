/** Types of the star schema (reference §2.10); each has one DuckDB, Parquet and Hyper type. */
export type ColumnType = "TEXT" | "INT" | "BIG_INT" | "DOUBLE" | "DATE" | "TIMESTAMP";

/**
 * One column. Derived columns are filled by the writer: from the instant they name, the wall-clock time or the day as
 * yyyymmdd in the reporting zone; or a constant that ties every fact to the one-row as-of table without changing its rows.
 */
export interface Column {
  readonly type: ColumnType;
  /** What a dashboard's reader sees. */
  readonly caption: string;
  /** What it means, for whoever meets it in Tableau first. */
  readonly comment: string;
  /** How its number is to be read: a 0..1 share, seconds, money, or a name (a year, a version) that nobody would add. */
  readonly reads?: "share" | "seconds" | "money" | "name";
  /** The dimension whose key this column holds. */
  readonly references?: DimensionName;
  readonly derived?: { readonly from: string; readonly as: "local time" | "date key" | "constant" };
}

export type DimensionName =
  | "dim_date"
  | "dim_process"
  | "dim_stage"
  | "dim_rule"
  | "dim_team"
  | "dim_actor"
  | "dim_account"
  | "dim_segment"
  | "dim_system"
  | "dim_contract"
  | "dim_kpi"
  | "dim_as_of";

export interface Table {
  readonly kind: "fact" | "dimension";
  readonly caption: string;
  /** One row of it, in words. */
  readonly grain: string;
  readonly key: readonly string[];
  /** In the order of files. */
  readonly columns: Readonly<Record<string, Column>>;
}

type Written<T extends Table> = {
  [K in keyof T["columns"]]: T["columns"][K] extends { readonly derived: object } ? never : K;
}[keyof T["columns"]];

/** A row as the builders give it: instants are epoch milliseconds, days `YYYY-MM-DD`, derived columns left to the writer. */
export type Row<T extends Table> = {
  readonly [K in Written<T>]: T["columns"][K]["type"] extends "TEXT" | "DATE" ? string | null : number | null;
};

export const text = (caption: string, comment: string) => ({ type: "TEXT", caption, comment }) as const;
/** A count, or a 0/1 that adds up to one. */
export const int = (caption: string, comment: string) => ({ type: "INT", caption, comment }) as const;
export const named = (caption: string, comment: string) => ({ type: "INT", caption, comment, reads: "name" }) as const;
export const double = (caption: string, comment: string) => ({ type: "DOUBLE", caption, comment }) as const;
export const share = (caption: string, comment: string) =>
  ({ type: "DOUBLE", caption, comment, reads: "share" }) as const;
export const seconds = (caption: string, comment: string) =>
  ({ type: "BIG_INT", caption: `${caption} (s)`, comment: `${comment} In seconds.`, reads: "seconds" }) as const;
export const money = (caption: string, comment: string) =>
  ({ type: "DOUBLE", caption, comment, reads: "money" }) as const;
export const date = (caption: string, comment: string) => ({ type: "DATE", caption, comment }) as const;
export const instant = (caption: string, comment: string) =>
  ({ type: "TIMESTAMP", caption: `${caption} (UTC)`, comment: `${comment} In UTC.` }) as const;

/** The wall-clock time of an instant in the reporting zone. */
export const local = <const F extends string>(from: F, caption: string, comment: string) =>
  ({
    type: "TIMESTAMP",
    caption,
    comment: `${comment} In the reporting zone.`,
    derived: { from, as: "local time" },
  }) as const;

/** The day of an instant in the reporting zone, a key of dim_date. */
export const dateKey = <const F extends string>(from: F, caption: string) =>
  ({
    type: "INT",
    caption,
    comment: "The day that leads to the calendar, as yyyymmdd in the reporting zone.",
    reads: "name",
    references: "dim_date",
    derived: { from, as: "date key" },
  }) as const;

/** A further day of a fact. Only one day of a fact is its key into dim_date: two roads to one table confuse a reader's tools. */
export const otherDateKey = <const F extends string>(from: F, caption: string) =>
  ({
    type: "INT",
    caption,
    comment: "The day as yyyymmdd in the reporting zone.",
    reads: "name",
    derived: { from, as: "date key" },
  }) as const;

/** The key of the one row of dim_as_of. */
export const CURRENT_AS_OF = "current";
export const asOfKey = {
  as_of_key: {
    type: "TEXT",
    caption: "As-of key",
    comment: "Leads to the as-of of the extract.",
    references: "dim_as_of",
    derived: { from: CURRENT_AS_OF, as: "constant" },
  },
} as const;

/** A key of a dimension. */
export const ref = <const D extends DimensionName>(references: D, caption: string) =>
  ({ type: "TEXT", caption, comment: `Leads to the dimension ${caption}.`, references }) as const;

/** What a fact says of money. */
export const amounts = {
  amount: money("Amount", "Amount as the source has it, in its own currency."),
  currency: text("Currency", "Currency of the amount."),
  amount_corporate: money(
    "Amount (corporate currency)",
    "Amount at the rate of the event's day, in the corporate currency.",
  ),
} as const;

/** The day of a fact that is about days. */
export const day = {
  type: "INT",
  caption: "Day",
  comment: "The day as yyyymmdd in the reporting zone.",
  reads: "name",
  references: "dim_date",
} as const;
