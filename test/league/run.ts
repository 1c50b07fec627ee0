import type { ReadMode, Timer } from "../../src/connectors/kit/index.ts";
import { toProblem } from "../../src/model/index.ts";
import { differencesBetween, differencesOf, harmDone, heldIn } from "../acceptance/compare.ts";
import type { Difference } from "../acceptance/compare.ts";
import { drawFrom } from "../acceptance/draw.ts";
import type { Change, Dial, Draw, Harness, World } from "../acceptance/harness.ts";
import { openHub, problemsIn } from "../acceptance/hub.ts";
import type { Kill, PullResult, WorldHub } from "../acceptance/hub.ts";
import { patienceOf } from "../acceptance/patience.ts";
import { Refused } from "../acceptance/served-system.ts";
import { openCallers } from "./callers.ts";
import type { Callers } from "./callers.ts";
import { drawDials } from "./dials.ts";
import type { Peer } from "./peer.ts";
import { peerOf } from "./peers/index.ts";

/** What one run of the league came to. */
export interface LeagueRun {
  readonly system: string;
  readonly seed: number;
  readonly edition: number;
  readonly records: number;
  /** What happened, line by line. */
  readonly history: readonly string[];
  /** Ours against the truth; all empty for a run that is won. */
  readonly differences: readonly Difference[];
  /** Why the last two readings were not complete, or what broke. */
  readonly problems: readonly string[];
  /** Complaints about the world rather than the hub: changes that the sandbox could not make. */
  readonly worldProblems: readonly string[];
  /** Ours before the last sweep: what increments alone had not found. */
  readonly beforeSweep: readonly Difference[];
  readonly peer: readonly Difference[];
  readonly pulls: number;
  readonly kills: number;
  /** Readings that ended incomplete and said so. */
  readonly incomplete: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PEER_TIMEOUT_MS = 30_000;

/** One seeded run: a small world, a random history under faults, then calm; the store must be the truth. */
export async function playRun(harness: Harness, seed: number, edition = EDITION): Promise<LeagueRun> {
  const draw = drawFrom(seed);
  const records = 30 + draw.below(70);
  const rowsPerPage = draw.pick([9, 20, 45]) ?? 20;
  const world = await harness.start({ seed, records, rowsPerPage, quick: true, varied: true });
  const hub = openHub(harness, world, seed);
  const match = new Match({ harness, world, hub, draw, edition, peer: peerOf(harness.system, world) });
  try {
    await match.play();
    return { ...match.result(), system: harness.system, seed, edition, records };
  } finally {
    await match.leave();
    await hub.close();
    await world.close();
  }
}

/** Histories are drawn from more as the league grows; a seed of an earlier edition goes on playing the same one. */
export const EDITION = 2;

interface Setting {
  readonly harness: Harness;
  readonly world: World;
  readonly hub: WorldHub;
  readonly draw: Draw;
  readonly edition: number;
  readonly peer: Peer | null;
}

class Match {
  readonly #harness: Harness;
  readonly #world: World;
  readonly #hub: WorldHub;
  readonly #draw: Draw;
  readonly #peer: Peer | null;
  readonly #edition: number;
  readonly #patience: Timer;
  #callers: Callers | null = null;
  /** From here on nothing happens any more while the hub reads. */
  #calmed = false;
  #everComplete = false;
  readonly #history: string[] = [];
  readonly #problems: string[] = [];
  readonly #worldProblems: string[] = [];
  #differences: readonly Difference[] = [];
  #beforeSweep: readonly Difference[] = [];
  #quiet = false;
  /** Every change of this run leaves a trace, so that increments alone have to find all. */
  #traced = false;
  #peerDifferences: readonly Difference[] = [];
  #dials: Dial[] = [];
  /** A used-up quota is back on the next day only. */
  #starved = false;
  #pulls = 0;
  #kills = 0;
  #incomplete = 0;

  constructor({ harness, world, hub, draw, edition, peer }: Setting) {
    this.#harness = harness;
    this.#world = world;
    this.#hub = hub;
    this.#draw = draw;
    this.#peer = peer;
    this.#edition = edition;
    this.#patience = patienceOf(world.served);
  }

  async leave(): Promise<void> {
    await this.#callers?.close();
  }

  async play(): Promise<void> {
    const draw = this.#draw;
    this.#traced = draw.chance(0.5);
    if (this.#edition > 1 && draw.chance(0.5)) {
      this.#callers = await openCallers(this.#world, this.#hub, draw, (line) => {
        this.#say(line);
      });
    }
    if (draw.chance(0.3)) await this.#setDials();
    await this.#read();
    for (let steps = 4 + draw.below(7); steps > 0; steps -= 1) {
      for (let changes = draw.below(5); changes > 0; changes -= 1) await this.#change();
      if (draw.chance(0.4)) await this.#setDials();
      else if (draw.chance(0.3)) await this.#clearDials();
      await this.#endTies();
      if (draw.chance(0.7)) this.#advance();
      if (draw.chance(0.8)) await this.#read();
    }
    await this.#calm();
    if (this.#edition > 1 && draw.chance(0.4)) await this.#hideAtTheEnd();
    this.#problems.push(...(this.#callers?.problems ?? []));
  }

  result(): Omit<LeagueRun, "system" | "seed" | "edition" | "records"> {
    return {
      history: this.#history,
      differences: this.#differences,
      problems: this.#problems,
      worldProblems: this.#worldProblems,
      beforeSweep: this.#beforeSweep,
      peer: this.#peerDifferences,
      pulls: this.#pulls,
      kills: this.#kills,
      incomplete: this.#incomplete,
    };
  }

  #say(line: string): void {
    this.#history.push(`${new Date(this.#world.served.clock.now()).toISOString()} ${line}`);
  }

  #drawChange(): Change | undefined {
    const changes = this.#world.changes.filter(
      ({ quiet, since = 1, afterFirstReading = false }) =>
        since <= this.#edition && (this.#everComplete || !afterFirstReading) && (!this.#traced || quiet !== true),
    );
    let at = this.#draw.next() * changes.reduce((sum, { weight }) => sum + weight, 0);
    return changes.find(({ weight }) => (at -= weight) < 0);
  }

  async #change(): Promise<void> {
    const change = this.#drawChange();
    if (change === undefined) return;
    try {
      const done = await change.make(this.#draw);
      if (done === null) return;
      this.#say(`${change.name}: ${done}`);
      this.#quiet ||= change.quiet === true;
      await this.#callers?.collect();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#say(`${change.name}: refused, ${text.slice(0, 200)}`);
      if (!(error instanceof Refused) || error.status >= 500)
        this.#worldProblems.push(`${change.name}: ${text.slice(0, 300)}`);
    }
  }

  async #setDials(): Promise<void> {
    for (const dial of drawDials(this.#draw, this.#edition, this.#harness.route)) await this.#setDial(dial);
    const midway = this.#draw.chance(0.15)
      ? this.#world.midway?.(this.#draw, this.#everComplete ? this.#edition : 1)
      : undefined;
    if (midway === undefined) return;
    await this.#setDial(midway);
    // A field that goes, or comes as another one, leaves no stamp on the records that had it.
    this.#quiet ||= midway.fault === "schema" && midway["change"] !== "add";
  }

  async #setDial(dial: Dial): Promise<void> {
    if (!(await this.#world.served.dial(dial))) return;
    this.#dials.push(dial);
    this.#starved ||= dial.fault === "quota";
    this.#say(`dial ${JSON.stringify(dial)}`);
  }

  async #clearDials(): Promise<void> {
    await this.#world.served.undial();
    this.#dials = [];
    this.#say("dials off");
  }

  /** No system stamps what it writes now with an instant long past: a tie ends before time moves. */
  async #endTies(): Promise<void> {
    const others = this.#dials.filter(({ fault }) => fault !== "tie");
    if (others.length === this.#dials.length) return;
    await this.#clearDials();
    for (const dial of others) await this.#setDial(dial);
  }

  #advance(): void {
    const draw = this.#draw;
    const ms = draw.pick([1000, 20_000, 3 * MINUTE, 20 * MINUTE, 2 * HOUR, 5 * HOUR, 25 * HOUR]) ?? MINUTE;
    this.#world.served.clock.advance(ms);
    this.#say(`${ms / 1000} s pass`);
  }

  #drawKill(): Kill | undefined {
    const draw = this.#draw;
    if (!draw.chance(0.35)) return undefined;
    const reach = draw.pick([4, 9, 20]) ?? 9;
    if (draw.chance(0.4)) return { at: "call", n: 1 + draw.below(2 * reach) };
    return { at: "commit", n: 1 + draw.below(reach), when: draw.chance(0.5) ? "before" : "after" };
  }

  async #read(): Promise<void> {
    const draw = this.#draw;
    const mode: ReadMode =
      draw.pick(["incremental", "incremental", "incremental", "incremental", "sweep", "full"]) ?? "full";
    const kill = this.#drawKill();
    const peerFirst = draw.chance(0.5);
    if (this.#callers !== null && draw.chance(0.5)) this.#callers.arrive();
    if (peerFirst) await this.#peerReads();
    const result = await this.#pull(mode, kill);
    const how =
      kill === undefined ? "" : ` killed at ${kill.at} ${kill.n}${kill.at === "commit" ? ` ${kill.when}` : ""}`;
    const came =
      result?.killed === true
        ? how
        : result?.report?.complete === true
          ? " complete"
          : ` incomplete ${problemsIn(result?.report ?? null)
              .map((each) => each.slice(0, 60))
              .join(", ")}`;
    this.#say(`pull ${mode}${came}, ${result?.commits ?? 0} pages`);
    if (!peerFirst) await this.#peerReads();
  }

  async #pull(mode: ReadMode, kill?: Kill): Promise<PullResult | null> {
    this.#pulls += 1;
    try {
      const callers = this.#calmed ? null : this.#callers;
      const at = callers === null ? 0 : 1 + this.#draw.below(9);
      const result = await this.#hub.pull(mode, {
        ...(kill === undefined ? {} : { kill }),
        ...(callers === null ? {} : { onCommit: (n) => n === at && callers.arrive() }),
      });
      await callers?.settled();
      this.#everComplete ||= result.report?.complete === true;
      if (result.killed) this.#kills += 1;
      else if (result.report?.complete !== true) {
        this.#incomplete += 1;
        if (problemsIn(result.report).length === 0 && (await this.#hub.store.records.rejects()).length === 0)
          this.#problems.push("incomplete without a reason");
      }
      return result;
    } catch (error) {
      // Not a stop, not a kill: what no run may come to.
      const { code, message } = toProblem(error);
      this.#problems.push(
        `died: ${code} ${message} ${error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 4).join(" ") : ""}`,
      );
      return null;
    }
  }

  async #peerReads(): Promise<void> {
    // An answer that never comes ends for the peer, too.
    const callOff = this.#patience(PEER_TIMEOUT_MS, () => undefined);
    try {
      await this.#peer?.pull();
    } catch {
      // A peer that gives up tries again at its next sync, from its last mark.
    } finally {
      callOff();
    }
  }

  /** Faults end, time passes beyond every overlap, and the hub reads once more, sweeps, and reads again. */
  async #calm(): Promise<void> {
    await this.#clearDials();
    await this.#world.restore?.();
    await this.#callers?.collect();
    this.#callers?.arrive();
    await this.#callers?.settled();
    this.#calmed = true;
    this.#world.served.clock.advance(this.#draw.chance(0.3) || this.#starved ? DAY + HOUR : HOUR);
    await this.#lastPull("incremental", false);
    this.#beforeSweep = await this.#differencesNow();
    if (!this.#quiet && this.#beforeSweep.length > 0) {
      const { kind, stream, id, what } = this.#beforeSweep[0] ?? { kind: "", stream: "", id: "", what: "" };
      this.#problems.push(`increments missed ${this.#beforeSweep.length}: ${kind} ${stream} ${id} ${what}`);
    }
    // A sweep that stopped for want of calls goes on where it was: only the next one looks at everything again.
    if (this.#starved) await this.#lastPull("sweep", false);
    await this.#lastPull("sweep", true);
    await this.#lastPull("incremental", true);
    await this.#peerReads();
    this.#differences = await this.#differencesNow();
    await this.#expectMarksAnswered();
    if (this.#peer === null) return;
    this.#peerDifferences = differencesBetween(this.#peer.holding, await this.#world.truth(), this.#harness.compared);
  }

  async #differencesNow(): Promise<readonly Difference[]> {
    return differencesOf(this.#hub.store, await this.#world.truth(), this.#harness.compared);
  }

  /** What webhooks asked for has been read by now, or nobody ever will. */
  async #expectMarksAnswered(): Promise<void> {
    const [pin] = await this.#hub.store.records.pins();
    const open = pin === undefined ? [] : await this.#hub.store.records.marks(pin);
    if (open.length > 0) this.#problems.push(`${open.length} marks of webhooks were left open`);
  }

  /** Something goes out of sight for good: it is told, and nothing of it is emptied or taken for deleted. */
  async #hideAtTheEnd(): Promise<void> {
    const before = await heldIn(this.#hub.store);
    const hiding = this.#world.changes.filter(({ hides, since = 1 }) => hides === true && since <= this.#edition);
    const change = this.#draw.pick(hiding);
    const done = (await change?.make(this.#draw)) ?? null;
    if (done === null) return;
    this.#say(`at the end ${change?.name}: ${done}`);
    for (const mode of ["incremental", "sweep", "incremental"] as const) {
      this.#world.served.clock.advance(HOUR);
      const result = await this.#pull(mode);
      this.#say(
        `pull ${mode}, ${problemsIn(result?.report ?? null)
          .join("; ")
          .slice(0, 200)}`,
      );
    }
    const after = await heldIn(this.#hub.store);
    const shown = await this.#world.truth();
    for (const [stream, fields] of Object.entries(this.#harness.compared)) {
      for (const text of harmDone(before.get(stream), after.get(stream), shown[stream], fields))
        this.#problems.push(`out of sight: ${stream} ${text}`);
    }
    await this.#world.restore?.();
    this.#world.served.clock.advance(HOUR);
    await this.#lastPull("incremental", false);
    await this.#lastPull("sweep", true);
    this.#differences = [...this.#differences, ...(await this.#differencesNow())];
  }

  /** @param whole what was erased without a trace only a sweep finds: counting may tell of it before, not after. */
  async #lastPull(mode: ReadMode, whole: boolean): Promise<void> {
    const result = await this.#pull(mode);
    const problems = problemsIn(result?.report ?? null);
    this.#say(`last pull ${mode}, ${result?.commits ?? 0} pages ${problems.join("; ").slice(0, 200)}`);
    const countsOnly = problems.length > 0 && problems.every((each) => each.includes("HUB-1220"));
    if (result?.report?.complete === false && (whole || !countsOnly)) {
      this.#problems.push(`last ${mode}: ${problems.join("; ") || "rejects"}`);
    }
  }
}
