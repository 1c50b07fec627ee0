import type { SiteCall } from "../call.ts";
import { TableauError } from "../wire/errors.ts";

/** What a site counts by the hour: publications and updates of data together, and refreshes (reference tableau.md §1.7). */
export type Counted = "publishes" | "refreshes";

const HOUR_MS = 3_600_000;

/** Counts a call; one too many is refused with 429 and the seconds until the oldest of them is an hour ago. */
export function countCall(call: SiteCall, counted: Counted): void {
  const now = call.state.environment.clock.now();
  const limit = counted === "publishes" ? call.settings.publishesPerHour : call.settings.refreshesPerHour;
  const recent = call.site.counted[counted].filter((instant) => instant > now - HOUR_MS);
  if (limit !== undefined && recent.length >= limit) {
    const oldest = recent[0] ?? now;
    throw new TableauError("429000", "Too Many Requests", `Too many ${counted} within an hour.`, {
      "retry-after": String(Math.ceil((oldest + HOUR_MS - now) / 1000)),
    });
  }
  call.site.counted[counted] = [...recent, now];
}
