import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ServerState } from "../state.ts";
import { TableauError } from "../wire/errors.ts";

/** A connected app with direct trust: whoever has the secret signs tokens for any user (reference tableau.md §1.3). */
export interface ConnectedApp {
  readonly clientId: string;
  readonly secretId: string;
  readonly secret: string;
}

const LONGEST_LIFE_S = 600;

const Header = z.object({ alg: z.string(), kid: z.string(), iss: z.string().optional() });
const Claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  jti: z.string().min(1),
  exp: z.number(),
  nbf: z.number().optional(),
  scp: z.array(z.string()),
});

/**
 * The user and scopes of a JWT, which is used up by that. Throws 401001 with what is wrong. Expiry is held against real
 * time: what signs it may know no business time.
 */
export function acceptJwt(
  state: ServerState,
  jwt: string,
): { readonly userId: string; readonly scopes: readonly string[] } {
  const { connectedApp: app, usedJwts } = state;
  const [head = "", body = "", signature = "", ...more] = jwt.split(".");
  const header = Header.safeParse(decoded(head));
  const claims = Claims.safeParse(decoded(body));
  if (!header.success || !claims.success || more.length > 0) throw refused("It is not a token, or claims are missing.");
  if (header.data.alg !== "HS256" || header.data.kid !== app.secretId) throw refused("Nobody here knows its key.");
  const expected = createHmac("sha256", app.secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refused("Its signature is wrong.");

  const { iss, sub, aud, jti, exp, nbf, scp } = claims.data;
  if (iss !== app.clientId || (header.data.iss ?? iss) !== iss) throw refused("Its issuer is not the connected app.");
  if (![aud].flat().includes("tableau")) throw refused("It is for somebody else.");
  const now = state.environment.clock.wallNow() / 1000;
  if (exp <= now) throw refused("It has expired.");
  if (exp > now + LONGEST_LIFE_S) throw refused("It lives longer than ten minutes.");
  if (nbf !== undefined && nbf > now) throw refused("It is not valid yet.");
  for (const [used, until] of usedJwts) if (until <= now) usedJwts.delete(used);
  if (usedJwts.has(jti)) throw refused("It was used before.");
  const user = [...state.users.values()].find(({ name }) => name.toLowerCase() === sub.toLowerCase());
  if (user === undefined) throw refused("Its user does not exist.");
  usedJwts.set(jti, exp);
  return { userId: user.id, scopes: scp };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function refused(why: string): TableauError {
  return new TableauError("401001", "Signin Error", `The JSON web token is refused. ${why}`);
}

/** Whether one of the granted scopes covers a wanted one; `*` stands for whatever follows. */
export function covers(granted: readonly string[], wanted: string): boolean {
  return granted.some((scope) =>
    scope.endsWith("*") ? `tableau:${wanted}`.startsWith(scope.slice(0, -1)) : scope === `tableau:${wanted}`,
  );
}
