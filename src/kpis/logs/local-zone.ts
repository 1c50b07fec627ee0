import { IANAZone } from "luxon";
import { HubError } from "../../model/index.ts";

const QUARTER_HOUR = 15 * 60_000;
const DAY = 86_400_000;

/** What reading local times in a zone has met. */
export interface ZoneCounts {
  /** Times that had no zone of their own. */
  local: number;
  /** Of them, those that the clock showed twice (the first is taken). */
  twice: number;
  /** Of them, those that the clock skipped (the moment after is taken). */
  skipped: number;
}

/** The zone that local times are read in. */
export interface LocalZone {
  readonly name: string;
  readonly counts: ZoneCounts;
  /**
   * Minutes east of UTC at a local time.
   * @param wall what the clock shows, as if it were UTC, in epoch milliseconds
   */
  offsetAt(wall: number): number;
}

/** @throws HubError HUB-2408 for a name that is no IANA zone */
export function localZone(name: string): LocalZone {
  const zone = IANAZone.create(name);
  if (!zone.isValid) {
    throw new HubError("HUB-2408", `"${name}" is no time zone.`, {
      disposition: "operator",
      remedy: "Write an IANA name such as Europe/Berlin, or UTC.",
    });
  }
  const counts: ZoneCounts = { local: 0, twice: 0, skipped: 0 };
  // Clocks change at whole quarters of an hour, so that the times between two of them share their answer.
  const known = new Map<number, { readonly offset: number; readonly kind: "once" | "twice" | "skipped" }>();
  return {
    name,
    counts,
    offsetAt(wall) {
      const quarter = Math.floor(wall / QUARTER_HOUR);
      let answer = known.get(quarter);
      if (answer === undefined) {
        answer = settle(zone, quarter * QUARTER_HOUR);
        known.set(quarter, answer);
      }
      counts.local += 1;
      if (answer.kind !== "once") counts[answer.kind] += 1;
      return answer.offset;
    },
  };
}

function settle(zone: IANAZone, wall: number): { offset: number; kind: "once" | "twice" | "skipped" } {
  const before = zone.offset(wall - DAY);
  const after = zone.offset(wall + DAY);
  const fits = (offset: number): boolean => zone.offset(wall - offset * 60_000) === offset;
  if (before === after) return { offset: before, kind: "once" };
  if (fits(before)) return { offset: before, kind: fits(after) ? "twice" : "once" };
  return fits(after) ? { offset: after, kind: "once" } : { offset: before, kind: "skipped" };
}
