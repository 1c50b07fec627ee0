import { createHash } from "node:crypto";
import { secret } from "./sessions.ts";

/** What a person agreed to at the authorize endpoint. */
export interface Consent {
  readonly clientId: string;
  readonly userId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly challenge: string | null;
  readonly challengeMethod: "S256" | "plain";
}

const LIFE_MS = 15 * 60_000;

/** Authorization codes: good once, for a quarter of an hour of wall time. */
export class Authorizations {
  readonly #random: () => number;
  readonly #wallNow: () => number;
  readonly #codes = new Map<string, Consent & { readonly expiresAt: number }>();

  constructor(random: () => number, wallNow: () => number) {
    this.#random = random;
    this.#wallNow = wallNow;
  }

  issue(consent: Consent): string {
    const code = `aPrx${secret(this.#random, 60)}`;
    this.#codes.set(code, { ...consent, expiresAt: this.#wallNow() + LIFE_MS });
    return code;
  }

  /** Takes a code in; undefined for one that is unknown, used or expired. */
  redeem(code: string): Consent | undefined {
    const consent = this.#codes.get(code);
    this.#codes.delete(code);
    return consent === undefined || consent.expiresAt <= this.#wallNow() ? undefined : consent;
  }
}

/** Whether a PKCE verifier answers the challenge (RFC 7636). */
export function verifies(consent: Consent, verifier: string | null): boolean {
  const { challenge, challengeMethod } = consent;
  if (challenge === null) return true;
  if (verifier === null) return false;
  return challengeMethod === "plain"
    ? verifier === challenge
    : createHash("sha256").update(verifier).digest("base64url") === challenge;
}
