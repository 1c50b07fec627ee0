/** Uniform numbers in [0, 1) from a seed; the same seed gives the same numbers on every machine (mulberry32). */
export function seededRandom(seed: number): () => number {
  // Signed, so that the state is never a number that has to be allocated.
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
