import type { Operation, Plan } from "../../../src/model/index.ts";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import type { Applied } from "../../../src/sync/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Dial, Draw } from "../../acceptance/harness.ts";
import { Doom } from "../../sync/apply/mortal.ts";
import { openWritingHub } from "./hub.ts";
import type { WritingHub } from "./hub.ts";
import { START } from "./place.ts";
import type { Place, Source, Target, Work } from "./place.ts";

/** What one run of the write league came to. */
export interface ApplyRun {
  readonly place: string;
  readonly seed: number;
  readonly history: readonly string[];
  /** Empty for a run that is won. */
  readonly problems: readonly string[];
  readonly planned: number;
  readonly nights: number;
  readonly kills: number;
  readonly edits: number;
  /** Edits that were overwritten, and told with what puts them back. */
  readonly overwritten: number;
  /** Edits that were overwritten where the system keeps no trace of them. */
  readonly traceless: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Nights after which all must be settled, once nothing goes wrong any more. */
const MOST_NIGHTS = 8;
const PLANNED_ON = 40;

/** Faults on the wire of the target, each at one call. */
function drawDial(draw: Draw): Dial {
  const fault = draw.pick<Dial>([
    { fault: "reset" },
    { fault: "throttle", retryAfter: draw.pick(["right", "wrong", "missing"]), seconds: 1 + draw.below(9) },
    { fault: "error", status: draw.pick([500, 503]) },
    { fault: "html", status: draw.pick([502, 504]) },
    { fault: "lost-answer" },
    { fault: "lost-answer", hang: true },
    { fault: "lost-answer", status: draw.pick([500, 502, 503, 504]) },
    { fault: "cut" },
    { fault: "malformed" },
    { fault: "empty" },
    { fault: "error-in-200" },
    { fault: "job", outcome: draw.pick(["failed", "half-done", "incomplete"]) },
  ]) ?? { fault: "reset" };
  return { ...fault, times: 1 + draw.below(3) };
}

export async function playApply(place: Place, seed: number): Promise<ApplyRun> {
  const draw = drawFrom(seed);
  const clock = new SandboxClock(START - 2 * DAY, () => START);
  clock.freeze(true);
  const steps: { before: (request: Request) => Promise<void> } = { before: () => Promise.resolve() };
  const options = { seed, clock, before: (request: Request) => steps.before(request) };
  const source = await place.source({ ...options, before: () => Promise.resolve() });
  const target = await place.target(options);
  const hub = await openWritingHub(place, source, target, seed);
  const match = new ApplyMatch({ source, target, hub, draw, steps });
  try {
    await match.play();
    return { ...match.result(), place: place.name, seed };
  } finally {
    await hub.close();
    await Promise.all([source.served.close(), target.served.close()]);
  }
}

interface Setting {
  readonly source: Source;
  readonly target: Target;
  readonly hub: WritingHub;
  readonly draw: Draw;
  readonly steps: { before: (request: Request) => Promise<void> };
}

/** One value of a work's amount and whose it is. */
interface Held {
  readonly by: "somebody" | "hub";
  readonly amount: number | null;
}

class ApplyMatch {
  readonly #setting: Setting;
  readonly #history: string[] = [];
  readonly #problems: string[] = [];
  /** By work, its amounts in their order. */
  readonly #amounts = new Map<string, Held[]>();
  /** Work that somebody made. */
  readonly #byHand = new Set<string>();
  readonly #removed = new Set<string>();
  /** What the nights told, and operations they told of. */
  readonly #told = new Set<string>();
  readonly #texts: string[] = [];
  #deals: readonly string[] = [];
  #plan: Plan | null = null;
  #nights = 0;
  #kills = 0;
  #edits = 0;
  #overwritten = 0;
  #traceless = 0;
  #inverse: Plan | null = null;
  /** Work that somebody made after the run had begun to read what it wrote: the next run hears of it. */
  readonly #late = new Set<string>();
  #isReadAgain = false;
  #serial = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  result(): Omit<ApplyRun, "place" | "seed"> {
    return {
      history: this.#history,
      problems: this.#problems,
      planned: this.#plan?.operations.length ?? 0,
      nights: this.#nights,
      kills: this.#kills,
      edits: this.#edits,
      overwritten: this.#overwritten,
      traceless: this.#traceless,
    };
  }

  async play(): Promise<void> {
    const { target, hub, draw, steps } = this.#setting;
    const { clock } = target.served;
    const missing: string[] = [];
    for (let n = 0; n <= draw.below(2); n += 1) missing.push(await this.#win(10 + n));
    const paired: string[] = [];
    for (let n = 0; n <= draw.below(2); n += 1) paired.push(await this.#win(50 + n));
    this.#deals = [...missing, ...paired];
    clock.advance(HOUR);
    for (const deal of paired) await this.#make(deal, PLANNED_ON);
    clock.set(START);
    this.#plan = await hub.plan();
    const expected = missing.length + paired.length;
    if (this.#plan.operations.length !== expected) {
      this.#problems.push(
        `planned ${JSON.stringify(this.#plan.operations.map(({ action, reason }) => [action, reason]))}`,
      );
      return;
    }
    await hub.approve(this.#plan);
    await this.#look();
    for (let nights = 1 + draw.below(2); nights > 0; nights -= 1) await this.#disturbedNight();
    steps.before = this.#follow;
    await target.served.undial();
    await this.#settle();
    if (draw.chance(0.5)) await this.#takeBack(this.#plan);
    await this.#judge();
  }

  #say(line: string): void {
    this.#history.push(`${new Date(this.#setting.target.served.clock.now()).toISOString()} ${line}`);
  }

  async #win(amount: number): Promise<string> {
    const deal = await this.#setting.source.open(amount);
    this.#setting.source.served.clock.advance(MINUTE);
    await this.#setting.source.win(deal);
    return deal;
  }

  async #make(deal: string, amount: number): Promise<string> {
    const work = await this.#setting.target.make(deal, amount);
    this.#byHand.add(work);
    this.#amounts.set(work, [{ by: "somebody", amount }]);
    return work;
  }

  readonly #follow = async (): Promise<void> => {
    await this.#look();
  };

  /** Follows what became of the amounts: whatever nobody else did is the hub's. */
  async #look(): Promise<readonly Work[]> {
    const works = await this.#setting.target.works();
    for (const { id, amount } of works) {
      const held = this.#amounts.get(id) ?? [];
      if (held.at(-1)?.amount !== amount || held.length === 0) held.push({ by: "hub", amount });
      this.#amounts.set(id, held);
    }
    return works;
  }

  /** A run in which something goes wrong at any step of writing. */
  async #disturbedNight(): Promise<void> {
    const { target, draw, steps } = this.#setting;
    const edits = new Map<number, true>();
    const dials: { readonly at: number; readonly dial: Dial }[] = [];
    for (let n = draw.below(3); n > 0; n -= 1) dials.push({ at: draw.below(25), dial: drawDial(draw) });
    for (let n = draw.below(3); n > 0; n -= 1) edits.set(draw.below(25), true);
    const kill = draw.chance(0.5) ? { call: draw.chance(0.5), at: draw.below(25), step: 1 + draw.below(160) } : null;
    const stop = new AbortController();
    const doom = new Doom(Number.POSITIVE_INFINITY);
    let call = -1;
    steps.before = async (request) => {
      await this.#look();
      if (call < 0) return;
      const at = call;
      call += 1;
      for (const { dial } of dials.filter((one) => one.at === at)) {
        // A system without jobs has none that fail.
        if (await target.served.dial(dial)) this.#say(`at call ${String(at)} ${JSON.stringify(dial)}`);
      }
      // Between the hub's last look and its write.
      if (edits.has(at) || ((await isWrite(request)) && draw.chance(0.15))) await this.#edit(at);
      if (kill?.call === true && kill.at === at) this.#kill(doom, stop, `while call ${String(at)} is served`);
    };
    const onApply = (): void => {
      call = 0;
      if (kill?.call === false) doom.arm(kill.step);
    };
    const applied = await this.#night({ doom, stop, onApply, onReadAgain: () => (this.#isReadAgain = true) });
    steps.before = this.#follow;
    await target.served.undial();
    if (applied === null) {
      this.#kills += 1;
      this.#say(kill?.call === true ? "killed" : `killed at step ${String(kill?.step)}`);
    }
    if (draw.chance(0.5)) target.served.clock.advance(draw.pick([MINUTE, 20 * MINUTE, 3 * HOUR]) ?? MINUTE);
  }

  #kill(doom: Doom, stop: AbortController, when: string): void {
    this.#say(`killed ${when}`);
    doom.dead = true;
    stop.abort(new Error("killed"));
  }

  /** Somebody is at work in the target, too. */
  async #edit(at: number): Promise<void> {
    const { target, draw } = this.#setting;
    this.#edits += 1;
    this.#serial += 1;
    const works = await target.works();
    const work = draw.pick(works.filter(({ id }) => this.#amounts.has(id)));
    const what = draw.pick(["set", "set", "set", "make", "remove", "deal"]);
    if (what === "deal") {
      const deal = draw.pick(this.#deals) ?? "";
      await this.#setting.source.set(deal, 3000 + this.#serial);
      this.#say(`at call ${String(at)} somebody sets deal ${deal} to ${String(3000 + this.#serial)}`);
      return;
    }
    if (what === "make" || work === undefined) {
      const deal = draw.pick(this.#deals) ?? "";
      const made = await this.#make(deal, 70);
      if (this.#isReadAgain) this.#late.add(made);
      this.#say(`at call ${String(at)} somebody makes ${made} for ${deal}`);
      return;
    }
    if (what === "remove") {
      await target.remove(work.id);
      this.#removed.add(work.id);
      this.#say(`at call ${String(at)} somebody removes ${work.id}`);
      return;
    }
    const amount = 1000 + this.#serial;
    await target.set(work.id, amount);
    this.#amounts.get(work.id)?.push({ by: "somebody", amount });
    this.#say(`at call ${String(at)} somebody sets ${work.id} to ${String(amount)}`);
  }

  async #night(options: Parameters<WritingHub["night"]>[0] = {}): Promise<Applied | null> {
    this.#nights += 1;
    this.#isReadAgain = false;
    this.#late.clear();
    const applied = await this.#setting.hub.night(options);
    const works = await this.#look();
    if (applied === null) return null;
    for (const { state, operation, problem } of applied.apply.outcomes) {
      this.#say(
        `${operation.action} ${operation.targetKey ?? operation.handoffId.slice(0, 8)}: ${state} ${problem?.code ?? ""}`,
      );
      if (state !== "confirmed" || problem !== null) this.#told.add(operation.id);
      if (problem !== null) this.#texts.push(`${problem.code} ${problem.message}`);
    }
    for (const { code, message } of applied.apply.stops) this.#say(`stopped: ${code} ${message}`);
    this.#expectDuplicatesTold(applied, works);
    return applied;
  }

  /** What stands beside what a run made is told by that run. */
  #expectDuplicatesTold({ apply, handoffs, complete }: Applied, works: readonly Work[]): void {
    // A run that could not read it again says that it is incomplete.
    if (!complete) return;
    for (const deal of this.#deals) {
      const all = works.filter((work) => work.deal === deal && !this.#late.has(work.id));
      if (all.length < 2) continue;
      const handoff = handoffs.find(({ sourceKey }) => sourceKey?.endsWith(`/${deal}`) === true);
      const told =
        handoff?.link === "duplicate"
        || apply.outcomes.some(({ operation, problem }) => operation.handoffId === handoff?.id && problem !== null);
      const made = apply.outcomes.some(
        ({ operation, wrote }) => operation.action === "create" && operation.handoffId === handoff?.id && wrote,
      );
      if (!told && made) this.#problems.push(`${all.map(({ id }) => id).join(" and ")} for ${deal} were not told`);
    }
  }

  /** What was done is taken back, while as much goes wrong: put away and marked, never deleted. */
  async #takeBack(plan: Plan): Promise<void> {
    const { hub, steps, target } = this.#setting;
    const inverse = await hub.takeBack(plan);
    if (inverse === null) return;
    this.#say(`taken back: ${inverse.operations.map(({ action }) => action).join(", ")}`);
    this.#inverse = inverse;
    await this.#disturbedNight();
    steps.before = this.#follow;
    await target.served.undial();
    await this.#settle();
    await this.#hearOutbox();
    const away = await target.putAway();
    const living = new Set((await target.works()).map(({ id }) => id));
    for (const { id, action, targetKey } of inverse.operations) {
      const work = targetKey?.split("/").at(-1) ?? "";
      const isThere = away.has(work) || living.has(work);
      if (!isThere && !this.#removed.has(work)) this.#problems.push(`${work} is gone for good`);
      if (action === "retire" && !away.has(work) && !this.#told.has(id) && !this.#removed.has(work))
        this.#problems.push(`${work} was not put away, and nothing told`);
      if (action === "update" && !this.#told.has(id) && !this.#wasSetBack(work))
        this.#problems.push(`${work} was not set back, and nothing told`);
    }
  }

  #wasSetBack(work: string): boolean {
    return this.#amounts.get(work)?.some(({ by, amount }) => by === "hub" && amount === PLANNED_ON) === true;
  }

  /** What a run told that was killed before its report stands in the outbox all the same. */
  async #hearOutbox(): Promise<void> {
    for (const { operationId, problem } of await this.#setting.hub.store.outbox.entries()) {
      if (problem === null) continue;
      this.#texts.push(`${problem.code} ${problem.message}`);
      this.#told.add(operationId);
    }
  }

  /** Nights without faults until there is nothing left to carry out. */
  async #settle(): Promise<void> {
    for (let nights = 0; nights < MOST_NIGHTS; nights += 1) {
      const applied = await this.#night();
      if (applied?.apply.outcomes.length === 0) return;
      this.#setting.target.served.clock.advance(10 * MINUTE);
    }
    this.#problems.push(`after ${String(MOST_NIGHTS)} calm nights there is still something to carry out`);
  }

  async #judge(): Promise<void> {
    const { hub } = this.#setting;
    const works = await this.#look();
    const open = await hub.store.outbox.entries({ states: ["sent", "unknown", "half_done"] });
    if (open.length > 0) this.#problems.push(`${String(open.length)} are not settled`);
    await this.#hearOutbox();
    for (const { id, content, link } of await hub.store.handoffs.handoffs()) {
      // What a person sees of it from now on: another plan, a conflict, a duplicate.
      if (content !== "in_sync" || link !== "matched") {
        for (const operation of this.#plan?.operations ?? [])
          if (operation.handoffId === id) this.#told.add(operation.id);
      }
    }
    for (const operation of this.#plan?.operations ?? []) this.#judgeOperation(operation, works);
    // What was overwritten of work that somebody removed went with it.
    for (const [id, held] of this.#amounts) if (!this.#removed.has(id)) this.#judgeAmounts(id, held);
  }

  #judgeOperation(operation: Operation, works: readonly Work[]): void {
    const told = this.#told.has(operation.id);
    if (operation.action === "create") {
      const deal = String(fieldOf(operation.after, "deal_id"));
      const own = works.filter((work) => work.deal === deal);
      const ours = [...this.#amounts.keys()].filter(
        (id) => !this.#byHand.has(id) && (own.some((work) => work.id === id) || this.#removed.has(id)),
      );
      const living = own.filter(({ id }) => ours.includes(id));
      if (living.length > 1) this.#problems.push(`the hub made ${String(living.length)} for ${deal}`);
      if (own.length === 0 && !told && ours.every((id) => !this.#removed.has(id)))
        this.#problems.push(`nothing was made for ${deal}, and nothing told`);
      for (const { id, lacks } of living) {
        if (lacks.length > 0 && !told) this.#problems.push(`${id} lacks ${lacks.join(", ")}, and nothing told`);
      }
      return;
    }
    const id = operation.targetKey?.split("/").at(-1) ?? "";
    const wrote = (this.#amounts.get(id) ?? []).filter(({ by }) => by === "hub");
    if (wrote.length === 0 && !told) this.#problems.push(`${id} was not written, and nothing told`);
  }

  #judgeAmounts(id: string, held: readonly Held[]): void {
    const ours = held.filter(({ by }) => by === "hub");
    const updates = this.#byHand.has(id) ? ours : ours.slice(1);
    const most = this.#inverse === null ? 1 : 2;
    if (this.#byHand.has(id) && ours.length > most)
      this.#problems.push(`${id} was written ${String(ours.length)} times`);
    for (const update of updates) {
      const under = held[held.indexOf(update) - 1];
      if (under?.by !== "somebody" || under.amount === PLANNED_ON) continue;
      const what = this.#setting.target.traceless ? id : String(under.amount);
      const told = this.#texts.some((text) => text.startsWith("HUB-2627") && text.includes(what));
      if (this.#setting.target.traceless && !told) {
        this.#traceless += 1;
        this.#say(`${id}: nobody can tell that ${String(under.amount)} was overwritten`);
      } else if (this.#setting.target.conditional)
        this.#problems.push(`${id}: ${String(under.amount)} was overwritten although the system can refuse it`);
      else if (!told) this.#problems.push(`${id}: ${String(under.amount)} was lost silently`);
      else this.#overwritten += 1;
    }
  }
}

/** Of a REST call by its method, of GraphQL by its words. */
async function isWrite(request: Request): Promise<boolean> {
  if (["PUT", "PATCH", "DELETE"].includes(request.method)) return true;
  return request.method === "POST" && (await request.clone().text()).includes("mutation");
}

function fieldOf(value: Operation["after"], name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

export function tellApply(run: ApplyRun): string {
  return [
    `${run.place}, seed ${String(run.seed)}`,
    `  again: npm run league:apply -- --replay ${String(run.seed)} --place "${run.place}"`,
    ...run.history.map((line) => `  ${line}`),
    ...run.problems.map((line) => `  PROBLEM ${line}`),
  ].join("\n");
}
