import { bodyOf } from "../call.ts";
import type { Call, Reply, SiteCall } from "../call.ts";
import type { Scope } from "../route.ts";
import { hexDigits } from "../state.ts";
import type { Login, ServerState, Site } from "../state.ts";
import { element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, invalidToken, notFound, TableauError } from "../wire/errors.ts";
import { asTree, flagOf, textOf } from "../wire/request-body.ts";
import { acceptJwt, covers } from "./connected-app.ts";

function refused(): TableauError {
  return new TableauError("401001", "Signin Error", "Error signing in to Tableau Server");
}

/** `POST /auth/signin` with a personal access token, a JWT or a user's password (reference §1.2). */
export async function signIn(call: Call): Promise<Reply> {
  const redirect = call.settings.signInRedirect;
  if (redirect !== undefined && redirect.count > 0) {
    redirect.count -= 1;
    return new Response(null, { status: 301, headers: { location: `${redirect.origin}${call.url.pathname}` } });
  }
  const credentials = asTree((await bodyOf(call))["credentials"]);
  const site = siteByContentUrl(call.state, textOf(asTree(credentials["site"]), "contentUrl") ?? "");
  const tokenName = textOf(credentials, "personalAccessTokenName");
  const userName = textOf(credentials, "name");
  const jwt = textOf(credentials, "jwt");
  if (jwt !== undefined) {
    if (site === undefined || flagOf(credentials, "isUat") === true) throw refused();
    const { userId, scopes } = acceptJwt(call.state, jwt);
    return { status: 200, elements: [credentialsElement(openLogin(call.state, site, { userId, scopes }), site)] };
  }
  if (tokenName === undefined && userName === undefined) throw badRequest("The credentials are missing.");
  const userId =
    tokenName === undefined
      ? userByPassword(call.state, userName ?? "", textOf(credentials, "password"))
      : userByAccessToken(call.state, tokenName, textOf(credentials, "personalAccessTokenSecret"));
  // Wrong site and wrong secret look alike from outside.
  if (userId === undefined || site === undefined) throw refused();
  if (tokenName !== undefined) endLoginsOf(call.state, tokenName);
  return { status: 200, elements: [credentialsElement(openLogin(call.state, site, { userId, tokenName }), site)] };
}

/** `POST /auth/signout`: 204. */
export function signOut(call: Call): Reply {
  call.state.logins.delete(requireLogin(call).token);
  return { status: 204 };
}

/** `POST /auth/switchSite`: a new token for another site; the one that asked is dead afterwards. */
export async function switchSite(call: Call): Promise<Reply> {
  const login = requireLogin(call);
  const contentUrl = textOf(asTree((await bodyOf(call))["site"]), "contentUrl") ?? "";
  const site = siteByContentUrl(call.state, contentUrl);
  if (site === undefined) throw notFound("404000", `Site '${contentUrl}'`);
  if (site.id === login.siteId) {
    throw new TableauError("403070", "Forbidden", "The user is already signed in to this site.");
  }
  call.state.logins.delete(login.token);
  return {
    status: 200,
    elements: [credentialsElement(openLogin(call.state, site, login), site)],
  };
}

/** The login behind `X-Tableau-Auth` (or a bearer token): 401000 without one, 401002 for one that is not live. */
export function requireLogin(call: Pick<Call, "request" | "state">): Login {
  const bearer = /^Bearer (.+)$/iu.exec(call.request.headers.get("authorization") ?? "")?.[1];
  const token = call.request.headers.get("x-tableau-auth") ?? bearer;
  if (token === undefined || token === "") {
    throw new TableauError("401000", "Unauthorized Access", "No authentication credentials were provided.");
  }
  if (call.state.environment.dials.take("expire-token") !== null) call.state.logins.delete(token);
  const login = call.state.logins.get(token);
  if (login === undefined) throw invalidToken();
  return login;
}

/** The call with its login, which has to be for the site in the path (403004) and may do what the scope says. */
export function onSite(call: Call, scope: Scope): SiteCall {
  const login = requireLogin(call);
  requireScope(call, login, scope);
  const site = call.state.sites.get(login.siteId);
  if (site === undefined) throw invalidToken();
  if (call.path["site"] !== site.id) {
    throw new TableauError("403004", "Forbidden", "The site in the address is not the one that was signed in to.");
  }
  return { ...call, login, site };
}

/** What a JWT was not granted is refused with 401002, or with 403004 where the settings say so. */
function requireScope(call: Call, login: Login, scope: Scope): void {
  const { scopes } = login;
  if (scopes === undefined || scope === "any") return;
  if (scope !== "none" && [scope].flat().some((wanted) => covers(scopes, wanted))) return;
  if (call.settings.missingScope === 401) throw invalidToken();
  throw new TableauError("403004", "Forbidden", "The token's scopes do not cover this operation.");
}

/** One live login per personal access token: signing in again kills the earlier one, whoever holds it. */
function endLoginsOf(state: ServerState, tokenName: string): void {
  for (const login of state.logins.values()) {
    if (login.tokenName === tokenName) state.logins.delete(login.token);
  }
}

function openLogin(
  state: ServerState,
  site: Site,
  { userId, tokenName, scopes }: Pick<Login, "userId"> & Partial<Pick<Login, "tokenName" | "scopes">>,
): Login {
  const token = `${hexDigits(state, 22)}|${hexDigits(state, 32)}|${site.id}`;
  const login: Login = { token, siteId: site.id, userId, tokenName, scopes };
  state.logins.set(token, login);
  return login;
}

function credentialsElement(login: Login, site: Site): Element {
  return element("credentials", { token: login.token, estimatedTimeToExpiration: "364:00:42" }, [
    element("site", { id: site.id, contentUrl: site.contentUrl }),
    element("user", { id: login.userId }),
  ]);
}

function siteByContentUrl(state: ServerState, contentUrl: string): Site | undefined {
  return [...state.sites.values()].find((site) => site.contentUrl.toLowerCase() === contentUrl.toLowerCase());
}

/** Every personal access token belongs to the first user. */
function userByAccessToken(state: ServerState, name: string, secret: string | undefined): string | undefined {
  const [owner] = state.users.values();
  const known = state.accessTokens.get(name);
  return known !== undefined && known === secret ? owner?.id : undefined;
}

function userByPassword(state: ServerState, name: string, password: string | undefined): string | undefined {
  const user = [...state.users.values()].find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  return user !== undefined && user.password === password ? user.id : undefined;
}
