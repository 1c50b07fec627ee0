import { DateTime } from "luxon";
import type { Instant } from "../model/index.ts";

/** `2026-03-02 09:00 PST`: the reporting zone's clock, with the name of its time. */
export function localTime(at: Instant, zone: string): string {
  return DateTime.fromMillis(at, { zone, locale: "en-US" }).toFormat("yyyy-MM-dd HH:mm ZZZZ");
}

/** Sentences that tell times in UTC, with the reporting zone's times in their place. */
export function inZone(text: string, zone: string): string {
  return text.replaceAll(/\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC\b/gu, (_whole, day: string, time: string) =>
    localTime(Date.parse(`${day}T${time}:00Z`), zone),
  );
}
