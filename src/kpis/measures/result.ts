import type { Cut, KpiArea } from "../definitions/kpi-file.ts";
import type { Window } from "../definitions/windows.ts";
import type { Interval } from "../statistics/wilson.ts";

/** `insufficient` is also said when the evidence is too thin, `no target` when the file names none. */
export type KpiVerdict = "met" | "not met" | "inconclusive" | "insufficient" | "no target";

export interface KpiScope {
  readonly type: "company" | Cut;
  /** `all` for the company. */
  readonly key: string;
}

export const COMPANY: KpiScope = { type: "company", key: "all" };

/** One value of one KPI, with everything needed to trust or doubt it (reference §2.1). */
export interface KpiResult {
  readonly kpi: string;
  readonly area: KpiArea;
  /** `name@version` of the definition. */
  readonly definition: string;
  readonly scope: KpiScope;
  readonly window: Window;
  /** The one window of its scope that is shown: the shortest that has the minimum n, else the longest. */
  readonly shown: boolean;
  readonly n: number;
  readonly nOpen: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** A ratio, milliseconds, a number or an amount in the corporate currency; null with a reason. */
  readonly value: number | null;
  readonly unit: "ratio" | "milliseconds" | "number" | "money";
  readonly interval: Interval | null;
  /** A second reading: coverage without the unknown, compliance with waivers accepted, the median with open cases. */
  readonly bound: number | null;
  readonly p90: number | null;
  readonly target: number | null;
  readonly targetText: string | null;
  readonly verdict: KpiVerdict;
  /** Why there is no value, or what to keep in mind; null when nothing. */
  readonly reason: string | null;
  readonly sentence: string;
  /** In the corporate currency; null when the KPI has no money. */
  readonly moneyAtStake: number | null;
  /** Keys of cases (or handoffs) that count against the target: a bounded sample and how many there are. */
  readonly evidence: { readonly keys: readonly string[]; readonly count: number };
}
