import type { SandboxClock } from "../kit/clock.ts";
import type { App } from "./apps.ts";
import { Budget } from "./limits.ts";
import type { Limits } from "./limits.ts";

export interface Token {
  readonly text: string;
  readonly userId: string;
  readonly budget: Budget;
  /** The app of an OAuth token, null for a personal one, which has all scopes. */
  readonly app: App | null;
  readonly scopes: ReadonlySet<string> | null;
  /** Real instant from which the token is no longer taken, epoch milliseconds; null for never. */
  readonly expiresAt: number | null;
}

/** The token every sandbox starts with; not a secret. */
export const SANDBOX_TOKEN = "sandbox-monday-token";

/** The tokens that sign in. Each personal one has budgets of its own; those of one app share them. */
export class Tokens {
  readonly #clock: SandboxClock;
  readonly #limits: Limits;
  readonly #tokens = new Map<string, Token>();
  readonly #appBudgets = new Map<string, Budget>();

  constructor(clock: SandboxClock, limits: Limits, userId: string) {
    this.#clock = clock;
    this.#limits = limits;
    this.add(SANDBOX_TOKEN, userId);
  }

  /** Adds a personal token. */
  add(text: string, userId: string): Token {
    const budget = new Budget(this.#limits, this.#clock);
    return this.#put({ text, userId, budget, app: null, scopes: null, expiresAt: null });
  }

  /** Adds an OAuth token; its minute of complexity is split in reading and writing, half each. */
  addForApp(
    text: string,
    userId: string,
    app: App,
    grant: { readonly scopes: Iterable<string>; readonly expiresAt: number | null },
  ): Token {
    const { complexityMinute } = this.#limits;
    const limits = { ...this.#limits, complexityMinute: Math.ceil(complexityMinute / 2), splitComplexity: true };
    const budget = this.#appBudgets.get(app.id) ?? new Budget(limits, this.#clock);
    this.#appBudgets.set(app.id, budget);
    return this.#put({ text, userId, budget, app, scopes: new Set(grant.scopes), expiresAt: grant.expiresAt });
  }

  #put(token: Token): Token {
    this.#tokens.set(token.text, token);
    return token;
  }

  get(text: string): Token | undefined {
    return this.#tokens.get(text);
  }

  revoke(text: string): void {
    this.#tokens.delete(text);
  }

  /** Revokes every token an app was given for the account. */
  revokeApp(appId: string): void {
    for (const [text, token] of this.#tokens) if (token.app?.id === appId) this.#tokens.delete(text);
  }

  /** From an Authorization header: the raw token is the documented form, `Bearer` works too. */
  fromHeader(header: string | null): Token | undefined {
    if (header === null) return undefined;
    const token = this.#tokens.get(header.replace(/^Bearer\s+/iu, "").trim());
    const expired = token?.expiresAt != null && token.expiresAt <= this.#clock.wallNow();
    return expired ? undefined : token;
  }
}
