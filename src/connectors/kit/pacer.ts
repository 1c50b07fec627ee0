import { MINUTE, SECOND } from "../../model/index.ts";
import type { Instant, PaceBook } from "../../model/index.ts";
import type { Surroundings } from "./surroundings.ts";
import { MemoryPaceBook } from "./pace-book.ts";
import { PacingTime } from "./pacing-time.ts";
import { WaitingLine } from "./waiting-line.ts";
import type { Entry } from "./waiting-line.ts";

/** How many calls may be under way at once. */
export interface Lanes {
  readonly total: number;
  /** By lane, where the system limits some calls apart; a lane not named is limited by the total only. */
  readonly lanes?: Readonly<Record<string, number>>;
}

/** A call that was let start; tell how it ended. */
export interface Ticket {
  readonly startedAt: Instant;
  /** Makes room for the next one. */
  leave(): void;
  /**
   * The system refused the call for coming too fast: everybody waits, and how many it took before shows its limit.
   * @param waitMs how long everybody waits.
   * @param askedMs what the system itself asked for.
   */
  refused(waitMs: number, askedMs?: number): Promise<void>;
}

/** What an answer's headers say about the calls of a minute. */
export interface RateHeader {
  /** Calls a minute. */
  readonly limit: number;
  readonly remaining?: number;
  /** Until the minute starts anew. */
  readonly resetsInMs?: number;
}

interface Started {
  readonly at: Instant;
  readonly cost: number;
  refused: boolean;
}

interface Storm {
  readonly at: Instant;
  /** The limit that was known before. */
  readonly before: Promise<number | null>;
}

/** No system documents less for a minute; fewer calls before a refusal show some other limit, or a fault. */
const LEAST_PER_MINUTE = 60;
/** A minute's starts are handed out in blocks of this share, so that the store is asked rarely. */
const BLOCK_SHARE = 0.05;
/** `Retry-After` counts in whole seconds, rounded up. */
const ROUNDED_MS = SECOND;
/** A limit that a refusal showed and that still leads to refusals was taken for too high. */
const LOWERED = 0.9;

type PacerDependencies = Pick<Surroundings, "clock" | "wallNow" | "sleep" | "log">;

/**
 * Lets the calls of one credential start: the most urgent first, no more at once than its lanes hold, no more a minute
 * than the system allows once that is known (from headers, configuration, or its first refusal).
 */
export class Pacer {
  readonly #credential: string;
  readonly #time: PacingTime;
  readonly #book: PaceBook;
  readonly #log: Surroundings["log"];
  readonly #line: WaitingLine;
  readonly #underWay = new Map<string, number>();
  #lanes: Lanes = { total: Number.POSITIVE_INFINITY };
  #least = LEAST_PER_MINUTE;
  #total = 0;
  #pausedUntil: Instant = 0;
  #started: Started[] = [];
  #starts: Instant[] = [];
  #storm: Storm | undefined;
  #told: number | null = null;
  /** Whether starts are handed out by the book. */
  #paced = false;
  #running = false;
  #rest: AbortController | undefined;

  constructor(credential: string, dependencies: PacerDependencies, book: PaceBook) {
    this.#credential = credential;
    this.#time = new PacingTime(dependencies);
    this.#book = book;
    this.#log = dependencies.log;
    this.#line = new WaitingLine(() => this.#rest?.abort());
  }

  /** Several connections of one credential keep the narrowest of their limits. */
  limit(lanes: Lanes, leastPerMinute = LEAST_PER_MINUTE): void {
    const narrowed = { ...this.#lanes.lanes };
    for (const [lane, most] of Object.entries(lanes.lanes ?? {})) {
      narrowed[lane] = Math.min(most, narrowed[lane] ?? most);
    }
    this.#lanes = { total: Math.min(this.#lanes.total, lanes.total), lanes: narrowed };
    this.#least = leastPerMinute;
  }

  /** Waits for its turn. @throws the reason of the entry's signal. */
  async enter(entry: Entry): Promise<Ticket> {
    const turn = this.#line.join(entry);
    void this.#letIn();
    await turn;
    const started: Started = { at: this.#time.now(), cost: entry.cost, refused: false };
    this.#started.push(started);
    let left = false;
    return {
      startedAt: started.at,
      leave: () => {
        if (left) return;
        left = true;
        this.#total -= 1;
        this.#underWay.set(entry.lane, (this.#underWay.get(entry.lane) ?? 1) - 1);
        void this.#letIn();
      },
      refused: async (waitMs, askedMs) => {
        started.refused = true;
        const storm = this.#stormOf(started);
        await this.#pause(this.#time.now() + waitMs);
        await this.#learn(storm, started.at, askedMs);
      },
    };
  }

  /** Takes what an answer's headers said. */
  async observe({ limit, remaining, resetsInMs }: RateHeader): Promise<void> {
    const now = this.#time.now();
    if (limit > 0 && limit !== this.#told) {
      this.#told = limit;
      await this.#book.setPerMinute(this.#credential, limit, "told", now);
    }
    // Somebody else spends of the same minute: those under way may have what is left of it.
    if (remaining !== undefined && remaining < this.#total && resetsInMs !== undefined)
      await this.#pause(now + resetsInMs);
  }

  async #pause(until: Instant): Promise<void> {
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#starts = [];
    await this.#book.hold(this.#credential, until);
  }

  /** The refusals of calls that were under way together are one storm. */
  #stormOf(refused: Started): Storm {
    if (this.#storm === undefined || refused.at > this.#storm.at) {
      this.#storm = { at: this.#time.now(), before: this.#book.perMinute(this.#credential) };
    }
    return this.#storm;
  }

  /** What the system took within its minute before it refused is what it allows. */
  async #learn(storm: Storm, refusedAt: Instant, askedMs: number | undefined): Promise<void> {
    const before = await storm.before;
    if (this.#told !== null) return;
    const now = this.#time.now();
    const asked = askedMs === undefined || askedMs > MINUTE ? 0 : Math.max(0, askedMs - ROUNDED_MS);
    // Measured by when calls set out, all of them: how long each was on its way then does not matter.
    const from = refusedAt - MINUTE + asked;
    let taken = 0;
    for (const { at, cost, refused } of this.#started) if (!refused && at >= from) taken += cost;
    // Far below a known limit it was something else that was refused.
    if (taken < (before === null ? this.#least : before / 2)) return;
    await this.#book.setPerMinute(this.#credential, before === null ? taken : before * LOWERED, "refused", now);
    await this.#book.hold(this.#credential, this.#pausedUntil);
    this.#starts = [];
    this.#log("debug", `${this.#credential} takes about ${taken} calls a minute`);
  }

  /** Lets in whoever may start, and waits for the rest; one of these runs at a time. */
  async #letIn(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
        const due = Math.max(this.#pausedUntil, await this.#dueAt(entry));
        const now = this.#time.now();
        if (due > now) {
          await this.#restFor(due - now);
          continue;
        }
        // Somebody more urgent may have come while the store was asked; the start time is theirs.
        const first = this.#next();
        if (first === undefined || (this.#paced && first.cost > this.#starts.length)) continue;
        this.#starts.splice(0, first.cost);
        this.#line.admitNext((lane) => this.#hasRoom(lane));
        this.#total += 1;
        this.#underWay.set(first.lane, (this.#underWay.get(first.lane) ?? 0) + 1);
        this.#forget(now);
      }
    } catch (error) {
      this.#line.refuseAll(error);
    } finally {
      this.#running = false;
    }
  }

  #next(): Entry | undefined {
    return this.#line.next((lane) => this.#hasRoom(lane));
  }

  #hasRoom(lane: string): boolean {
    const most = this.#lanes.lanes?.[lane] ?? Number.POSITIVE_INFINITY;
    return this.#total < this.#lanes.total && (this.#underWay.get(lane) ?? 0) < most;
  }

  /** When the start times in hand allow the entry to start; fetches more where they do not reach. */
  async #dueAt({ cost }: Entry): Promise<Instant> {
    if (this.#starts.length < cost) {
      const now = this.#time.now();
      const perMinute = (await this.#book.perMinute(this.#credential)) ?? 0;
      const room = this.#lanes.total - this.#total;
      const block = Math.min(this.#line.cost, room, Math.floor(perMinute * BLOCK_SHARE));
      const more = await this.#book.starts(this.#credential, Math.max(cost, block) - this.#starts.length, now);
      this.#paced = more !== null;
      if (more === null) return 0;
      this.#starts.push(...more);
    }
    return this.#starts[cost - 1] ?? 0;
  }

  async #restFor(ms: number): Promise<void> {
    const rest = new AbortController();
    this.#rest = rest;
    try {
      await this.#time.sleep(ms, rest.signal);
    } catch (error) {
      if (!rest.signal.aborted) throw error;
    } finally {
      this.#rest = undefined;
    }
  }

  /** Only the last minute's starts teach anything. */
  #forget(now: Instant): void {
    const [first] = this.#started;
    if (first === undefined || first.at > now - 2 * MINUTE) return;
    this.#started = this.#started.filter(({ at }) => at > now - MINUTE - ROUNDED_MS);
  }
}

/** The pacers of one process, one per credential, however many connections use it. */
export class Pacers {
  readonly #pacers = new Map<string, Pacer>();
  readonly #dependencies: PacerDependencies;
  readonly #book: PaceBook;

  /** @param book shared with other processes through the store; this process's own memory when left out. */
  constructor(dependencies: PacerDependencies, book: PaceBook = new MemoryPaceBook()) {
    this.#dependencies = dependencies;
    this.#book = book;
  }

  of(credential: string): Pacer {
    const known = this.#pacers.get(credential);
    if (known !== undefined) return known;
    const pacer = new Pacer(credential, this.#dependencies, this.#book);
    this.#pacers.set(credential, pacer);
    return pacer;
  }
}
