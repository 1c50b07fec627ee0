import { parseRecordKey } from "../model/index.ts";
import type { Canonical, Operation, Plan } from "../model/index.ts";
import { formatTable } from "./table.ts";

const SHOWN = 60;

/** A plan as a table a person can approve from: what, where, before and after, why. */
export function formatPlan(plan: Plan): string {
  if (plan.operations.length === 0) return "Plan: nothing to repair.\n";
  const calls = plan.operations.reduce((sum, operation) => sum + operation.calls, 0);
  return [
    `Plan ${plan.hash}: ${plan.operations.length} operations, ${calls} calls. Nothing has been sent.\n`,
    formatTable(
      [
        { title: "action" },
        { title: "what" },
        { title: "field" },
        { title: "before" },
        { title: "after" },
        { title: "risk" },
        { title: "why" },
      ],
      plan.operations.map((operation) => [
        operation.action,
        `${operation.objectType} ${operation.targetKey === null ? "(new)" : (parseRecordKey(operation.targetKey)?.id ?? "")}`,
        operation.field ?? "",
        formatCanonical(operation.before),
        shorten(formatAfter(operation.after)),
        operation.risk,
        operation.reason,
      ]),
    ),
  ].join("");
}

function formatAfter(after: Operation["after"]): string {
  if (typeof after !== "object" || after === null || isCanonicalObject(after))
    return formatCanonical(after as Canonical);
  return Object.entries(after)
    .map(([name, value]) => `${name} ${formatCanonical(value)}`)
    .join(", ");
}

function isCanonicalObject(value: object): boolean {
  return Array.isArray(value) || "day" in value || "at" in value || "person" in value || "currency" in value;
}

function formatCanonical(value: Canonical): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if (isList(value)) return value.join(", ");
  if ("day" in value) return value.day;
  if ("at" in value) return new Date(value.at).toISOString();
  if ("person" in value) return value.person;
  return `${value.amount.toLocaleString("en-US")} ${value.currency}`;
}

/** `Array.isArray` does not narrow a union with a read-only list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
