import { IANAZone } from "luxon";
import type { Instant } from "../../model/index.ts";
import { DAY, MINUTE } from "../../model/index.ts";

/** Wall-clock time and day keys of one zone, with the offset of each UTC day remembered. */
export interface LocalTime {
  /** The wall-clock time of an instant, as if it were UTC milliseconds. */
  wall(instant: Instant): number;
  /** yyyymmdd of the local day. */
  dateKey(instant: Instant): number;
  /** `YYYY-MM-DD` of the local day. */
  day(instant: Instant): string;
}

export function createLocalTime(zoneName: string): LocalTime {
  const zone = IANAZone.create(zoneName);
  /** Offset in milliseconds of a UTC day; null on days on which it changes. */
  const offsets = new Map<number, number | null>();
  const keys = new Map<number, number>();

  function wall(instant: Instant): number {
    const day = Math.floor(instant / DAY);
    let offset = offsets.get(day);
    if (offset === undefined) {
      const start = zone.offset(day * DAY);
      offset = start === zone.offset((day + 1) * DAY) ? start * MINUTE : null;
      offsets.set(day, offset);
    }
    return instant + (offset ?? zone.offset(instant) * MINUTE);
  }

  function dateKey(instant: Instant): number {
    const day = Math.floor(wall(instant) / DAY);
    const known = keys.get(day);
    if (known !== undefined) return known;
    const key = Number(new Date(day * DAY).toISOString().slice(0, 10).replaceAll("-", ""));
    keys.set(day, key);
    return key;
  }

  return { wall, dateKey, day: (instant) => new Date(wall(instant)).toISOString().slice(0, 10) };
}
