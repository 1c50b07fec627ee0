import { formatDuration } from "../definitions/durations.ts";

/** `96.2 %`; whole numbers from 99.95 and for round values. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  return `${Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1))} %`;
}

/** `19–31 %`. */
export function percentRange(low: number, high: number): string {
  return `${Number((low * 100).toFixed(1))}–${Number((high * 100).toFixed(1))} %`;
}

/** `1,234,500 USD`, whole units. */
export function moneyText(amount: number, currency: string): string {
  return `${Math.round(amount).toLocaleString("en-US")} ${currency}`;
}

/** Business time in days of so many milliseconds: `4.6 business days`, `6.8 business hours`, `15 business min`. */
export function businessText(milliseconds: number, dayMs: number): string {
  const days = Number((milliseconds / dayMs).toFixed(1));
  if (days >= 1) return `${days} business ${days === 1 ? "day" : "days"}`;
  return formatDuration(milliseconds).replace(" ", " business ");
}

/** `1 case`, `12 cases`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? singular : plural}`;
}

/** `1,234`, `3.2`: a plain number. */
export function numberText(value: number): string {
  return Number(value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)).toLocaleString("en-US");
}
