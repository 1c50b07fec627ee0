import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

const KEY_ID = "246";

/** Signs OpenID Connect id tokens; the key is made when the first one is asked for. */
export class IdTokens {
  #key: KeyObject | null = null;

  sign(claims: Readonly<Record<string, unknown>>): string {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${encode({ kid: KEY_ID, typ: "JWT", alg: "RS256" })}.${encode(claims)}`;
    return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), this.#private()).toString("base64url")}`;
  }

  /** What `GET /id/keys` answers. */
  keys(): unknown {
    const key = createPublicKey(this.#private()).export({ format: "jwk" });
    return { keys: [{ ...key, kid: KEY_ID, use: "sig", alg: "RS256" }] };
  }

  #private(): KeyObject {
    this.#key ??= generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    return this.#key;
  }
}
