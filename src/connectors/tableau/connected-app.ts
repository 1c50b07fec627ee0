import { createHmac, randomUUID } from "node:crypto";
import type { Instant } from "../../model/index.ts";

/** A connected app with direct trust, and the user to act as. */
export interface ConnectedApp {
  readonly clientId: string;
  readonly secretId: string;
  /** The secret's value. */
  readonly secret: string;
  readonly userName: string;
}

const LIFE_S = 5 * 60;
/** Our clock may be ahead of the server's. */
const SKEW_S = 10;

/** What publishing needs, and no more (reference tableau.md §1.3). */
const SCOPES = [
  "tableau:content:read",
  "tableau:projects:*",
  "tableau:datasources:create",
  "tableau:datasources:update",
  "tableau:datasources:download",
  "tableau:datasource_tags:update",
  "tableau:workbooks:create",
  "tableau:workbook_tags:update",
  "tableau:file_uploads:create",
  "tableau:jobs:read",
  "tableau:permissions:read",
  "tableau:permissions:update",
  "tableau:users:read",
  "tableau:groups:read",
];

/**
 * A token for one sign-in, signed with the app's secret.
 * @param now the machine's own time
 */
export function signedToken(app: ConnectedApp, now: Instant): string {
  const seconds = Math.floor(now / 1000);
  const header = { alg: "HS256", typ: "JWT", kid: app.secretId, iss: app.clientId };
  const claims = {
    iss: app.clientId,
    sub: app.userName,
    aud: "tableau",
    jti: randomUUID(),
    iat: seconds - SKEW_S,
    nbf: seconds - SKEW_S,
    exp: seconds + LIFE_S,
    scp: SCOPES,
  };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${createHmac("sha256", app.secret).update(text).digest("base64url")}`;
}
