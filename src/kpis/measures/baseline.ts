import type { Day, Instant } from "../../model/index.ts";
import { hashText } from "../../model/index.ts";
import { HubError } from "../../model/index.ts";
import { quantile } from "../statistics/quantile.ts";

/** One case of a cohort as reductions see it. */
export interface CohortCase {
  readonly caseKey: string;
  /** What is resampled together: the account, or the case itself. */
  readonly cluster: string;
  readonly segment: string;
  /** Milliseconds to its end, or to where it was last seen open. */
  readonly duration: number;
  readonly ended: boolean;
  readonly isRework: boolean;
  /** Ended otherwise than by the first end its process declares. */
  readonly isLost: boolean;
}

/**
 * What later periods are compared with: frozen once, recorded, never recomputed (reference §2.3). Another version of the KPI
 * or another window is another baseline, which is the recorded act of re-baselining.
 */
export interface Baseline {
  /** `kpi@version/process`. */
  readonly key: string;
  readonly process: string;
  readonly processKey: string;
  readonly definition: string;
  readonly from: Day;
  readonly to: Day;
  readonly calendar: string;
  readonly filter: string;
  readonly frozenAt: Instant;
  /** Both periods are followed for this long: the 95th percentile of the baseline's own ended cases. */
  readonly followUpMs: number;
  /** Durations are censored at the follow-up. */
  readonly cases: readonly CohortCase[];
  /** Over the case keys, in order. */
  readonly hash: string;
}

/** Where baselines are recorded. */
export interface BaselineStore {
  load(key: string): Promise<Baseline | null>;
  save(baseline: Baseline): Promise<void>;
}

/** Keeps baselines for as long as the process lives; for measuring without a store. */
export function memoryBaselines(): BaselineStore {
  const kept = new Map<string, Baseline>();
  return {
    load: (key) => Promise.resolve(kept.get(key) ?? null),
    save(baseline) {
      kept.set(baseline.key, baseline);
      return Promise.resolve();
    },
  };
}

export interface BaselineTerms {
  readonly key: string;
  readonly process: string;
  readonly processKey: string;
  readonly definition: string;
  readonly from: Day;
  readonly to: Day;
  readonly calendar: string;
  readonly frozenAt: Instant;
}

export const COHORT_FILTER = "started in the window, within tracked history, record not deleted, no negative duration";

/** Freezes a baseline from its cohort; null when no case of it has ended, so that there is nothing to compare with. */
export function freezeBaseline(terms: BaselineTerms, cohort: readonly CohortCase[]): Baseline | null {
  const ended = cohort.filter((member) => member.ended).map((member) => member.duration);
  const followUpMs = quantile(ended, 0.95);
  if (followUpMs === null) return null;
  const cases = cohort.map((member) => censor(member, followUpMs)).sort((a, b) => (a.caseKey < b.caseKey ? -1 : 1));
  return { ...terms, filter: COHORT_FILTER, followUpMs, cases, hash: hashCases(cases) };
}

/** What happened after the follow-up is not known yet: the baseline must not profit from what was learned later. */
export function censor(member: CohortCase, followUpMs: number): CohortCase {
  return member.duration <= followUpMs ? member : { ...member, duration: followUpMs, ended: false };
}

/** @throws HubError HUB-4510 when a stored baseline is not what was frozen */
export function verifyBaseline(baseline: Baseline): Baseline {
  if (hashCases(baseline.cases) === baseline.hash) return baseline;
  throw new HubError("HUB-4510", `The frozen baseline ${baseline.key} does not hold the cases it was frozen with.`, {
    disposition: "operator",
    remedy: "Restore it from a backup, or raise the KPI's version to freeze a new one.",
  });
}

function hashCases(cases: readonly CohortCase[]): string {
  return hashText(cases.map((member) => member.caseKey).join("\n"));
}
