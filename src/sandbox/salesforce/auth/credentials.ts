import { createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import type { Row } from "../schema/index.ts";
import type { Org } from "../state/org.ts";
import { secret } from "./sessions.ts";

const CLAIMS = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
});

/** Why a JWT was refused, in the words of the token endpoint; null when it is good. */
export type JwtVerdict = { readonly user: Row } | { readonly refused: string };

/** The connected app and the people's passwords. */
export class Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly password: string;
  readonly securityToken: string;
  readonly #org: Org;
  #publicKey: KeyObject | null = null;

  constructor(org: Org, random: () => number) {
    this.#org = org;
    this.clientId = `3MVG9${secret(random, 60)}`;
    this.clientSecret = secret(random, 64).replaceAll(/[._]/gu, "A");
    this.password = `pw${secret(random, 12).replaceAll(/[._]/gu, "x")}`;
    this.securityToken = secret(random, 24).replaceAll(/[._]/gu, "t");
  }

  /** The sign-in name of a user. */
  username(user: Row): string {
    const name = user["Username"] ?? user["Email"];
    return typeof name === "string" ? name : `${user.Id.toLowerCase()}@example.com`;
  }

  /** Finds an active user by sign-in name. */
  user(username: string): Row | undefined {
    for (const user of this.#org.tableNamed("User").all()) {
      if (this.username(user).toLowerCase() === username.toLowerCase() && user["IsActive"] !== false) return user;
    }
    return undefined;
  }

  /** Registers the certificate of the connected app: a PEM public key or certificate. @throws when it is neither */
  register(pem: string): void {
    this.#publicKey = createPublicKey(pem);
  }

  /** Checks a JWT bearer assertion: signature, claims, lifetime of at most three minutes (reference §3). */
  checkJwt(assertion: string, origin: string, nowMs: number): JwtVerdict {
    const [header = "", payload = "", signature = ""] = assertion.split(".");
    const claims = CLAIMS.safeParse(decode(payload));
    const algorithm = z.object({ alg: z.literal("RS256") }).safeParse(decode(header));
    if (!claims.success || !algorithm.success || this.#publicKey === null) return { refused: "invalid assertion" };
    const signed = Buffer.from(`${header}.${payload}`);
    if (!verify("RSA-SHA256", signed, this.#publicKey, Buffer.from(signature, "base64url"))) {
      return { refused: "invalid assertion" };
    }
    const { iss, sub, aud, exp } = claims.data;
    if (iss !== this.clientId) return { refused: "invalid client credentials" };
    const audiences = ["https://login.salesforce.com", "https://test.salesforce.com", origin];
    const audience = typeof aud === "string" ? [aud] : aud;
    if (!audience.some((each) => audiences.includes(each.replace(/\/$/u, "")))) {
      return { refused: "audience is invalid" };
    }
    const left = exp * 1000 - nowMs;
    if (left <= 0 || left > 5 * 60_000) return { refused: "expired authorization code" };
    const user = this.user(sub);
    return user === undefined ? { refused: "user hasn't approved this consumer" } : { user };
  }
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
