import { assertNever } from "../../model/index.ts";
import { parseSpan } from "./durations.ts";
import type { Span } from "./durations.ts";

export type TargetDirection = "at least" | "above" | "at most" | "below";

/** A target as an admin writes it. Ratios are 0..1; a duration keeps its unit, since a business day depends on the calendar. */
export type Target =
  | { readonly kind: "ratio"; readonly direction: TargetDirection; readonly value: number; readonly text: string }
  /** `at least 35 % faster than baseline`: value is the reduction, 0..1. */
  | { readonly kind: "faster"; readonly direction: "at least"; readonly value: number; readonly text: string }
  | { readonly kind: "number"; readonly direction: TargetDirection; readonly value: number; readonly text: string }
  | { readonly kind: "duration"; readonly direction: TargetDirection; readonly span: Span; readonly text: string };

/** Reads `at least 95 %`, `below 1 %`, `at least 35 % faster than baseline`, `at most 30 days`, `at most 1,200`; undefined when it is neither. */
export function parseTarget(source: string): Target | undefined {
  const text = source.trim().replaceAll(/\s+/gu, " ");
  const match = /^(at least|above|at most|below|within) (.+)$/u.exec(text);
  if (match === null) return undefined;
  const direction: TargetDirection = match[1] === "within" ? "at most" : asDirection(match[1] ?? "");
  const rest = match[2] ?? "";
  const percent = /^(\d+(?:\.\d+)?) ?%( faster than (?:the )?(?:frozen )?baseline)?$/u.exec(rest);
  if (percent !== null) {
    const value = Number(percent[1]) / 100;
    if (percent[2] === undefined) return { kind: "ratio", direction, value, text };
    return direction === "at least" ? { kind: "faster", direction, value, text } : undefined;
  }
  if (/^\d{1,3}(,\d{3})*(\.\d+)?$|^\d+(\.\d+)?$/u.test(rest)) {
    return { kind: "number", direction, value: Number(rest.replaceAll(",", "")), text };
  }
  const span = parseSpan(rest);
  return span === undefined ? undefined : { kind: "duration", direction, span, text };
}

function asDirection(word: string): TargetDirection {
  return word === "above" || word === "at most" || word === "below" ? word : "at least";
}

/** True when `value` reaches a target value in its direction. */
export function reaches(direction: TargetDirection, value: number, target: number): boolean {
  switch (direction) {
    case "at least":
      return value >= target;
    case "above":
      return value > target;
    case "at most":
      return value <= target;
    case "below":
      return value < target;
    default:
      return assertNever(direction);
  }
}
