import type { SandboxClock } from "../kit/clock.ts";
import { Budget } from "./limits.ts";
import type { Limits } from "./limits.ts";

export interface Token {
  readonly text: string;
  readonly userId: string;
  readonly budget: Budget;
}

/** The token every sandbox starts with; not a secret. */
export const SANDBOX_TOKEN = "sandbox-monday-token";

/** The tokens that sign in, each with a user and budgets of its own. */
export class Tokens {
  readonly #clock: SandboxClock;
  readonly #limits: Limits;
  readonly #tokens = new Map<string, Token>();

  constructor(clock: SandboxClock, limits: Limits, userId: string) {
    this.#clock = clock;
    this.#limits = limits;
    this.add(SANDBOX_TOKEN, userId);
  }

  add(text: string, userId: string): Token {
    const token = { text, userId, budget: new Budget(this.#limits, this.#clock) };
    this.#tokens.set(text, token);
    return token;
  }

  get(text: string): Token | undefined {
    return this.#tokens.get(text);
  }

  revoke(text: string): void {
    this.#tokens.delete(text);
  }

  /** From an Authorization header: the raw token is the documented form, `Bearer` works too. */
  fromHeader(header: string | null): Token | undefined {
    if (header === null) return undefined;
    return this.#tokens.get(header.replace(/^Bearer\s+/iu, "").trim());
  }
}
