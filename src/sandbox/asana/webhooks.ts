import { createHmac } from "node:crypto";
import { ApiFault, badRequest, unknownObject } from "./errors.ts";
import type { EventRow, EventTarget } from "./events.ts";

/** One way an event may pass; the parts of a filter all have to fit. */
export interface WebhookFilter {
  readonly resourceType: string;
  readonly resourceSubtype: string | null;
  readonly action: string | null;
  readonly fields: readonly string[] | null;
}

export interface WebhookRow {
  readonly gid: string;
  readonly resource: EventTarget;
  readonly target: string;
  /** App and user it belongs to; nobody else sees it. */
  readonly owner: string;
  readonly secret: string;
  readonly createdAt: string;
  filters: readonly WebhookFilter[];
  active: boolean;
  pending: EventRow[];
  heartbeatAt: number;
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  lastFailureContent: string | null;
  retries: number;
  nextAttemptAfter: string | null;
  failureDeletion: string | null;
}

/** What the deliverer needs of the world around it. */
export interface WebhookParts {
  readonly now: () => number;
  /** An event as deliveries show it: gids and types. */
  readonly show: (event: EventRow) => unknown;
  /** Whether a webhook's resource carries an event, and of which subtype the event's resource is. */
  readonly carries: (resource: EventTarget, event: EventRow) => boolean;
  readonly subtypeOf: (target: EventTarget) => string | null;
  /** Asked once per delivery: send it twice, or its events in reverse order. */
  readonly disturb: () => { readonly duplicate: boolean; readonly reorder: boolean };
}

const HEARTBEAT_MS = 8 * 3600_000;
const GIVE_UP_MS = 24 * 3600_000;
const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 4 * 3600_000;
/** Real time: how long a receiver may take. */
const PATIENCE_MS = 10_000;
const MOST_EVENTS = 100;
const REMOTE = "The remote server which is intended to receive the webhook";

/** Webhooks and their deliveries; what is due goes out whenever the pump runs (reference asana.md §14). */
export class Webhooks {
  readonly #parts: WebhookParts;
  readonly #rows = new Map<string, WebhookRow>();
  #running: Promise<void> | null = null;
  #again = false;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#rows.size;
  }

  listOf(owner: string): WebhookRow[] {
    return [...this.#rows.values()].filter((row) => row.owner === owner);
  }

  /** Errors: 404 also for another owner's. */
  get(gid: string, owner: string): WebhookRow {
    const row = this.#rows.get(gid);
    if (row === undefined || row.owner !== owner) throw unknownObject("webhook", gid);
    return row;
  }

  delete(row: WebhookRow): void {
    row.active = false;
    this.#rows.delete(row.gid);
  }

  /** Asks the target to echo the secret, then keeps the webhook. Errors: 403 duplicate, 400 failed handshake. */
  async create(row: WebhookRow): Promise<void> {
    this.#refuseDuplicate(row);
    let response: Response;
    try {
      response = await fetch(row.target, {
        method: "POST",
        headers: { "content-type": "application/json", "x-hook-secret": row.secret },
        body: "{}",
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.arrayBuffer();
    } catch {
      throw badRequest(`${REMOTE} could not be reached.`);
    }
    if (response.status !== 200 && response.status !== 204)
      throw badRequest(`${REMOTE} responded with an incorrect status code: ${response.status}`);
    if (response.headers.get("x-hook-secret") !== row.secret)
      throw badRequest(`${REMOTE} did not respond with the handshake secret.`);
    this.#refuseDuplicate(row);
    this.#rows.set(row.gid, row);
  }

  /** Queues an event for the webhooks it is for. */
  offer(event: EventRow): void {
    for (const row of this.#rows.values()) {
      if (this.#parts.carries(row.resource, event) && this.#passes(row, event)) row.pending.push(event);
    }
  }

  /** Sends what is due; a run under way goes round once more instead. */
  pump(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    if (this.#rows.size === 0) return Promise.resolve();
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      await Promise.all([...this.#rows.values()].map((row) => this.#serve(row)));
    } while (this.#again);
  }

  async #serve(row: WebhookRow): Promise<void> {
    while (row.active) {
      const now = this.#parts.now();
      if (row.nextAttemptAfter !== null && now < Date.parse(row.nextAttemptAfter)) return;
      const events = row.pending.slice(0, MOST_EVENTS);
      const beat = now - row.heartbeatAt >= HEARTBEAT_MS;
      if (events.length === 0 && !beat) return;
      const failure = await this.#deliver(row, events);
      if (failure !== null) {
        this.#failed(row, failure, now);
        return;
      }
      row.pending.splice(0, events.length);
      // A heartbeat goes out on its own, after the events.
      if (events.length === 0) row.heartbeatAt = now;
      row.lastSuccessAt = new Date(now).toISOString();
      row.retries = 0;
      row.nextAttemptAfter = null;
      row.failureDeletion = null;
    }
  }

  /** @returns what the receiver answered when it did not accept, null when it did. */
  async #deliver(row: WebhookRow, events: readonly EventRow[]): Promise<string | null> {
    const { duplicate, reorder } = events.length === 0 ? CALM : this.#parts.disturb();
    const shown = (reorder ? events.toReversed() : events).map((event) => this.#parts.show(event));
    const body = JSON.stringify({ events: shown });
    const signature = createHmac("sha256", row.secret).update(body).digest("hex");
    let failure: string | null = null;
    for (let time = 0; time < (duplicate ? 2 : 1); time += 1) {
      try {
        const response = await fetch(row.target, {
          method: "POST",
          headers: { "content-type": "application/json; charset=UTF-8", "x-hook-signature": signature },
          body,
          redirect: "manual",
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        const text = await response.text();
        failure = response.ok ? null : `${response.status} ${text}`.trim().slice(0, 500);
      } catch (error) {
        failure = error instanceof Error ? error.name : "Error";
      }
    }
    return failure;
  }

  #failed(row: WebhookRow, failure: string, now: number): void {
    row.lastFailureAt = new Date(now).toISOString();
    row.lastFailureContent = failure;
    if (row.failureDeletion !== null && now >= Date.parse(row.failureDeletion)) {
      this.delete(row);
      return;
    }
    row.failureDeletion ??= new Date(now + GIVE_UP_MS).toISOString();
    row.nextAttemptAfter = new Date(now + Math.min(FIRST_RETRY_MS * 2 ** row.retries, LONGEST_RETRY_MS)).toISOString();
    row.retries += 1;
  }

  #passes(row: WebhookRow, event: EventRow): boolean {
    if (row.filters.length === 0) return true;
    return row.filters.some(
      (filter) =>
        filter.resourceType === event.resource.kind
        && (filter.action === null || filter.action === event.action)
        && (filter.resourceSubtype === null || filter.resourceSubtype === this.#parts.subtypeOf(event.resource))
        && (filter.fields === null
          || (event.action === "changed" && filter.fields.includes(event.change?.field ?? ""))),
    );
  }

  #refuseDuplicate(row: WebhookRow): void {
    for (const one of this.#rows.values()) {
      if (one.owner !== row.owner || one.resource.gid !== row.resource.gid || one.target !== row.target) continue;
      throw new ApiFault(
        403,
        "Duplicated webhook. You already have an existing webhook for the given resource and target. Delete the old one before creating another.",
      );
    }
  }
}

const CALM = { duplicate: false, reorder: false } as const;
