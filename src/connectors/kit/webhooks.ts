import type { Instant } from "../../model/index.ts";

/** One incoming call as it came: signatures are over the very bytes. Header names are in small letters. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Something to read again. It says nothing of what changed: only reading does (reference asana.md §13, monday.md §10). */
export interface WebhookMark {
  readonly stream: string;
  readonly id: string;
  /** The same for every delivery of one change, so that repeated ones are one mark. */
  readonly delivery: string;
}

export interface WebhookOutcome {
  /** What to answer, at once. */
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly marks: readonly WebhookMark[];
  /** A secret that the system gave for this hook; it has to be sealed before the answer goes out. */
  readonly secret?: string;
}

/** What a receiver knows of the hook that a call came in on. */
export interface WebhookHook {
  /** Secrets that calls may be signed with: the one received at the handshake, or the app's. */
  readonly secrets: readonly string[];
  /** True while this hook is being registered: only then a handshake is answered. */
  readonly expected: boolean;
  /** Epoch milliseconds, for the expiry of signed tokens. */
  readonly now: Instant;
}

/** Pure: verifies an incoming call and says what to read again. @throws HubError when it is not to be trusted. */
export type WebhookReceiver = (request: WebhookRequest, hook: WebhookHook) => WebhookOutcome;
