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
}

export function drawnFrom(clusterOf: Uint32Array, clusters: number, own: Float64Array | null): Drawn {
  const ofCluster = new Float64Array(clusters);
  for (const [place, cluster] of clusterOf.entries())
    ofCluster[cluster] = (ofCluster[cluster] ?? 0) + (own === null ? 1 : (own[place] ?? 0));
  return { clusterOf, own, ofCluster };
}

/**
 * `curveQuantile` with the weights of a resample, which are looked up on the way: nothing behind the quantile is touched.
 * @param times how often each cluster was drawn
 */
export function drawnQuantile(curve: SurvivalCurve, p: number, drawn: Drawn, times: Float64Array): number | null {
  const { durations, ended } = curve;
  const { clusterOf, own, ofCluster } = drawn;
  const length = durations.length;
  let atRisk = 0;
  for (let cluster = 0; cluster < times.length; cluster += 1)
    atRisk += (times[cluster] ?? 0) * (ofCluster[cluster] ?? 0);
  let survival = 1;
  const limit = 1 - p + 1e-12;
  for (let i = 0; i < length;) {
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
