import type { Handoff, Operation } from "../../src/model/index.ts";
import type { Truth } from "../../src/sandbox/index.ts";
import { nameOfHandoff, nameOfTruth } from "./truth.ts";

type TruthHandoff = Truth["handoffs"][number];

/** The field of each contract's target that holds its source's id, as the scenario names it (docs/techflow.md). */
const MARKED_BY: Readonly<Record<string, string>> = {
  "sales-to-cs": "Salesforce Opportunity ID",
  "product-to-engineering": "monday Item ID",
};

/** A target in Asana's own words, as the sandbox's truth shows it. */
export interface AsanaTarget {
  readonly state: string;
  readonly content: {
    readonly modified_at?: string;
    readonly custom_fields?: readonly { readonly name: string; readonly display_value: string | null }[];
  };
}
export type AsanaTargets = Readonly<Record<string, AsanaTarget>>;

/**
 * Every way in which proposed repairs differ from those that are true: one creation for each target that is missing, an
 * update for each pair that differs, and nothing for anything else.
 */
export function repairDifferences(
  truth: Truth,
  handoffs: readonly Handoff[],
  operations: readonly Operation[],
): readonly string[] {
  const ids = new Map(handoffs.map((handoff) => [nameOfHandoff(handoff), handoff.id]));
  const differences: string[] = [];
  const told = new Set<string>();
  for (const expected of truth.handoffs.filter(({ contract }) => contract in MARKED_BY)) {
    const id = ids.get(nameOfTruth(expected)) ?? "";
    told.add(id);
    const own = operations.filter(({ handoffId }) => handoffId === id);
    const creations = own.filter(({ action }) => action === "create").length;
    const updates = own.length - creations;
    const wanted = wantedRepairs(expected);
    const name = `${nameOfTruth(expected)} (${expected.label ?? "historical"}; ${expected.defects.join(", ")})`;
    if (creations !== wanted.creations) {
      differences.push(`${name}: ${String(creations)} creations, truth ${String(wanted.creations)}`);
    }
    if (updates > 0 !== wanted.updates)
      differences.push(`${name}: ${String(updates)} updates, truth ${wanted.updates ? "some" : "none"}`);
  }
  for (const { handoffId, contract } of strangers(operations, handoffs, told)) {
    differences.push(`invented: an operation for ${handoffId} of ${contract}`);
  }
  return differences;
}

function wantedRepairs({ historical, link, content, evidence }: TruthHandoff): {
  readonly creations: number;
  readonly updates: boolean;
} {
  if (historical || evidence === "fuzzy") return { creations: 0, updates: false };
  return { creations: link === "missing" ? 1 : 0, updates: link === "matched" && content === "drifted" };
}

function strangers(
  operations: readonly Operation[],
  handoffs: readonly Handoff[],
  told: ReadonlySet<string>,
): readonly { readonly handoffId: string; readonly contract: string }[] {
  const contracts = new Map(handoffs.map(({ id, contract }) => [id, contract]));
  return operations
    .filter(({ handoffId }) => !told.has(handoffId))
    .map(({ handoffId }) => ({ handoffId, contract: contracts.get(handoffId) ?? "none" }))
    .filter(({ contract }) => contract in MARKED_BY || contract === "none");
}

/**
 * What is wrong with the targets after a plan was applied: each expected handoff has exactly one that lives, and those
 * that need a person's decision are untouched.
 */
export function targetDifferences(truth: Truth, before: AsanaTargets, after: AsanaTargets): readonly string[] {
  const byMark = new Map<string, string[]>();
  for (const [gid, target] of Object.entries(after)) {
    if (target.state !== "live") continue;
    for (const { name, display_value: value } of target.content.custom_fields ?? []) {
      if (value === null || !Object.values(MARKED_BY).includes(name)) continue;
      const mark = `${name} ${value}`;
      byMark.set(mark, [...(byMark.get(mark) ?? []), gid]);
    }
  }
  return truth.handoffs.flatMap((expected): readonly string[] => {
    const field = MARKED_BY[expected.contract];
    if (field === undefined || expected.historical) return [];
    const name = `${nameOfTruth(expected)} (${expected.label ?? ""}; ${expected.defects.join(", ")})`;
    const marked = expected.source === null ? [] : (byMark.get(`${field} ${expected.source.id}`) ?? []);
    if (expected.link === "missing" && expected.evidence !== "fuzzy") {
      return marked.length === 1 ? [] : [`${name}: ${String(marked.length)} targets`];
    }
    if (expected.link === "matched") {
      const others = marked.filter((gid) => gid !== expected.target?.id);
      return others.length === 0 ? [] : [`${name}: ${others.join(", ")} beside ${expected.target?.id ?? ""}`];
    }
    const touched = [...expected.targets, ...expected.byName].filter(
      ({ id }) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
    );
    return touched.map(({ id }) => `${name}: ${id} was touched`);
  });
}
