import type { MondayActivitySeed } from "../seeds.ts";
import type { App } from "./apps.ts";
import { boardNotFound, invalidArgument, mondayError, notFound, unauthorized } from "./errors.ts";
import { signJwt } from "./jwt.ts";
import type { Board, MondayState } from "./state.ts";
import { eventBody, listeningBoard, wants } from "./webhook-events.ts";
import { jsonArgument } from "./writes.ts";

export interface Webhook {
  readonly id: string;
  /** Name as the API shows it. */
  readonly board_id: string;
  readonly event: string;
  /** The configuration as JSON text, null when there is none. */
  readonly config: string | null;
  readonly url: string;
  readonly userId: string;
  /** The app whose token created the webhook: then calls are signed with its secret. */
  readonly app: App | null;
}

export interface Delivery {
  readonly webhook: Webhook;
  readonly event: Readonly<Record<string, unknown>>;
  /** Business instant of the next attempt, epoch milliseconds. */
  dueAt: number;
  attempts: number;
}

/** How a test bends what is about to be delivered: duplicates, another order. */
export type Arrange = (batch: readonly Delivery[]) => readonly Delivery[];

const RETRY_MS = 60_000;
const MOST_ATTEMPTS = 31;
const PUMP_MS = 250;

/**
 * Webhooks of all boards and what is still to be delivered (reference monday.md §10): a failed call is tried again once
 * a minute of business time, 30 times. `pump` delivers what is due; it also runs by itself four times a second.
 */
export class Webhooks {
  readonly #state: MondayState;
  readonly #hooks = new Map<string, Webhook>();
  #queue: Delivery[] = [];
  #running: Promise<number> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Deliveries that were given up. */
  #dropped = 0;
  arrange: Arrange | null = null;

  constructor(state: MondayState) {
    this.#state = state;
    state.subscribe((board, row) => this.#hear(board, row));
  }

  of(boardId: string): Webhook[] {
    return [...this.#hooks.values()].filter((hook) => hook.board_id === boardId);
  }

  counts(): { readonly webhooks: number; readonly waiting: number; readonly dropped: number } {
    return { webhooks: this.#hooks.size, waiting: this.#queue.length, dropped: this.#dropped };
  }

  /** Registers a webhook once its address has echoed a challenge. @throws a bare internal error when it has not. */
  async create(
    args: { readonly board_id: string; readonly url: string; readonly event: string; readonly config?: unknown },
    by: { readonly userId: string; readonly app: App | null },
  ): Promise<Webhook> {
    const board = this.#state.board(args.board_id);
    if (board === undefined) throw boardNotFound(args.board_id);
    if (!this.#state.sees(by.userId, board)) throw unauthorized();
    if (args.url.length > 255 || !/^https?:\/\//u.test(args.url)) throw invalidArgument("url is not valid");
    const config = jsonArgument(args.config ?? null);
    const webhook: Webhook = {
      id: this.#state.newId(),
      board_id: board.id,
      event: args.event,
      config: config === null ? null : JSON.stringify(config),
      url: args.url,
      ...by,
    };
    const challenge = this.#state.newUuid().replaceAll("-", "");
    const answer = await this.#post(webhook, { challenge });
    const echoed = answer?.ok === true ? ((await answer.json().catch(() => null)) as unknown) : null;
    if (typeof echoed !== "object" || echoed === null || !("challenge" in echoed) || echoed.challenge !== challenge) {
      throw mondayError("INTERNAL_SERVER_ERROR", "Internal server error", {}, 500);
    }
    this.#hooks.set(webhook.id, webhook);
    this.#timer ??= setInterval(() => void this.pump(), PUMP_MS).unref();
    return webhook;
  }

  remove(id: string, app: App | null): Webhook {
    const hook = this.#hooks.get(id);
    if (hook === undefined) throw notFound("Webhook", id);
    if (hook.app !== null && hook.app !== app) throw unauthorized();
    this.#hooks.delete(id);
    this.#queue = this.#queue.filter((delivery) => delivery.webhook !== hook);
    return hook;
  }

  #hear(board: Board, row: MondayActivitySeed): void {
    if (this.#hooks.size === 0) return;
    const hooks = this.of(listeningBoard(board));
    if (hooks.length === 0) return;
    const now = this.#state.environment.clock.now();
    const triggerUuid = this.#state.newUuid().replaceAll("-", "");
    const body = eventBody(this.#state, board, row);
    for (const webhook of hooks) {
      const config = webhook.config === null ? null : (JSON.parse(webhook.config) as unknown);
      if (!wants({ event: webhook.event, config }, board, row)) continue;
      const event = {
        app: "monday",
        ...body,
        triggerTime: row.createdAt,
        subscriptionId: Number(webhook.id),
        originalTriggerUuid: null,
        triggerUuid,
      };
      this.#queue.push({ webhook, event, dueAt: now, attempts: 0 });
    }
  }

  /** Delivers everything due; resolves to how many calls were made. */
  async pump(): Promise<number> {
    while (this.#running !== null) await this.#running;
    const now = this.#state.environment.clock.now();
    const due = this.#queue.filter((delivery) => delivery.dueAt <= now);
    if (due.length === 0) return 0;
    this.#queue = this.#queue.filter((delivery) => delivery.dueAt > now);
    this.#running = this.#deliver(this.arrange === null ? due : this.arrange(due));
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /** Pumps until nothing is due any more; resolves to how many calls were made. */
  async drain(): Promise<number> {
    let made = 0;
    for (let last = await this.pump(); last > 0; last = await this.pump()) made += last;
    return made;
  }

  async #deliver(batch: readonly Delivery[]): Promise<number> {
    const settled = new Set<Delivery>();
    for (const delivery of batch) {
      const answer = await this.#post(delivery.webhook, {
        event: { ...delivery.event, isRetry: delivery.attempts > 0 },
      });
      await answer?.arrayBuffer().catch(() => null);
      if (settled.has(delivery)) continue;
      settled.add(delivery);
      delivery.attempts += 1;
      if (answer?.ok === true) continue;
      if (delivery.attempts >= MOST_ATTEMPTS) this.#dropped += 1;
      else this.#queue.push({ ...delivery, dueAt: delivery.dueAt + RETRY_MS });
    }
    return batch.length;
  }

  async #post(webhook: Webhook, body: unknown): Promise<Response | null> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (webhook.app !== null) headers["authorization"] = this.#token(webhook, webhook.app);
    try {
      return await fetch(webhook.url, { method: "POST", headers, body: JSON.stringify(body) });
    } catch {
      return null;
    }
  }

  /** The JWT of a call on behalf of an app, good for five minutes. */
  #token(webhook: Webhook, app: App): string {
    const iat = Math.floor(this.#state.environment.clock.now() / 1000);
    const claims = {
      accountId: Number(this.#state.account.id),
      userId: Number(webhook.userId),
      aud: webhook.url,
      exp: iat + 300,
      iat,
      shortLivedToken: this.#state.newUuid(),
    };
    return signJwt(claims, app.signingSecret);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#queue = [];
  }
}
