import type { Call, Reply, SiteCall } from "./call.ts";
import { onSite } from "./sign-in/sign-in.ts";

type Handler = (call: Call) => Reply | Promise<Reply>;

/**
 * What a login with a JWT needs for an operation, without the leading `tableau:`; of several one is enough.
 * `any`: every login will do. `none`: no such login may.
 */
export type Scope = string | readonly string[];

/** One operation of the API. Segments of the pattern that begin with `:` are variable. */
export interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly operation: string;
  readonly handler: Handler;
}

export function route(method: string, pattern: string, operation: string, handler: Handler): Route {
  return { method, pattern: pattern.split("/"), operation, handler };
}

/** An operation below `sites/{site}`; needs a login for that site. */
export function siteRoute(
  method: string,
  pattern: string,
  operation: string,
  scope: Scope,
  handler: (call: SiteCall) => Reply | Promise<Reply>,
): Route {
  const path = pattern === "" ? "sites/:site" : `sites/:site/${pattern}`;
  return route(method, path, operation, (call) => handler(onSite(call, scope)));
}
