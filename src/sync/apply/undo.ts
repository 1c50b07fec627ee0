import { deedOf, planHash } from "../../handoffs/index.ts";
import { hashText, HubError } from "../../model/index.ts";
import type { Canonical, Instant, Operation, OutboxEntry, Plan, StorePort } from "../../model/index.ts";

/**
 * The inverse of what was confirmed of a plan: updates the other way round, with what was written as the precondition;
 * creations put away (archived and tagged, never deleted). It needs the same approval as any plan.
 * @throws HubError HUB-2630 when nothing of it was confirmed.
 */
export async function inversePlan(
  store: StorePort,
  plan: Plan,
  by: string,
  times: { readonly asOf: Instant; readonly now: Instant },
): Promise<Plan> {
  const entries = await store.outbox.entries({ operationIds: plan.operations.map(({ id }) => id) });
  // A creation that is half done stands, too.
  const done = new Map(
    entries
      .filter(({ state, action }) => state === "confirmed" || (state === "half_done" && action === "create"))
      .map((entry) => [entry.operationId, entry]),
  );
  // What was done last is taken back first.
  const operations = plan.operations.toReversed().flatMap((operation): readonly Operation[] => {
    const entry = done.get(operation.id);
    return entry === undefined ? [] : inverseOf(operation, entry, by);
  });
  if (operations.length === 0) {
    throw new HubError(
      "HUB-2630",
      `Nothing of plan ${plan.hash.slice(0, 12)} was confirmed that could be taken back.`,
      {
        disposition: "operator",
        remedy: "`hub writes` shows what was done.",
      },
    );
  }
  return { hash: planHash(operations), asOf: times.asOf, createdAt: times.now, operations };
}

function inverseOf(operation: Operation, entry: OutboxEntry, by: string): readonly Operation[] {
  const { action, before, after, field, id, objectType } = operation;
  const rule = `undo of ${id.slice(0, 10)}`;
  const common = { ...operation, rule, confidence: 1, undoes: id };
  const reason = `${by} takes it back: ${operation.reason}`;
  switch (action) {
    case "update":
      return [
        named({
          ...common,
          before: after as Canonical,
          after: before,
          precondition: `${field ?? ""} is as the hub wrote it`,
          reason,
          risk: "medium",
        }),
      ];
    case "create":
      return entry.targetKey === null
        ? []
        : [
            named({
              ...common,
              action: "retire",
              targetKey: entry.targetKey,
              before: null,
              after: null,
              precondition: `the ${objectType} is there`,
              reason,
              risk: "high",
              calls: 2,
            }),
          ];
    default:
      // A link is a person's to reject (`hub match reject`); what was put away a person takes out again.
      return [];
  }
}

function named(deed: Omit<Operation, "id"> & { readonly id?: string }): Operation {
  const { id: _, ...rest } = deed;
  return { id: hashText(deedOf(rest)), ...rest };
}
