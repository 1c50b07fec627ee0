import type { Handoff, HandoffLabel, Instant, Operation } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import { mapAndLink } from "./read-all.ts";
import { reconcileStep } from "./reconcile.ts";

/** How many handoffs of a contract would come out otherwise, and the money they carry. */
export interface LabelMove {
  readonly contract: string;
  /** Null for one that there was not, or would not be any more; `historical` for one that is only counted. */
  readonly before: HandoffLabel | "historical" | null;
  readonly after: HandoffLabel | "historical" | null;
  readonly count: number;
  /** In the corporate currency. */
  readonly money: number;
}

export interface ChangedHandoff {
  readonly before: Handoff | null;
  readonly after: Handoff | null;
}

/** What the repairs of a state would be. */
export interface RepairCost {
  readonly operations: number;
  readonly calls: number;
  /** Of the handoffs that are late or missing, in the corporate currency. */
  readonly moneyAtStake: number;
}

/** Two states of the same handoffs. */
export interface HandoffChanges {
  readonly unchanged: number;
  readonly moves: readonly LabelMove[];
  /** The first two of each move. */
  readonly examples: readonly ChangedHandoff[];
}

/** The stored handoffs beside what the configuration makes of the same records at the same instant. */
export interface HandoffPreview extends HandoffChanges {
  /** The as-of of the run that decided the stored ones; both are as of then, so that time passing changes nothing. */
  readonly asOf: Instant;
  readonly before: RepairCost;
  readonly after: RepairCost;
}

const EXAMPLES = 20;
const EXAMPLES_OF_A_MOVE = 2;
/** The kinds of runs that decide handoffs. */
const DECIDING = ["plan", "run"];

/** The as-of that the stored handoffs are decided for; null when none ever were. */
export async function decidedAsOf(store: Pick<RunContext["store"], "runs">): Promise<Instant | null> {
  const runs = await Promise.all(DECIDING.map((kind) => store.runs.latest(kind)));
  const [last] = runs.filter((run) => run !== null).toSorted((left, right) => right.startedAt - left.startedAt);
  return last?.asOf ?? null;
}

/**
 * Replays the whole stored history through the configuration's mappings and contracts and compares the handoffs.
 * @param copy a run on a copy of the store that may be changed; its as-of is that of the stored handoffs
 */
export async function previewHandoffs(copy: RunContext): Promise<HandoffPreview> {
  const stored = await copy.store.handoffs.handoffs();
  const planned = (await copy.store.handoffs.latestPlan())?.operations ?? [];
  await copy.store.mapping.requeue(copy.fence);
  await mapAndLink(copy);
  const after = await reconcileStep(copy);
  const { operations } = after;
  const handoffs = await after.handoffs();
  return {
    asOf: copy.asOf,
    ...compareHandoffs(stored, handoffs),
    before: costOf(stored, planned),
    after: costOf(handoffs, operations),
  };
}

/** Which handoffs have another label in the second of two states, or are in one of them only. */
export function compareHandoffs(first: readonly Handoff[], second: readonly Handoff[]): HandoffChanges {
  const before = new Map(first.map((handoff) => [handoff.id, handoff]));
  const after = new Map(second.map((handoff) => [handoff.id, handoff]));
  const moves = new Map<string, LabelMove>();
  const examples: ChangedHandoff[] = [];
  let unchanged = 0;
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const pair = { before: before.get(id) ?? null, after: after.get(id) ?? null };
    if (labelOf(pair.before) === labelOf(pair.after)) {
      unchanged += 1;
      continue;
    }
    const alike = count(moves, pair);
    if (alike <= EXAMPLES_OF_A_MOVE && examples.length < EXAMPLES) examples.push(pair);
  }
  const sorted = [...moves.values()].toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  return { unchanged, moves: sorted, examples };
}

function labelOf(handoff: Handoff | null): LabelMove["before"] {
  if (handoff === null) return null;
  return handoff.historical ? "historical" : handoff.label;
}

/** @returns how many made the same move so far. */
function count(moves: Map<string, LabelMove>, { before, after }: ChangedHandoff): number {
  const handoff = after ?? before;
  if (handoff === null) return 0;
  const move = { contract: handoff.contract, before: labelOf(before), after: labelOf(after) };
  const known = moves.get(nameOf(move));
  const money = (known?.money ?? 0) + (handoff.money?.corporate ?? 0);
  const alike = (known?.count ?? 0) + 1;
  moves.set(nameOf(move), { ...move, count: alike, money });
  return alike;
}

function nameOf({ contract, before, after }: Pick<LabelMove, "contract" | "before" | "after">): string {
  return `${contract}\0${before ?? ""}\0${after ?? ""}`;
}

function costOf(handoffs: readonly Handoff[], operations: readonly Operation[]): RepairCost {
  const owed = handoffs.filter(({ historical, plain }) => !historical && plain === "late or missing");
  return {
    operations: operations.length,
    calls: operations.reduce((sum, { calls }) => sum + calls, 0),
    moneyAtStake: owed.reduce((sum, { money }) => sum + (money?.corporate ?? 0), 0),
  };
}
