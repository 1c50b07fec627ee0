import type { Canonical, Instant, LinkedObject, Money } from "../../model/index.ts";
import type { AttributePath } from "../definitions/process.ts";
import type { CaseContext } from "./context.ts";

/** The value at a path: the case object's own, or that of what its reference points to. */
export function valueAtPath(subject: LinkedObject, path: AttributePath, context: CaseContext): Canonical {
  if (path.via === null) return subject.object.attributes[path.attribute] ?? null;
  const target = subject.references[path.via];
  return target === undefined ? null : (context.attributeOf(target, path.attribute) ?? null);
}

/** An attribute as it was known at an instant, from its history; the current value when no history reaches back. */
export function valueAt(subject: LinkedObject, attribute: string, at: Instant): Canonical {
  const changes = subject.object.history.filter((change) => change.attribute === attribute);
  if (changes.length === 0) return subject.object.attributes[attribute] ?? null;
  const known = changes.findLast((change) => change.validAt <= at);
  return (known ?? changes[0])?.value ?? null;
}

/** A value as the text a dimension or a condition compares; null when empty or not plain. */
export function textOf(value: Canonical): string | null {
  if (value === null || value === "") return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.join(", ");
  return "day" in value ? value.day : null;
}

export function dayOf(value: Canonical): string | null {
  return value !== null && typeof value === "object" && "day" in value ? value.day : null;
}

export function moneyOf(value: Canonical): Money | null {
  return value !== null && typeof value === "object" && "amount" in value ? value : null;
}
