import type { Call, Reply } from "./call.ts";
import type { HyperEngine } from "./data/hyper-engine.ts";
import { findRoute } from "./routes.ts";
import type { Settings } from "./settings.ts";
import { speaks } from "./site/server-info.ts";
import type { ServerState } from "./state.ts";
import { toJsonDocument, toXmlDocument } from "./wire/element.ts";
import type { Element } from "./wire/element.ts";
import { errorElement, notFound, TableauError } from "./wire/errors.ts";

/** How many calls came in, in all and by operation. */
export class CallCounter {
  #total = 0;
  readonly #byOperation = new Map<string, number>();

  count(operation: string): void {
    this.#total += 1;
    this.#byOperation.set(operation, (this.#byOperation.get(operation) ?? 0) + 1);
  }

  reset(): void {
    this.#total = 0;
    this.#byOperation.clear();
  }

  snapshot(): { readonly total: number; readonly operations: Readonly<Record<string, number>> } {
    return { total: this.#total, operations: Object.fromEntries(this.#byOperation) };
  }
}

export interface Gateway {
  readonly state: ServerState;
  readonly settings: Settings;
  readonly engine: HyperEngine;
  readonly calls: CallCounter;
}

/** Answers one API request: finds the operation, writes XML or JSON. */
export async function answer(gateway: Gateway, request: Request): Promise<Response> {
  const json = wantsJson(request);
  try {
    const url = new URL(request.url);
    const [root, version = "", ...segments] = url.pathname.replace(/\/+$/u, "").split("/").slice(1).map(decoded);
    if (root !== "api") throw notFound("404000", "The resource");
    // Neither the metadata API nor the families without a version are here.
    if (version === "metadata" || version === "-") throw notFound("404000", "The resource");
    if (!speaks(version)) throw notFound("404001", `Version '${version}' of the API`);
    const match = findRoute(request.method, segments);
    if (match.kind !== "found") {
      gateway.calls.count("unknown");
      throw match.kind === "wrong verb"
        ? new TableauError("405000", "Invalid Request Method", `${request.method} is not possible here.`)
        : notFound("404000", "The resource");
    }
    const { operation, handler } = match.route;
    gateway.calls.count(operation);
    const { state, settings, engine } = gateway;
    const call: Call = { request, url, query: url.searchParams, path: match.path, state, settings, engine };
    return write(await handler(call), json);
  } catch (error) {
    if (error instanceof TableauError) return refuse(error, json);
    throw error;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** JSON only where `Accept` names it before XML; anything else gets XML. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  const json = accept.indexOf("application/json");
  const xml = accept.search(/(?:application|text)\/xml/u);
  return json >= 0 && (xml < 0 || json < xml);
}

function write(reply: Reply, json: boolean): Response {
  if (reply instanceof Response) return reply;
  if (reply.elements === undefined) return new Response(null, { status: reply.status });
  return documentResponse(reply.status, reply.elements, json, {});
}

/** A refusal in the client's format. */
export function refuse(error: TableauError, json: boolean): Response {
  return documentResponse(error.status, [errorElement(error)], json, error.headers);
}

function documentResponse(
  status: number,
  elements: readonly Element[],
  json: boolean,
  headers: Readonly<Record<string, string>>,
): Response {
  const body = json ? toJsonDocument(elements) : toXmlDocument(elements);
  const type = json ? "application/json;charset=UTF-8" : "application/xml;charset=UTF-8";
  return new Response(body, { status, headers: { "content-type": type, ...headers } });
}
