import { Z95 } from "./wilson.ts";
import type { Interval } from "./wilson.ts";

/** Sums over the rows of a ratio, for the spread of its value. */
export interface RatioSums {
  readonly rows: number;
  readonly num: number;
  readonly den: number;
  readonly numSquares: number;
  readonly denSquares: number;
  readonly products: number;
}

/**
 * 95 % interval of Σ numerator ÷ Σ denominator where the one is no part of the other: the ratio's residuals by rows
 * (linearisation), with Student's t as there may be few rows. Null below two rows or without a denominator.
 */
export function ratioInterval({ rows, num, den, numSquares, denSquares, products }: RatioSums): Interval | null {
  if (rows < 2 || den === 0) return null;
  const ratio = num / den;
  const squares = Math.max(0, numSquares - 2 * ratio * products + ratio * ratio * denSquares);
  const error = Math.sqrt((squares * rows) / (rows - 1)) / Math.abs(den);
  const spread = studentT95(rows - 1) * error;
  // Numbers of things and lengths of time are not negative.
  return { low: ratio < 0 ? ratio - spread : Math.max(0, ratio - spread), high: ratio + spread };
}

/** Two-sided 95 % of Student's t, by the Cornish–Fisher expansion; exact to 1 % from 4 degrees of freedom on. */
export function studentT95(degrees: number): number {
  const z = Z95;
  const first = (z ** 3 + z) / (4 * degrees);
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3);
  return z + first + second + third;
}
