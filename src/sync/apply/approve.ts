import type { Configuration } from "../../configuration/index.ts";
import { nearest } from "../../mappings/index.ts";
import { HubError, toIso } from "../../model/index.ts";
import type { Approval, HandoffPort, Instant, Operation, Plan } from "../../model/index.ts";
import { APPROVAL_MS, nameApproval } from "./due.ts";

/** A plan by its hash or the beginning of it. @throws HubError HUB-2601 when none or several fit. */
export async function findPlan(handoffs: HandoffPort, hash: string): Promise<Plan> {
  const found = await handoffs.plansLike(hash);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new HubError(
    "HUB-2601",
    `${found.length === 0 ? "No plan" : `${String(found.length)} plans`} begin${found.length > 1 ? "" : "s"} with "${hash}".`,
    { disposition: "operator", remedy: "Give the hash as `hub plan` prints it." },
  );
}

/** Operations of a plan by the beginnings of their ids. @throws HubError HUB-2602 for one that fits none or several. */
export function chooseOperations(plan: Plan, only: readonly string[]): readonly Operation[] {
  const chosen = only.map((word) => {
    const fitting = plan.operations.filter(({ id }) => id.startsWith(word));
    const [operation] = fitting;
    if (operation !== undefined && fitting.length === 1) return operation;
    throw new HubError(
      "HUB-2602",
      `${fitting.length === 0 ? "No operation" : `${String(fitting.length)} operations`} of plan ${plan.hash.slice(0, 12)} begin${fitting.length > 1 ? "" : "s"} with "${word}".`,
      { disposition: "operator", remedy: "Give the ids as `hub plan --json` prints them." },
    );
  });
  return [...new Set(chosen)];
}

/** A person of people.yaml by name or id. @throws HubError HUB-2604 for anybody else. */
export function findPerson({ people }: Pick<Configuration, "people">, by: string): string {
  const persons = people.filter(({ service, queue }) => service !== true && queue !== true);
  const wanted = by.trim().toLowerCase();
  const person = persons.find(({ name, id }) => name.toLowerCase() === wanted || id === by);
  if (person !== undefined) return person.name;
  const hint = nearest(
    by,
    persons.map(({ name }) => name),
  );
  throw new HubError("HUB-2604", `"${by}" is no person of people.yaml.`, {
    disposition: "operator",
    remedy: hint === undefined ? "Name somebody of people.yaml who answers for it." : `Did you mean ${hint}?`,
  });
}

/** @throws HubError HUB-2603 when it would end before it begins. */
export function approvalOf(
  plan: Plan,
  operations: readonly Operation[],
  by: string,
  times: { readonly now: Instant; readonly until: Instant | null },
): Approval {
  const until = times.until ?? times.now + APPROVAL_MS;
  if (until <= times.now) {
    throw new HubError("HUB-2603", `An approval until ${toIso(until)} has run out already.`, {
      disposition: "operator",
      remedy: "Give a later --until, or leave it out: 24 hours are meant then.",
    });
  }
  const operationIds = operations.map(({ id }) => id);
  return nameApproval({ planHash: plan.hash, operationIds, by, at: times.now, until, kind: "person" });
}
