import { SECOND } from "../../model/index.ts";
import type { ReadState } from "./position.ts";

/** Where parts of an id range begin when the whole was too much, and the fewest rows that are worth asking for. */
const FIRST_ROWS = 32_000;
const FEWEST_ROWS = 125;

/**
 * The state that asks for half as much: of an increment half the time, down to a second; of a first read, and of a
 * second that holds too much by itself, half the rows.
 * @returns null when it cannot be less
 */
export function smaller(state: ReadState): ReadState | null {
  const width = state.slice?.width ?? null;
  const rows = state.slice?.rows ?? null;
  if (state.phase === "increment" && rows === null) {
    const whole = Math.max(state.through - (state.after?.stamp ?? state.from), 2 * SECOND);
    const half = Math.floor((width ?? whole) / 2 / SECOND) * SECOND;
    if (half >= SECOND && half !== width) return { ...state, slice: { width: half, rows: null } };
  }
  const fewer = Math.floor((rows ?? 2 * FIRST_ROWS) / 2);
  return fewer < FEWEST_ROWS ? null : { ...state, slice: { width, rows: fewer } };
}

/** After a part that went well the next may be twice as large. */
export function wider(state: ReadState): ReadState {
  if (state.slice === null) return state;
  const { width, rows } = state.slice;
  return { ...state, slice: { width: width === null ? null : width * 2, rows: rows === null ? null : rows * 2 } };
}
