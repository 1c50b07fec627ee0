import { createHash } from "node:crypto";
import { ApiFault } from "./errors.ts";

export interface EventTarget {
  readonly kind:
    | "task"
    | "project"
    | "section"
    | "story"
    | "user"
    | "enum_option"
    | "custom_field"
    | "workspace"
    | "tag"
    | "attachment"
    | "goal"
    | "portfolio"
    | "project_membership"
    | "team";
  readonly gid: string;
}

export interface EventRow {
  readonly userGid: string | null;
  readonly createdAt: string;
  readonly action: "added" | "changed" | "removed" | "deleted" | "undeleted";
  readonly resource: EventTarget;
  readonly parent: EventTarget | null;
  readonly change?: {
    readonly field: string;
    readonly action: "changed" | "added" | "removed";
    readonly newValue?: EventTarget;
    readonly addedValue?: EventTarget;
    readonly removedValue?: EventTarget;
  };
  /** gids whose stream carries the event besides the workspace's: the task, its parents, its projects. */
  readonly streams: readonly string[];
}

export interface EventPage {
  readonly events: readonly EventRow[];
  readonly sync: string;
  readonly hasMore: boolean;
}

const LIFETIME_MS = 24 * 3600 * 1000;
const STALE =
  "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch the full dataset for this query now and use the new sync token for the next sync.";

/** The workspace's event log of the last 24 hours and the sync tokens into it (reference asana.md §13). */
export class EventLog {
  readonly #now: () => number;
  readonly #secret: string;
  readonly #heard: (event: EventRow) => void;
  #rows: EventRow[] = [];
  /** Sequence number of the first kept row. */
  #first = 0;
  #dropNext = 0;
  readonly #late: { readonly event: EventRow; readonly at: number }[] = [];
  /** How late the events recorded from now on are told, in milliseconds; they keep their stamps. */
  delayMs = 0;
  /** Tokens issued before this instant are refused. */
  #refuseBefore = 0;

  /** @param heard told of every event that is not lost */
  constructor(now: () => number, secret: string, heard: (event: EventRow) => void) {
    this.#now = now;
    this.#secret = secret;
    this.#heard = heard;
  }

  get length(): number {
    return this.#rows.length;
  }

  record(event: EventRow): void {
    if (this.#dropNext > 0) {
      this.#dropNext -= 1;
      return;
    }
    if (this.delayMs > 0) this.#late.push({ event, at: this.#now() + this.delayMs });
    else this.#append(event);
  }

  #append(event: EventRow): void {
    this.#rows.push(event);
    this.#heard(event);
    if (this.#rows.length % 1024 === 0) this.#forgetOld();
  }

  /** Tells the late events whose time has come. */
  #settle(): void {
    if (this.#late.length === 0) return;
    const now = this.#now();
    const due = this.#late.filter(({ at }) => at <= now);
    const rest = this.#late.filter(({ at }) => at > now);
    this.#late.splice(0, this.#late.length, ...rest);
    for (const { event } of due) this.#append(event);
  }

  /** Loses the next events, as delivery at most once may. */
  drop(count: number): void {
    this.#dropNext = count;
  }

  /** Makes every token issued until now too old. */
  expireTokens(): void {
    this.#refuseBefore = this.#now() + 1;
  }

  /** Events of one stream (`null`: the whole workspace) after a token. Errors: 412 with a fresh token. */
  read(stream: string | null, scope: string, sync: string | null, cap: number): EventPage {
    this.#settle();
    const start = sync === null ? null : this.#decode(scope, sync);
    if (start === null) throw new ApiFault(412, STALE, { sync: this.#encode(scope, this.#first + this.#rows.length) });
    const events: EventRow[] = [];
    let at = start - this.#first;
    for (; at < this.#rows.length && events.length < cap; at += 1) {
      const event = this.#rows[at];
      if (event !== undefined && (stream === null || event.streams.includes(stream))) events.push(event);
    }
    let hasMore = false;
    for (let rest = at; rest < this.#rows.length && !hasMore; rest += 1) {
      const event = this.#rows[rest];
      hasMore = event !== undefined && (stream === null || event.streams.includes(stream));
    }
    if (!hasMore) at = this.#rows.length;
    return { events, sync: this.#encode(scope, this.#first + at), hasMore };
  }

  #forgetOld(): void {
    const limit = new Date(this.#now() - LIFETIME_MS).toISOString();
    const keep = this.#rows.findIndex((event) => event.createdAt >= limit);
    const gone = keep < 0 ? this.#rows.length : keep;
    this.#rows = this.#rows.slice(gone);
    this.#first += gone;
  }

  #check(scope: string, sequence: number, at: number): string {
    return createHash("sha1").update(`${this.#secret}:${scope}:${sequence}:${at}`).digest("hex").slice(0, 10);
  }

  #encode(scope: string, sequence: number): string {
    const at = Math.floor(this.#now());
    const body = sequence.toString(16).padStart(10, "0") + at.toString(16).padStart(12, "0");
    return `${this.#check(scope, sequence, at)}${body}:0`;
  }

  #decode(scope: string, token: string): number | null {
    const match = /^([0-9a-f]{10})([0-9a-f]{10})([0-9a-f]{12}):0$/u.exec(token);
    if (match === null) return null;
    const sequence = Number.parseInt(match[2] ?? "", 16);
    const at = Number.parseInt(match[3] ?? "", 16);
    if (match[1] !== this.#check(scope, sequence, at)) return null;
    const age = this.#now() - at;
    if (age > LIFETIME_MS || at < this.#refuseBefore || sequence < this.#first) return null;
    return sequence > this.#first + this.#rows.length ? null : sequence;
  }
}
