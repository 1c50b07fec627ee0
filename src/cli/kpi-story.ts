import { originsOf } from "../explain/index.ts";
import type { Origin } from "../explain/index.ts";
import type { Evidence, EvidenceRow, KpiDefinition, KpiResult } from "../kpis/index.ts";
import type { Instant, PublishedFigure, StorePort } from "../model/index.ts";
import type { KpiSource, LastReading } from "../sync/index.ts";

/** One row of evidence with the source records it rests on. */
export interface TracedRow {
  readonly row: EvidenceRow;
  readonly origins: readonly Origin[];
}

/** Everything that answers why a figure is what it is. */
export interface KpiStory {
  readonly asOf: Instant;
  readonly definition: KpiDefinition;
  readonly result: KpiResult;
  /** Why it is not to be taken as it is; null when its gates are passed. */
  readonly gate: string | null;
  /** The streams it rests on with the last reading of each; null for one that was never read. */
  readonly sources: readonly (KpiSource & { readonly reading: LastReading | null })[];
  /** What was published for it, oldest first; the figure itself may not have been published yet. */
  readonly published: readonly PublishedFigure[];
  /** Null for a measure whose rows are not kept apart. */
  readonly evidence: Evidence | null;
  /** The first rows of each part of the evidence, or all of them. */
  readonly rows: readonly TracedRow[];
}

/** The part of the evidence that a row belongs to. */
export type EvidencePart = "against" | "for" | "pending" | "excluded";

export function partOf({ standing, against }: EvidenceRow): EvidencePart {
  return standing === "counted" ? (against ? "against" : "for") : standing;
}

/** Traces rows back to their records, at most `limit` of each part. */
export async function traceRows(
  store: StorePort,
  evidence: Evidence | null,
  limit: number,
): Promise<readonly TracedRow[]> {
  const taken = new Map<EvidencePart, number>();
  const rows = (evidence?.rows ?? []).filter((row) => {
    const n = (taken.get(partOf(row)) ?? 0) + 1;
    taken.set(partOf(row), n);
    return n <= limit;
  });
  const origins = await originsOf(store, rows);
  return rows.map((row, index) => ({ row, origins: origins[index] ?? [] }));
}
