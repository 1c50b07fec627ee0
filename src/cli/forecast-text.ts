import type { Instant } from "../model/index.ts";
import type { Forecast } from "../sync/index.ts";

/** `Thursday 04:10` in the reporting zone; with the date when it is more than six days away. */
export function when(at: Instant, now: Instant, zone: string): string {
  const far = Math.abs(at - now) > 6 * 86_400_000;
  return new Intl.DateTimeFormat("en-GB", {
    ...(far ? { day: "numeric", month: "long" } : { weekday: "long" }),
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  }).format(at);
}

/** `ends Thursday 04:10 at 60 % of the day's calls`. */
export function forecastText(forecast: Forecast, now: Instant, zone: string): string {
  const { endsAt, shareOfDay, waitsUntil, callsNow } = forecast;
  const share = shareOfDay === null ? "" : ` at ${percent(shareOfDay)} of the day's calls`;
  const wait =
    waitsUntil === null
      ? ""
      : `; ${callsNow.toLocaleString("en-US")} can be made now, the rest from ${when(waitsUntil, now, zone)}`;
  return `ends ${when(endsAt, now, zone)}${share}${wait}`;
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? "less than 1 %" : `${String(Math.round(share * 100))} %`;
}
