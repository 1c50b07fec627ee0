import { DateTime } from "luxon";
import type { Day, Instant, Money } from "../model/index.ts";

/** Dated exchange rates as hub.yaml gives them: one unit of the currency is `rate` units of the corporate currency. */
export interface RateTable {
  readonly corporate: string;
  readonly rates: Readonly<Record<string, readonly { readonly from: Day; readonly rate: number }[]>>;
}

/** Adds the corporate amount at an instant; null when no rate is known for it. */
export type MoneyConverter = (amount: number, currency: string, at: Instant) => Money;

/** The instant at which a day begins in a zone. */
export function startOfDay(day: Day, zone: string): Instant {
  return DateTime.fromISO(day, { zone }).toMillis();
}

/** The local day of an instant. */
export function dayOf(instant: Instant, zone: string): Day {
  return DateTime.fromMillis(instant, { zone }).toFormat("yyyy-MM-dd");
}

/** Rates hold from the start of their day in the company's zone until the next one. */
export function compileRates(table: RateTable, zone: string): MoneyConverter {
  const steps = new Map(
    Object.entries(table.rates).map(([currency, rows]) => [
      currency,
      rows.map((row) => ({ from: startOfDay(row.from, zone), rate: row.rate })).sort((a, b) => b.from - a.from),
    ]),
  );
  return (amount, currency, at) => {
    if (currency === table.corporate) return { amount, currency, corporate: amount };
    const step = steps.get(currency)?.find((row) => row.from <= at);
    return { amount, currency, corporate: step === undefined ? null : roundCents(amount * step.rate) };
  };
}

function roundCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
