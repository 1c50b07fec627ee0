import { MINUTE } from "../../model/index.ts";

/** Clocks of two machines may differ by so many milliseconds (reference §2.8). */
export const CLOCK_SKEW = 5 * MINUTE;
