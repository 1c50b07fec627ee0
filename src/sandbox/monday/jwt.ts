import { createHmac, timingSafeEqual } from "node:crypto";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const sign = (text: string, secret: string): string => createHmac("sha256", secret).update(text).digest("base64url");

/** A JWT signed with HS256. */
export function signJwt(claims: Readonly<Record<string, unknown>>, secret: string): string {
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${sign(text, secret)}`;
}

/** The claims of a JWT with a right signature, null otherwise. Expiry is the caller's business. */
export function readJwt(token: string, secret: string): Record<string, unknown> | null {
  const [head = "", body = "", signature = ""] = token.split(".");
  const [given, right] = [Buffer.from(signature), Buffer.from(sign(`${head}.${body}`, secret))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  try {
    return JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<string, unknown>;
  } catch {
    return null;
  }
}
