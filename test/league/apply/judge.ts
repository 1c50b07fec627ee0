import type { Operation, Plan } from "../../../src/model/index.ts";
import type { Applied } from "../../../src/sync/index.ts";
import type { WritingHub } from "./hub.ts";
import type { Target, Work } from "./place.ts";

/** What work that somebody made held when the hub planned to set it. */
export const PLANNED_ON = 40;

/** One value of a work's amount and whose it is. */
interface Held {
  readonly by: "somebody" | "hub";
  readonly amount: number | null;
}

/** Follows what becomes of the target, as the system itself has it, and judges what the hub did and told. */
export class Judge {
  readonly problems: string[] = [];
  readonly removed = new Set<string>();
  /** Work that somebody made after the run had begun to read what it wrote: the next run hears of it. */
  readonly late = new Set<string>();
  overwritten = 0;
  traceless = 0;
  readonly #target: Target;
  readonly #hub: WritingHub;
  readonly #say: (line: string) => void;
  /** By work, its amounts in their order. */
  readonly #amounts = new Map<string, Held[]>();
  /** Work that somebody made. */
  readonly #byHand = new Set<string>();
  /** What the nights told, and operations they told of. */
  readonly #told = new Set<string>();
  readonly #texts: string[] = [];
  #isTakenBack = false;

  constructor(target: Target, hub: WritingHub, say: (line: string) => void) {
    this.#target = target;
    this.#hub = hub;
    this.#say = say;
  }

  /** Somebody made work. */
  made(work: string, amount: number): void {
    this.#byHand.add(work);
    this.#amounts.set(work, [{ by: "somebody", amount }]);
  }

  /** Somebody set an amount. */
  set(work: string, amount: number): void {
    this.#amounts.get(work)?.push({ by: "somebody", amount });
  }

  readonly follow = async (): Promise<void> => {
    await this.look();
  };

  /** Follows what became of the amounts: whatever nobody else did is the hub's. */
  async look(): Promise<readonly Work[]> {
    const works = await this.#target.works();
    for (const { id, amount } of works) {
      const held = this.#amounts.get(id) ?? [];
      if (held.at(-1)?.amount !== amount || held.length === 0) held.push({ by: "hub", amount });
      this.#amounts.set(id, held);
    }
    return works;
  }

  /** Takes what a run told; what stands beside what it made has to be among it. */
  hear({ apply, handoffs, complete }: Applied, deals: readonly string[], works: readonly Work[]): void {
    for (const { state, operation, problem } of apply.outcomes) {
      if (state !== "confirmed" || problem !== null) this.#told.add(operation.id);
      if (problem !== null) this.#texts.push(`${problem.code} ${problem.message}`);
    }
    // A run that could not read it again says that it is incomplete.
    if (!complete) return;
    for (const deal of deals) {
      const all = works.filter((work) => work.deal === deal && !this.late.has(work.id));
      if (all.length < 2) continue;
      const handoff = handoffs.find(({ sourceKey }) => sourceKey?.endsWith(`/${deal}`) === true);
      const told =
        handoff?.link === "duplicate"
        || apply.outcomes.some(({ operation, problem }) => operation.handoffId === handoff?.id && problem !== null);
      const made = apply.outcomes.some(
        ({ operation, wrote }) => operation.action === "create" && operation.handoffId === handoff?.id && wrote,
      );
      if (!told && made) this.problems.push(`${all.map(({ id }) => id).join(" and ")} for ${deal} were not told`);
    }
  }

  /** Judges an inverse: what it takes back is put away or set back, or told, and never gone. */
  async takenBack(inverse: Plan): Promise<void> {
    this.#isTakenBack = true;
    await this.#hearOutbox();
    const away = await this.#target.putAway();
    const living = new Set((await this.#target.works()).map(({ id }) => id));
    for (const { id, action, targetKey } of inverse.operations) {
      const work = targetKey?.split("/").at(-1) ?? "";
      const isThere = away.has(work) || living.has(work);
      if (!isThere && !this.removed.has(work)) this.problems.push(`${work} is gone for good`);
      if (action === "retire" && !away.has(work) && !this.#told.has(id) && !this.removed.has(work))
        this.problems.push(`${work} was not put away, and nothing told`);
      if (action === "update" && !this.#told.has(id) && !this.#wasSetBack(work))
        this.problems.push(`${work} was not set back, and nothing told`);
    }
  }

  #wasSetBack(work: string): boolean {
    return this.#amounts.get(work)?.some(({ by, amount }) => by === "hub" && amount === PLANNED_ON) === true;
  }

  /** What a run told that was killed before its report stands in the outbox all the same. */
  async #hearOutbox(): Promise<void> {
    for (const { operationId, problem } of await this.#hub.store.outbox.entries()) {
      if (problem === null) continue;
      this.#texts.push(`${problem.code} ${problem.message}`);
      this.#told.add(operationId);
    }
  }

  /** Judges a plan and everything that became of the amounts. */
  async end(plan: Plan): Promise<void> {
    const hub = this.#hub;
    const works = await this.look();
    const open = await hub.store.outbox.entries({ states: ["sent", "unknown", "half_done"] });
    if (open.length > 0) this.problems.push(`${String(open.length)} are not settled`);
    await this.#hearOutbox();
    for (const { id, content, link } of await hub.store.handoffs.handoffs()) {
      // What a person sees of it from now on: another plan, a conflict, a duplicate.
      if (content !== "in_sync" || link !== "matched") {
        for (const operation of plan.operations) if (operation.handoffId === id) this.#told.add(operation.id);
      }
    }
    for (const operation of plan.operations) this.#judgeOperation(operation, works);
    // What was overwritten of work that somebody removed went with it.
    for (const [id, held] of this.#amounts) if (!this.removed.has(id)) this.#judgeAmounts(id, held);
  }

  #judgeOperation(operation: Operation, works: readonly Work[]): void {
    const told = this.#told.has(operation.id);
    if (operation.action === "create") {
      const deal = String(fieldOf(operation.after, "deal_id"));
      const own = works.filter((work) => work.deal === deal);
      const ours = [...this.#amounts.keys()].filter(
        (id) => !this.#byHand.has(id) && (own.some((work) => work.id === id) || this.removed.has(id)),
      );
      const living = own.filter(({ id }) => ours.includes(id));
      if (living.length > 1) this.problems.push(`the hub made ${String(living.length)} for ${deal}`);
      if (own.length === 0 && !told && ours.every((id) => !this.removed.has(id)))
        this.problems.push(`nothing was made for ${deal}, and nothing told`);
      for (const { id, lacks } of living) {
        if (lacks.length > 0 && !told) this.problems.push(`${id} lacks ${lacks.join(", ")}, and nothing told`);
      }
      return;
    }
    const id = operation.targetKey?.split("/").at(-1) ?? "";
    const wrote = (this.#amounts.get(id) ?? []).filter(({ by }) => by === "hub");
    if (wrote.length === 0 && !told) this.problems.push(`${id} was not written, and nothing told`);
  }

  #judgeAmounts(id: string, held: readonly Held[]): void {
    const ours = held.filter(({ by }) => by === "hub");
    const updates = this.#byHand.has(id) ? ours : ours.slice(1);
    const most = this.#isTakenBack ? 2 : 1;
    if (this.#byHand.has(id) && ours.length > most)
      this.problems.push(`${id} was written ${String(ours.length)} times`);
    for (const update of updates) {
      const under = held[held.indexOf(update) - 1];
      if (under?.by !== "somebody" || under.amount === PLANNED_ON) continue;
      const what = this.#target.traceless ? id : String(under.amount);
      const told = this.#texts.some((text) => text.startsWith("HUB-2627") && text.includes(what));
      if (this.#target.traceless && !told) {
        this.traceless += 1;
        this.#say(`${id}: nobody can tell that ${String(under.amount)} was overwritten`);
      } else if (this.#target.conditional)
        this.problems.push(`${id}: ${String(under.amount)} was overwritten although the system can refuse it`);
      else if (!told) this.problems.push(`${id}: ${String(under.amount)} was lost silently`);
      else this.overwritten += 1;
    }
  }
}

function fieldOf(value: Operation["after"], name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
