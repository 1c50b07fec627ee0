import { parseRecordKey } from "../model/index.ts";
import type { Actor, Canonical, Operation, Plan } from "../model/index.ts";
import { formatTable } from "./table.ts";

const SHOWN = 60;

/** A plan as a table a person can approve from: what, where, before and after, why; people by their names. */
export function formatPlan(plan: Plan, actors: readonly Actor[]): string {
  if (plan.operations.length === 0) return "Plan: nothing to repair.\n";
  const people = namesByAccount(actors);
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
        formatCanonical(operation.before, operation.system, people),
        shorten(formatAfter(operation, people)),
        operation.risk,
        operation.reason,
      ]),
    ),
  ].join("");
}

/** `system/user id` → the person's name. */
type Names = ReadonlyMap<string, string>;

function namesByAccount(actors: readonly Actor[]): Names {
  return new Map(
    actors.flatMap(({ name, accounts }) =>
      accounts.map(({ key }) => {
        const [system = "", , ...id] = key.split("/");
        return [`${system}/${id.join("/")}`, name] as const;
      }),
    ),
  );
}

function formatAfter({ after, system }: Operation, people: Names): string {
  if (typeof after !== "object" || after === null || isCanonicalObject(after)) {
    return formatCanonical(after as Canonical, system, people);
  }
  return Object.entries(after)
    .map(([name, value]) => `${name} ${formatCanonical(value, system, people)}`)
    .join(", ");
}

function isCanonicalObject(value: object): boolean {
  return Array.isArray(value) || "day" in value || "at" in value || "person" in value || "currency" in value;
}

function formatCanonical(value: Canonical, system: string, people: Names): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  if (isList(value)) return value.join(", ");
  if ("day" in value) return value.day;
  if ("at" in value) return new Date(value.at).toISOString();
  if ("person" in value) return people.get(`${system}/${value.person}`) ?? value.person;
  return `${value.amount.toLocaleString("en-US")} ${value.currency}`;
}

/** `Array.isArray` does not narrow a union with a read-only list. */
function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
