import type { Instant } from "../../model/index.ts";
import type { BaselineStore } from "../measures/baseline.ts";
import type { MeasureInput } from "../measures/measure-input.ts";
import type { KpiResult } from "../measures/result.ts";
import type { SqlRow } from "../star/star.ts";

/** One thing that a figure counted, waits for, or left out. */
export interface EvidenceRow {
  /** What is counted: a case's, handoff's or step execution's key, or the name of a step of a procedure. */
  readonly key: string;
  /** As the star knows it; null where only the record itself can tell. */
  readonly name: string | null;
  readonly url: string | null;
  /** The case's system and its own id there; null without a case. */
  readonly system: string | null;
  readonly caseId: string | null;
  readonly standing: "counted" | "pending" | "excluded";
  /** What a counted row adds to the numerator; 0 where a figure has none. */
  readonly numerator: number;
  /** What a counted row adds to the denominator, which is `n` where a share or a median is told. */
  readonly denominator: number;
  /** It counts against the target, or is among the slowest where there is none. */
  readonly against: boolean;
  /** When it counts; null while pending. */
  readonly at: Instant | null;
  /** How long it took; for a pending row of a median, how long it has been open at the as-of. */
  readonly durationMs: number | null;
  /** One plain sentence. */
  readonly because: string;
  /** Keys of objects behind it beside the case's own. */
  readonly objects: readonly string[];
  /** Ids of the events behind it. */
  readonly events: readonly string[];
}

/** What a figure is made of, and what that adds up to. */
export interface Evidence {
  /** What counts against the target first, then the rest, what is pending, what is excluded. */
  readonly rows: readonly EvidenceRow[];
  readonly numerator: number;
  readonly denominator: number;
  readonly n: number;
  readonly pending: number;
  readonly excluded: Readonly<Record<string, number>>;
}

/** What evidence is looked up in: the measured star and the figures computed from it. */
export interface EvidenceInput extends MeasureInput {
  readonly results: readonly KpiResult[];
  readonly baselines: BaselineStore;
}

/** A counted row that nothing is known of. */
export const BARE: Omit<EvidenceRow, "key" | "because"> = {
  name: null,
  url: null,
  system: null,
  caseId: null,
  standing: "counted",
  numerator: 0,
  denominator: 1,
  against: false,
  at: null,
  durationMs: null,
  objects: [],
  events: [],
};

/** A text of a query's row; null when there is none. */
export function textOf(row: SqlRow, column: string): string | null {
  const value = row[column];
  return typeof value === "string" && value !== "" ? value : null;
}
