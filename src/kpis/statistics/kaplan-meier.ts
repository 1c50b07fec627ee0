/** One observed duration: `ended` false is a case still open (or followed no further), known only to last longer. */
export interface Survival {
  readonly duration: number;
  readonly ended: boolean;
}

/**
 * Kaplan–Meier quantile: the first time at which S(t) = Π(1 − dᵢ/nᵢ) ≤ 1 − p; null when it is not reached.
 * Durations tied with a censoring time count as ended before it.
 * @param weights one weight per observation; all 1 when left out
 */
export function kaplanMeierQuantile(
  observations: readonly Survival[],
  p = 0.5,
  weights?: readonly number[],
): number | null {
  const order = sortedOrder(observations);
  return sortedKaplanMeier(observations, order, p, weights);
}

/** Indexes of the observations by duration, endings before censorings. */
export function sortedOrder(observations: readonly Survival[]): Uint32Array {
  const order = Uint32Array.from(observations.keys());
  return order.sort((a, b) => {
    const left = observations[a];
    const right = observations[b];
    if (left === undefined || right === undefined) return 0;
    return left.duration - right.duration || Number(right.ended) - Number(left.ended);
  });
}

/** The quantile with the order already known; used by the bootstrap, which only changes the weights. */
export function sortedKaplanMeier(
  observations: readonly Survival[],
  order: Uint32Array,
  p: number,
  weights?: ArrayLike<number>,
): number | null {
  let atRisk = 0;
  for (let i = 0; i < order.length; i += 1) atRisk += weights === undefined ? 1 : (weights[order[i] ?? 0] ?? 0);
  let survival = 1;
  // The product of rounded factors must not miss an exact one half.
  const limit = 1 - p + 1e-12;
  for (let i = 0; i < order.length;) {
    const time = observations[order[i] ?? 0]?.duration ?? 0;
    let events = 0;
    let leaving = 0;
    for (; i < order.length; i += 1) {
      const index = order[i] ?? 0;
      const observation = observations[index];
      if (observation === undefined || observation.duration !== time) break;
      const weight = weights === undefined ? 1 : (weights[index] ?? 0);
      leaving += weight;
      if (observation.ended) events += weight;
    }
    if (events > 0 && atRisk > 0) {
      survival *= 1 - events / atRisk;
      if (survival <= limit) return time;
    }
    atRisk -= leaving;
  }
  return null;
}
