import type { Plan } from "../../../src/model/index.ts";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import type { Applied } from "../../../src/sync/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Dial, Draw } from "../../acceptance/harness.ts";
import { Doom } from "../../sync/apply/mortal.ts";
import { drawDial } from "./dials.ts";
import { openWritingHub } from "./hub.ts";
import type { WritingHub } from "./hub.ts";
import { Judge, PLANNED_ON } from "./judge.ts";
import { START } from "./place.ts";
import type { Place, Source, Target } from "./place.ts";

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

class ApplyMatch {
  readonly #setting: Setting;
  readonly #history: string[] = [];
  #deals: readonly string[] = [];
  #plan: Plan | null = null;
  readonly #judge: Judge;
  #nights = 0;
  #kills = 0;
  #edits = 0;
  #isReadAgain = false;
  #serial = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#judge = new Judge(setting.target, setting.hub, (line) => {
      this.#say(line);
    });
  }

  result(): Omit<ApplyRun, "place" | "seed"> {
    return {
      history: this.#history,
      problems: this.#judge.problems,
      planned: this.#plan?.operations.length ?? 0,
      nights: this.#nights,
      kills: this.#kills,
      edits: this.#edits,
      overwritten: this.#judge.overwritten,
      traceless: this.#judge.traceless,
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
      this.#judge.problems.push(
        `planned ${JSON.stringify(this.#plan.operations.map(({ action, reason }) => [action, reason]))}`,
      );
      return;
    }
    await hub.approve(this.#plan);
    await this.#judge.look();
    for (let nights = 1 + draw.below(2); nights > 0; nights -= 1) await this.#disturbedNight();
    steps.before = this.#judge.follow;
    await target.served.undial();
    await this.#settle();
    if (draw.chance(0.5)) await this.#takeBack(this.#plan);
    await this.#judge.end(this.#plan);
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
    this.#judge.made(work, amount);
    return work;
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
      await this.#judge.look();
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
    steps.before = this.#judge.follow;
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
    const work = draw.pick(works);
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
      if (this.#isReadAgain) this.#judge.late.add(made);
      this.#say(`at call ${String(at)} somebody makes ${made} for ${deal}`);
      return;
    }
    if (what === "remove") {
      await target.remove(work.id);
      this.#judge.removed.add(work.id);
      this.#say(`at call ${String(at)} somebody removes ${work.id}`);
      return;
    }
    const amount = 1000 + this.#serial;
    await target.set(work.id, amount);
    this.#judge.set(work.id, amount);
    this.#say(`at call ${String(at)} somebody sets ${work.id} to ${String(amount)}`);
  }

  async #night(options: Parameters<WritingHub["night"]>[0] = {}): Promise<Applied | null> {
    this.#nights += 1;
    this.#isReadAgain = false;
    this.#judge.late.clear();
    const applied = await this.#setting.hub.night(options);
    const works = await this.#judge.look();
    if (applied === null) return null;
    for (const { state, operation, problem } of applied.apply.outcomes) {
      this.#say(
        `${operation.action} ${operation.targetKey ?? operation.handoffId.slice(0, 8)}: ${state} ${problem?.code ?? ""}`,
      );
    }
    for (const { code, message } of applied.apply.stops) this.#say(`stopped: ${code} ${message}`);
    this.#judge.hear(applied, this.#deals, works);
    return applied;
  }

  /** What was done is taken back, while as much goes wrong: put away and marked, never deleted. */
  async #takeBack(plan: Plan): Promise<void> {
    const { hub, steps, target } = this.#setting;
    const inverse = await hub.takeBack(plan);
    if (inverse === null) return;
    this.#say(`taken back: ${inverse.operations.map(({ action }) => action).join(", ")}`);
    await this.#disturbedNight();
    steps.before = this.#judge.follow;
    await target.served.undial();
    await this.#settle();
    await this.#judge.takenBack(inverse);
  }

  /** Nights without faults until there is nothing left to carry out. */
  async #settle(): Promise<void> {
    for (let nights = 0; nights < MOST_NIGHTS; nights += 1) {
      const applied = await this.#night();
      if (applied?.apply.outcomes.length === 0) return;
      this.#setting.target.served.clock.advance(10 * MINUTE);
    }
    this.#judge.problems.push(`after ${String(MOST_NIGHTS)} calm nights there is still something to carry out`);
  }
}

/** Of a REST call by its method, of GraphQL by its words. */
async function isWrite(request: Request): Promise<boolean> {
  if (["PUT", "PATCH", "DELETE"].includes(request.method)) return true;
  return request.method === "POST" && (await request.clone().text()).includes("mutation");
}

export function tellApply(run: ApplyRun): string {
  return [
    `${run.place}, seed ${String(run.seed)}`,
    `  again: npm run league:apply -- --replay ${String(run.seed)} --place "${run.place}"`,
    ...run.history.map((line) => `  ${line}`),
    ...run.problems.map((line) => `  PROBLEM ${line}`),
  ].join("\n");
}
