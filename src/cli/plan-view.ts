import { formatPlace, parseRecordKey } from "../model/index.ts";
import type { Actor, Canonical, Handoff, Operation, Plan, Problem } from "../model/index.ts";
import type { Refused } from "../sync/index.ts";
import { canonicalText, namesByAccount, shorten } from "./canonical-text.ts";
import type { Names } from "./canonical-text.ts";
import { inZone } from "./local-time.ts";
import type { PlanCost } from "./plan-cost.ts";
import { formatTable } from "./table.ts";
import { formatProblem } from "./terminal.ts";

const SHOWN = 70;
const NAME = 32;

export interface PlanViewInput {
  readonly plan: Plan;
  readonly actors: readonly Actor[];
  readonly handoffs: readonly Handoff[];
  readonly costs: readonly PlanCost[];
  readonly refused?: readonly Refused[];
  readonly zone: string;
}

/** A plan as a table a person can approve from: for whom, what, before and after, why; people by their names. */
export function formatPlan({ plan, actors, handoffs, costs, refused = [], zone }: PlanViewInput): string {
  const cannot = refusals(refused)
    .map(({ problem, operations }) => refusalText(problem, operations.length))
    .join("");
  if (plan.operations.length === 0)
    return `Plan: nothing ${cannot === "" ? "to repair" : "that can be repaired"}.\n${cannot}`;
  const people = namesByAccount(actors);
  const known = new Map(handoffs.map((handoff) => [handoff.id, handoff]));
  const calls = costs.reduce((sum, cost) => sum + cost.calls, 0);
  return [
    `Plan ${plan.hash}: ${String(plan.operations.length)} operations, ${String(calls)} calls. Nothing has been sent.\n`,
    formatTable(
      [
        { title: "operation" },
        { title: "handoff" },
        { title: "for" },
        { title: "does" },
        { title: "before → after" },
        { title: "risk" },
        { title: "sure", align: "right" },
        { title: "calls", align: "right" },
        { title: "why" },
      ],
      plan.operations.map((operation) => [
        operation.id.slice(0, 8),
        operation.handoffId.slice(0, 8),
        shorten(nameOf(known.get(operation.handoffId)), NAME),
        deedOf(operation),
        shorten(changeOf(operation, people), SHOWN),
        operation.risk,
        `${String(Math.round(operation.confidence * 100))} %`,
        String(operation.calls),
        inZone(operation.reason, zone),
      ]),
    ),
    ...costs.map((cost) => `${costText(cost)}\n`),
    cannot,
  ].join("");
}

/** What cannot be planned, each cause once. */
export function refusals(
  refused: readonly Refused[],
): readonly { readonly problem: Problem; readonly operations: readonly Operation[] }[] {
  const found = new Map<string, { readonly problem: Problem; readonly operations: Operation[] }>();
  for (const { problem, operation } of refused) {
    const text = formatProblem(problem);
    const known = found.get(text);
    if (known === undefined) found.set(text, { problem, operations: [operation] });
    else known.operations.push(operation);
  }
  return [...found.values()];
}

function refusalText({ code, place, message }: Problem, count: number): string {
  const what = count === 1 ? "1 creation is" : `${String(count)} creations are`;
  return `  ${what} not proposed: ${message} (${code}, ${formatPlace(place)})\n`;
}

/** The company where one is known, else what the source is called. */
export function nameOf(handoff: Pick<Handoff, "company" | "name"> | undefined): string {
  return handoff?.company ?? handoff?.name ?? "";
}

function deedOf({ action, objectType, targetKey, field, connection }: Operation): string {
  if (targetKey === null) return `${action} ${objectType} in ${connection}`;
  return `${action} ${objectType} ${parseRecordKey(targetKey)?.id ?? ""}${field === null ? "" : ` ${field}`}`;
}

function changeOf(operation: Operation, people: Names): string {
  const { before, after, system } = operation;
  if (typeof after !== "object" || after === null || isCanonicalObject(after)) {
    return `${canonicalText(before, system, people)} → ${canonicalText(after as Canonical, system, people)}`;
  }
  return Object.entries(after)
    .map(([name, value]) => `${name} ${canonicalText(value, system, people)}`)
    .join(", ");
}

function isCanonicalObject(value: object): boolean {
  return Array.isArray(value) || "day" in value || "at" in value || "person" in value || "currency" in value;
}

function costText({ connection, operations, calls, share, room }: PlanCost): string {
  const known = share === null ? "; what it may spend a day is not known" : `, ${percent(share)} of the day's calls`;
  const left = room === null ? "" : `; ${room.toLocaleString("en-US")} are left beside the reserve`;
  return `  ${connection}: ${String(operations)} operations, ${calls.toLocaleString("en-US")} calls${known}${left}`;
}

function percent(share: number): string {
  return share > 0 && share < 0.001 ? "less than 0.1 %" : `${String(Math.round(share * 1000) / 10)} %`;
}
