import type { Handoff, PlainState } from "../model/index.ts";

export interface HandoffCount {
  readonly contract: string;
  readonly state: PlainState | "historical";
  readonly count: number;
  /** In the corporate currency. */
  readonly moneyAtStake: number;
}

/** Handoffs by contract and plain state, with the money they carry; historical ones apart. */
export function summariseHandoffs(handoffs: readonly Handoff[]): HandoffCount[] {
  const counts = new Map<
    string,
    { contract: string; state: PlainState | "historical"; count: number; moneyAtStake: number }
  >();
  for (const { contract, historical, plain, money } of handoffs) {
    const state = historical ? "historical" : plain;
    const name = `${contract}\0${state}`;
    const known = counts.get(name) ?? { contract, state, count: 0, moneyAtStake: 0 };
    known.count += 1;
    known.moneyAtStake += money?.corporate ?? 0;
    counts.set(name, known);
  }
  return [...counts.values()];
}
