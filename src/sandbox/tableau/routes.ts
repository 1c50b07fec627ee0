import { CONTENT_ROUTES } from "./content/routes.ts";
import { route } from "./route.ts";
import type { Route } from "./route.ts";
import { SCHEDULE_ROUTES } from "./schedule/routes.ts";
import { signIn, signOut, switchSite } from "./sign-in/sign-in.ts";
import { SITE_ROUTES } from "./site/routes.ts";
import { serverInfo } from "./site/server-info.ts";
import { WEBHOOK_ROUTES } from "./webhooks/webhooks.ts";

/** All operations of the API. */
export const ROUTES: readonly Route[] = [
  route("GET", "serverinfo", "serverInfo", serverInfo),
  route("POST", "auth/signin", "auth.signIn", signIn),
  route("POST", "auth/signout", "auth.signOut", signOut),
  route("POST", "auth/switchSite", "auth.switchSite", switchSite),
  ...SITE_ROUTES,
  ...CONTENT_ROUTES,
  ...SCHEDULE_ROUTES,
  ...WEBHOOK_ROUTES,
];

/** What a path leads to: an operation with its variable segments, a known path with another verb, or nothing. */
export type Match =
  | { readonly kind: "found"; readonly route: Route; readonly path: Readonly<Record<string, string>> }
  | { readonly kind: "wrong verb" }
  | { readonly kind: "unknown" };

/** @param segments the decoded segments after `/api/{version}`. */
export function findRoute(method: string, segments: readonly string[]): Match {
  const folded = segments.length === 1 ? segments.map((segment) => segment.toLowerCase()) : segments;
  let pathIsKnown = false;
  for (const candidate of ROUTES) {
    const path = variables(candidate.pattern, folded);
    if (path === undefined) continue;
    if (candidate.method === method) return { kind: "found", route: candidate, path };
    pathIsKnown = true;
  }
  return { kind: pathIsKnown ? "wrong verb" : "unknown" };
}

function variables(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const actual = segments[at] ?? "";
    if (expected.startsWith(":")) path[expected.slice(1)] = actual;
    else if (expected !== actual) return undefined;
  }
  return path;
}
