import type { AxiosInstance } from "axios";
import { HubError } from "../../model/index.ts";
import { credentialsAnswer, parseAnswer, serverInfoAnswer } from "./answers.ts";
import { Refusal } from "./failures.ts";
import { send } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import { jsonBody } from "./multipart.ts";

/** A live login. */
export interface Session {
  readonly token: string;
  readonly siteId: string;
  readonly userId: string;
  readonly siteUrl: string;
  /** The version of the API that is spoken. */
  readonly version: string;
  /** Where the site lives: sign-in may send us to another pod than the one configured. */
  readonly baseUrl: string;
}

export interface SignInRequest {
  readonly baseUrl: string;
  readonly version: string;
  readonly site: string;
  /** A personal access token, or a token that a connected app has signed. */
  readonly by: { readonly tokenName: string; readonly tokenSecret: string } | { readonly jwt: string };
}

/** The newest version this connector was written for. */
const KNOWN_VERSION = "3.29";
/** Any version a server speaks answers this one's serverInfo. */
const ASK_VERSION = "2.4";

/** The version to speak: the server's own, at most ours. */
export async function versionToSpeak(http: AxiosInstance, baseUrl: string, signal: AbortSignal): Promise<string> {
  const url = `${baseUrl}/api/${ASK_VERSION}/serverinfo`;
  const { body } = await send(http, { method: "GET", url, signal });
  return olderOf(parseAnswer(serverInfoAnswer, body, "GET /serverinfo"), KNOWN_VERSION);
}

/** Compares number by number: 3.9 is older than 3.29. */
export function olderOf(left: string, right: string): string {
  const [a = [], b = []] = [left, right].map((version) => version.split(".").map(Number));
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference < 0 ? left : right;
  }
  return left;
}

/** Signs in, following one redirect by hand. */
export async function signIn(http: AxiosInstance, request: SignInRequest, signal: AbortSignal): Promise<Session> {
  const { by } = request;
  const proof =
    "jwt" in by
      ? { jwt: by.jwt, isUat: false }
      : { personalAccessTokenName: by.tokenName, personalAccessTokenSecret: by.tokenSecret };
  const body = jsonBody({ credentials: { ...proof, site: { contentUrl: request.site } } });
  const path = `/api/${request.version}/auth/signin`;
  let baseUrl = request.baseUrl;
  let answer = await send(http, { method: "POST", url: `${baseUrl}${path}`, body, signal });
  if (isRedirect(answer)) {
    const target = redirectTarget(answer, `${baseUrl}${path}`);
    baseUrl = target.origin;
    answer = await send(http, { method: "POST", url: target.href, body, signal });
    if (isRedirect(answer)) throw redirectRefused("it redirects a second time");
  }
  const { token, site, user } = parseAnswer(credentialsAnswer, answer.body, "POST /auth/signin");
  return {
    token,
    siteId: site.id,
    userId: user.id,
    siteUrl: site.contentUrl ?? request.site,
    version: request.version,
    baseUrl,
  };
}

function isRedirect(answer: HttpAnswer): boolean {
  return answer.status >= 300 && answer.status < 400;
}

function redirectTarget(answer: HttpAnswer, from: string): URL {
  const { location } = answer;
  if (location === undefined || !URL.canParse(location, from)) throw redirectRefused("it redirects to nowhere");
  const target = new URL(location, from);
  // The secret goes along: never from an encrypted connection to an open one.
  if (target.protocol !== new URL(from).protocol) throw redirectRefused("it redirects to another protocol");
  return target;
}

function redirectRefused(why: string): HubError {
  return new HubError("HUB-5101", `Tableau's sign-in cannot be followed: ${why}.`, {
    disposition: "operator",
    place: { system: "tableau", request: "POST /auth/signin" },
    remedy: "Set BASE_URL to the pod that the browser shows after signing in.",
  });
}

/** Ends a login. One that has ended already is as good. */
export async function signOut(http: AxiosInstance, session: Session, signal: AbortSignal): Promise<void> {
  try {
    const url = `${session.baseUrl}/api/${session.version}/auth/signout`;
    await send(http, { method: "POST", url, token: session.token, signal });
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 401)) throw error;
  }
}
