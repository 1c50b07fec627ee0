import type { Handoff } from "../model/index.ts";

/** Whole units with thousands: `1,234,000 USD`. */
export function formatMoney(amount: number, currency: string): string {
  return `${Math.round(amount).toLocaleString("en-US")} ${currency}`;
}

/** The corporate amounts of handoffs added up; 0 when none carries money. */
export function moneyAtStake(handoffs: readonly Handoff[]): number {
  return handoffs.reduce((sum, { money }) => sum + (money?.corporate ?? 0), 0);
}
