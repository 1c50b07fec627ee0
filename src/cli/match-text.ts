import type { FieldWeight } from "../model/index.ts";

/** `name same +6.4`: bits that speak for it, below zero against it. */
export function weightText({ field, level, weight }: FieldWeight): string {
  return `${field} ${level} ${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(1)}`;
}
