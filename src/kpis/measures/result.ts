import type { KpiDefinition } from "../definitions/compile-kpi.ts";
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

/** So many of the cases that count against a figure are named with it; `hub explain` tells all of them. */
export const EVIDENCE_SAMPLE = 200;

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
  /** Milliseconds of the business day its times are told in; null for time by the clock and for what is no time. */
  readonly businessDayMs: number | null;
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

/** A result that says nothing yet but whose it is and what it is held against. */
export function blankResult(
  { name, area, key }: Pick<KpiDefinition, "name" | "area" | "key">,
  target: { readonly value: number; readonly text: string } | null,
) {
  return {
    kpi: name,
    area,
    definition: key,
    nOpen: 0,
    excluded: {},
    numerator: null,
    denominator: null,
    businessDayMs: null,
    interval: null,
    bound: null,
    p90: null,
    target: target?.value ?? null,
    targetText: target?.text ?? null,
    moneyAtStake: null,
    evidence: { keys: [], count: 0 },
  } satisfies Partial<KpiResult>;
}
