export const MINUTE_S = 60;
export const HOUR_S = 3600;
export const DAY_SECONDS = 86_400;
/** Begins the unit of business time; the seconds of a business day follow. */
export const BUSINESS = "business seconds, a day of ";
export const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function countText(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** `96.5 %`, `0.26 %`. */
export function percentText(share: number): string {
  const value = share * 100;
  const digits = Math.abs(value) < 10 && value % 1 !== 0 ? 2 : 1;
  return `${Number(value.toFixed(digits))} %`;
}

/** `3.2 days`, `6.8 hours`, `15 min`; the same as in the sentences of KPIs. */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 1.5 * DAY_SECONDS) return `${Number((seconds / DAY_SECONDS).toFixed(1))} days`;
  if (size >= 2 * HOUR_S) return `${Number((seconds / HOUR_S).toFixed(1))} hours`;
  return size >= MINUTE_S || size === 0 ? `${Math.round(seconds / MINUTE_S)} min` : `${Math.round(seconds)} s`;
}

/** Business time in days of so many seconds: `4.6 business days`, `6.8 business hours`, `15 business min`. */
export function businessText(seconds: number, secondsPerDay: number): string {
  const days = Number((seconds / secondsPerDay).toFixed(1));
  if (Math.abs(days) >= 1) return `${days} business ${days === 1 ? "day" : "days"}`;
  return durationText(seconds).replace(" ", " business ");
}

/** A value in its unit: `96.5 %`, `3.2 days`, `1,204`, `0.85`, `110,900 USD`. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (unit === "ratio" || unit === "share") return percentText(value);
  if (unit === "seconds") return durationText(value);
  if (unit.startsWith(BUSINESS)) return businessText(value, Number(unit.slice(BUSINESS.length)));
  if (unit.startsWith("money ")) return moneyText(value, unit.slice("money ".length));
  return Number.isInteger(value) || Math.abs(value) >= 100 ? countText(value) : String(Number(value.toFixed(2)));
}

/** `110,900 USD`; `1.23 M USD` where digits no longer say anything. */
export function moneyText(amount: number, currency: string): string {
  if (Math.abs(amount) >= 1_000_000) return `${(amount / 1_000_000).toFixed(2)} M ${currency}`;
  return `${countText(amount)} ${currency}`;
}

/** `Oct` of `2026-10`; January carries its year. */
export function monthText(month: string): string {
  const name = MONTH_NAMES[Number(month.slice(5, 7)) - 1] ?? month;
  return name === "Jan" ? `Jan ’${month.slice(2, 4)}` : name;
}

/** `1 Aug 2026`. */
export function dayText(day: string): string {
  return `${Number(day.slice(8, 10))} ${MONTH_NAMES[Number(day.slice(5, 7)) - 1] ?? ""} ${day.slice(0, 4)}`;
}

export function plural(n: number, one: string, many: string): string {
  return `${countText(n)} ${n === 1 ? one : many}`;
}
