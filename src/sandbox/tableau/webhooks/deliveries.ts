import { disturbed } from "../../kit/deliveries.ts";
import type { SandboxEnvironment } from "../../kit/system.ts";
import type { PublishedItem } from "../content/published.ts";
import { stamp } from "../state.ts";
import type { Site } from "../state.ts";
import type { WebhookEvent } from "./events.ts";

/** A webhook of a site. */
export interface Webhook {
  readonly id: string;
  readonly ownerId: string;
  readonly createdAt: number;
  name: string;
  event: WebhookEvent;
  url: string;
  isEnabled: boolean;
  /** Why it is not enabled any more. */
  statusChangeReason: string;
  updatedAt: number;
  failures: number;
}

/** Real time: how long a receiver may take. */
const PATIENCE_MS = 10_000;
const MOST_FAILURES = 4;

/** Sends what happens on a site to its webhooks; nobody's call waits for it (reference tableau.md §3.8). */
export class WebhookDeliveries {
  readonly #environment: SandboxEnvironment;
  #underWay: Promise<void> = Promise.resolve();

  constructor(environment: SandboxEnvironment) {
    this.#environment = environment;
  }

  tell(site: Site, event: WebhookEvent, item: PublishedItem): void {
    const body = {
      resource: event.includes("Refresh") ? "EXTRACTS" : item.kind.toUpperCase(),
      event_type: event,
      resource_name: item.name,
      site_luid: site.id,
      resource_luid: item.id,
      created_at: stamp(this.#environment.clock.now()),
    };
    const receivers = [...site.webhooks.values()].filter((webhook) => webhook.event === event && webhook.isEnabled);
    const batch = disturbed(this.#environment.dials, receivers);
    this.#underWay = this.#after(this.#underWay, batch, body);
  }

  async #after(earlier: Promise<void>, batch: readonly Webhook[], body: object): Promise<void> {
    await earlier;
    for (const webhook of batch) await this.#deliver(webhook, body);
  }

  /** Resolves when everything told so far has been delivered, or could not be. */
  settled(): Promise<void> {
    return this.#underWay;
  }

  async #deliver(webhook: Webhook, body: object): Promise<void> {
    const { status } = await post(webhook.url, body);
    webhook.failures = status >= 200 && status < 300 ? 0 : webhook.failures + 1;
    if (webhook.failures < MOST_FAILURES) return;
    webhook.isEnabled = false;
    webhook.statusChangeReason = "The webhook was disabled because deliveries failed again and again.";
  }
}

/** One delivery; status 0 where nobody answered. */
export async function post(url: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: error instanceof Error ? error.message : String(error) };
  }
}
