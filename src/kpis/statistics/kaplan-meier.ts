/** One observed duration: `ended` false is a case still open (or followed no further), known only to last longer. */
export interface Survival {
  readonly duration: number;
  readonly ended: boolean;
}

/** Observations in the order the estimator walks them, as flat arrays: resampling only changes weights. */
export interface SurvivalCurve {
  /** Ascending; endings before censorings of the same time. */
  readonly durations: Float64Array;
  readonly ended: Uint8Array;
  /** Position of each place in the observations it was made from. */
  readonly origin: Uint32Array;
}

export function survivalCurve(observations: readonly Survival[]): SurvivalCurve {
  const origin = Uint32Array.from(observations.keys());
  origin.sort((a, b) => {
    const left = observations[a];
    const right = observations[b];
    if (left === undefined || right === undefined) return 0;
    return left.duration - right.duration || Number(right.ended) - Number(left.ended);
  });
  return {
    origin,
    durations: Float64Array.from(origin, (index) => observations[index]?.duration ?? 0),
    ended: Uint8Array.from(origin, (index) => (observations[index]?.ended === true ? 1 : 0)),
  };
}

/**
 * Kaplan–Meier quantile: the first time at which S(t) = Π(1 − dᵢ/nᵢ) ≤ 1 − p; null when it is not reached.
 * @param weights one weight per place of the curve; all 1 when left out
 */
export function curveQuantile(curve: SurvivalCurve, p: number, weights?: Float64Array): number | null {
  const { durations, ended } = curve;
  const length = durations.length;
  let atRisk = length;
  if (weights !== undefined) {
    atRisk = 0;
    for (let i = 0; i < length; i += 1) atRisk += weights[i] ?? 0;
  }
  let survival = 1;
  // The product of rounded factors must not miss an exact one half.
  const limit = 1 - p + 1e-12;
  for (let i = 0; i < length;) {
    const time = durations[i] ?? 0;
    let events = 0;
    let leaving = 0;
    for (; i < length && durations[i] === time; i += 1) {
      const weight = weights === undefined ? 1 : (weights[i] ?? 0);
      leaving += weight;
      if (ended[i] === 1) events += weight;
    }
    if (events > 0 && atRisk > 0) {
      survival *= 1 - events / atRisk;
      if (survival <= limit) return time;
    }
    atRisk -= leaving;
  }
  return null;
}

/** How much each observation of a curve weighs: as often as its cluster was drawn, times a weight of its own. */
export interface Drawn {
  /** Cluster of each place of the curve. */
  readonly clusterOf: Uint32Array;
  /** One weight per place; all 1 when null. */
  readonly own: Float64Array | null;
  /** The sum of `own` over each cluster. */
  readonly ofCluster: Float64Array;
  /** The place from which on a quantile is looked for: well before that of the curve itself, with nothing censored before it. */
  readonly start: number;
  /** The sum of `own` over each cluster's places before the start. */
  readonly before: Float64Array;
}

/** How many standard errors of a resample's curve lie between the start and the quantile. */
const ERRORS_BEFORE = 4;

/** @param p the quantile that will be asked for */
export function drawnFrom(
  curve: SurvivalCurve,
  p: number,
  clusterOf: Uint32Array,
  clusters: number,
  own: Float64Array | null,
): Drawn {
  const ofCluster = sumByCluster(clusterOf, clusters, own, clusterOf.length);
  const total = ofCluster.reduce((sum, weight) => sum + weight, 0);
  // At most so much, which it is where the cases of a cluster are all alike.
  const error = Math.sqrt((p * (1 - p)) / Math.max(1, clusters));
  const start = startBefore(curve, own, total * (p - ERRORS_BEFORE * error));
  return { clusterOf, own, ofCluster, start, before: sumByCluster(clusterOf, clusters, own, start) };
}

/** The first place of the last time before which no more than a weight has ended, and nothing was censored. */
function startBefore({ durations, ended }: SurvivalCurve, own: Float64Array | null, most: number): number {
  let start = 0;
  let passed = 0;
  for (let i = 0; i < durations.length && passed <= most && ended[i] === 1; i += 1) {
    if (i > 0 && durations[i] !== durations[i - 1]) start = i;
    passed += own === null ? 1 : (own[i] ?? 0);
  }
  return start;
}

function sumByCluster(
  clusterOf: Uint32Array,
  clusters: number,
  own: Float64Array | null,
  places: number,
): Float64Array {
  const sums = new Float64Array(clusters);
  for (let place = 0; place < places; place += 1) {
    const cluster = clusterOf[place] ?? 0;
    sums[cluster] = (sums[cluster] ?? 0) + (own === null ? 1 : (own[place] ?? 0));
  }
  return sums;
}

/**
 * `curveQuantile` with the weights of a resample, which are looked up on the way: of what lies before the start only the
 * sums are, as without censoring S(t) is the share that is left; nothing behind the quantile is touched.
 * @param times how often each cluster was drawn
 */
export function drawnQuantile(curve: SurvivalCurve, p: number, drawn: Drawn, times: Int32Array): number | null {
  const { durations, ended } = curve;
  const { clusterOf, own, ofCluster, before } = drawn;
  const length = durations.length;
  let total = 0;
  let passed = 0;
  for (let cluster = 0; cluster < times.length; cluster += 1) {
    const drawnTimes = times[cluster] ?? 0;
    total += drawnTimes * (ofCluster[cluster] ?? 0);
    passed += drawnTimes * (before[cluster] ?? 0);
  }
  const limit = 1 - p + 1e-12;
  const isBefore = total > 0 && 1 - passed / total > limit;
  let atRisk = isBefore ? total - passed : total;
  let survival = isBefore ? atRisk / total : 1;
  for (let i = isBefore ? drawn.start : 0; i < length;) {
    const time = durations[i] ?? 0;
    let events = 0;
    let leaving = 0;
    for (; i < length && durations[i] === time; i += 1) {
      const drawnTimes = times[clusterOf[i] ?? 0] ?? 0;
      const weight = own === null ? drawnTimes : drawnTimes * (own[i] ?? 0);
      leaving += weight;
      if (ended[i] === 1) events += weight;
    }
    if (events > 0 && atRisk > 0) {
      survival *= 1 - events / atRisk;
      if (survival <= limit) return time;
    }
    atRisk -= leaving;
  }
  return null;
}

/** `curveQuantile` for observations in any order, with one weight each. */
export function kaplanMeierQuantile(
  observations: readonly Survival[],
  p = 0.5,
  weights?: readonly number[],
): number | null {
  const curve = survivalCurve(observations);
  if (weights === undefined) return curveQuantile(curve, p);
  return curveQuantile(
    curve,
    p,
    Float64Array.from(curve.origin, (index) => weights[index] ?? 0),
  );
}
