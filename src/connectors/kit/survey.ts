import type { HubError } from "../../model/index.ts";

/** Something a creation names that the system does not have, or does not let the hub set. */
export interface TargetSlip {
  /** The field of the record it is about; null where it is about what the record is made from or in. */
  readonly field: string | null;
  /** Its remedy names what there is instead, as far as there is a list. */
  readonly error: HubError;
}

/** What can be told of a creation before it is made. */
export interface Survey {
  readonly slips: readonly TargetSlip[];
  /** What one such creation takes, in calls as the system counts them, with looking for it before and reading it back. */
  readonly calls: number;
}

/** Most names that a sentence lists. */
const MOST_NAMED = 20;

/** `There are: A, B.`; of very many the first, in the order of the alphabet. */
export function thereAre(names: readonly string[]): string {
  if (names.length === 0) return "There is none.";
  const each = [...new Set(names)].toSorted((a, b) => a.localeCompare(b));
  const more = each.length - MOST_NAMED;
  return `There are: ${each.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}.`;
}
