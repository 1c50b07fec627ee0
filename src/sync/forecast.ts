import { DAY, MINUTE } from "../model/index.ts";
import type { Instant, QuotaAccount } from "../model/index.ts";

/** When work would be done at the calls that may be made. */
export interface Forecast {
  readonly calls: number;
  readonly endsAt: Instant;
  /** Of the day's calls, the reserve included; above 1 when it takes more than a day. Null where no limit is known. */
  readonly shareOfDay: number | null;
  /** Calls that can be made before the hub has to wait. */
  readonly callsNow: number;
  /** When it has to wait until, first; null when it need not. */
  readonly waitsUntil: Instant | null;
  /** Calls a minute that it reckons with. */
  readonly perMinute: number;
}

/** Where nobody has measured: four calls a second, as a system answers within reach of a few at once. */
const USUAL_PER_MINUTE = 240;
/** A limit a minute is not used up to its last call. */
const USABLE_SHARE = 0.93;

/**
 * Pure. @param account null where no call was ever counted.
 * @param measured calls a minute of the last reading; null where none is known.
 */
export function forecast(
  calls: number,
  account: Pick<QuotaAccount, "used" | "limit" | "resetsAt" | "reserve" | "perMinute"> | null,
  measured: number | null,
  now: Instant,
): Forecast {
  const allowed = account?.perMinute === null || account === null ? null : account.perMinute * USABLE_SHARE;
  const perMinute = Math.min(measured ?? allowed ?? USUAL_PER_MINUTE, allowed ?? Number.POSITIVE_INFINITY);
  const lasts = (n: number): number => (n / perMinute) * MINUTE;
  if (account === null || account.limit === null) {
    return { calls, endsAt: now + lasts(calls), shareOfDay: null, callsNow: calls, waitsUntil: null, perMinute };
  }
  const { limit, used, reserve, resetsAt } = account;
  const aDay = Math.max(1, Math.floor(limit * (1 - reserve)));
  const callsNow = Math.max(0, Math.min(calls, aDay - used));
  const shareOfDay = limit === 0 ? null : calls / limit;
  const rest = calls - callsNow;
  if (rest === 0) return { calls, endsAt: now + lasts(calls), shareOfDay, callsNow, waitsUntil: null, perMinute };
  // A rolling day gives calls back as they were made; a whole day later all of them are back.
  const waitsUntil = resetsAt ?? now + DAY;
  const fullDays = Math.ceil(rest / aDay) - 1;
  const endsAt = waitsUntil + fullDays * DAY + lasts(rest - fullDays * aDay);
  return { calls, endsAt, shareOfDay, callsNow, waitsUntil, perMinute };
}
