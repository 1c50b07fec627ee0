import type { GeneratedOrder } from "./generated-table.ts";

/** What the stamps of generated rows lie between. */
export interface StampPlan {
  readonly count: number;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly rowsPerStamp: number;
}

export interface GeneratedStamps {
  readonly createdAt: (index: number) => string;
  readonly modifiedAt: (index: number) => string;
  readonly byCreation: GeneratedOrder;
  readonly byModification: GeneratedOrder;
}

/** The share of the time in which rows are created; afterwards they are modified, in another order. */
const CREATION = 0.6;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The number that undoes a multiplication modulo n. */
function inverse(a: number, n: number): number {
  let [r, next] = [n, a % n];
  let [t, following] = [0, 1];
  while (next !== 0) {
    const quotient = Math.floor(r / next);
    [r, next] = [next, r - quotient * next];
    [t, following] = [following, t - quotient * following];
  }
  return ((t % n) + n) % n;
}

const DAY_SECONDS = 86_400;

/** Prints whole seconds; days and times of day recur, so that each is printed once. */
function printer(): (second: number) => string {
  const days = new Map<number, string>();
  const times: (string | undefined)[] = [];
  return (second) => {
    const day = Math.floor(second / DAY_SECONDS);
    const time = second - day * DAY_SECONDS;
    const date = days.get(day);
    const clock = times[time];
    if (date !== undefined && clock !== undefined) return date + clock;
    const text = new Date(second * 1000).toISOString();
    days.set(day, text.slice(0, 10));
    times[time] = text.slice(10);
    return text;
  };
}

/**
 * Stamps of generated rows: created in the order of their index, last modified in an order of its own, several rows to
 * a stamp.
 */
export function generatedStamps(plan: StampPlan): GeneratedStamps {
  const { count, seed } = plan;
  const from = Math.floor(plan.from / 1000);
  const to = Math.floor(plan.to / 1000);
  const middle = from + Math.floor((to - from) * CREATION);
  const size = Math.max(plan.rowsPerStamp, Math.ceil(count / Math.max(1, to - middle)), 1);
  const groups = Math.ceil(count / size);
  const step = Math.max(1, Math.floor((to - middle) / groups));
  let factor = Math.max(1, Math.floor(count * 0.618) + (seed % 97));
  while (gcd(factor, count) !== 1) factor += 1;
  const back = inverse(factor, count);
  const rankOf = (index: number): number => (index * factor + seed) % count;
  const indexOf = (rank: number): number => (((rank - (seed % count) + count) % count) * back) % count;
  const printCreated = printer();
  const printModified = printer();
  const secondOf = (group: number): number => middle + group * step;
  const createdAt = (index: number): string => printCreated(from + Math.floor((index * (middle - from)) / count));
  let known = { group: -1, members: new Int32Array(0) };
  // Rows that share a stamp come in the order of their ids.
  const membersOf = (group: number): Int32Array => {
    if (known.group !== group) {
      const first = group * size;
      const length = Math.min(size, count - first);
      known = { group, members: Int32Array.from({ length }, (_, at) => indexOf(first + at)).sort() };
    }
    return known.members;
  };
  return {
    createdAt,
    modifiedAt: (index) => printModified(secondOf(Math.floor(rankOf(index) / size))),
    byCreation: { valueAt: createdAt, indexAt: (position) => position, positionOf: (index) => index },
    byModification: {
      valueAt: (position) => printModified(secondOf(Math.floor(position / size))),
      indexAt: (position) => {
        const group = Math.floor(position / size);
        return membersOf(group)[position - group * size] ?? 0;
      },
      positionOf: (index) => {
        const group = Math.floor(rankOf(index) / size);
        return group * size + membersOf(group).indexOf(index);
      },
    },
  };
}
