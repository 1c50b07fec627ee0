import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { SalesforceSettings } from "./settings.ts";

/** The fields of the token request, without client id and secret (jsforce adds those). */
export interface Grant {
  readonly grant_type: string;
  readonly [name: string]: string;
}

const JWT_LIFE_SECONDS = 180;

/**
 * The grant a connection signs in with (reference salesforce.md §3). Made anew for every sign-in: an assertion lives
 * three minutes of the machine's own time, whatever as-of the run has.
 * @throws HubError HUB-1301 when a credential is missing or the key file cannot be used.
 */
export async function grantFor(
  login: SalesforceSettings["login"],
  credentials: Readonly<Record<string, string>>,
  wallNow: () => Instant,
): Promise<Grant> {
  if (login === "client-credentials") {
    needed(credentials, "CLIENT_SECRET", login);
    return { grant_type: "client_credentials" };
  }
  const claims = {
    iss: needed(credentials, "CLIENT_ID", login),
    sub: needed(credentials, "USERNAME", login),
    aud: audience(needed(credentials, "LOGIN_URL", login)),
    exp: Math.floor(wallNow() / 1000) + JWT_LIFE_SECONDS,
  };
  const file = needed(credentials, "PRIVATE_KEY_FILE", login);
  const unsigned = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  try {
    const key = createPrivateKey(await readFile(file, "utf8"));
    const signature = sign("RSA-SHA256", Buffer.from(unsigned), key).toString("base64url");
    return { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: `${unsigned}.${signature}` };
  } catch (cause) {
    throw new HubError("HUB-1301", `The private key in ${file} cannot be used to sign in to Salesforce.`, {
      cause,
      disposition: "operator",
      place: { system: "salesforce", file },
      remedy: "Point PRIVATE_KEY_FILE to the unencrypted RSA key, in PEM form, of the connected app's certificate.",
    });
  }
}

/** Salesforce wants the login host as audience although the request goes to the company's own domain. */
function audience(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (!hostname.endsWith(".my.salesforce.com")) return origin;
  return hostname.includes(".sandbox.") ? "https://test.salesforce.com" : "https://login.salesforce.com";
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function needed(credentials: Readonly<Record<string, string>>, key: string, login: string): string {
  const value = credentials[key];
  if (value !== undefined && value !== "") return value;
  throw new HubError("HUB-1301", `${key} is not set; it is needed to sign in by ${login}.`, {
    disposition: "operator",
    place: { system: "salesforce", path: key },
    remedy: `Set the connection's ${key} in the environment, or choose another \`login\` in hub.yaml.`,
  });
}
