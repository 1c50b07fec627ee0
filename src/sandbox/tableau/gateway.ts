import type { Call, Reply } from "./call.ts";
import { toJsonDocument, toXmlDocument } from "./element.ts";
import type { Element } from "./element.ts";
import { errorElement, notFound, TableauError } from "./errors.ts";
import type { HyperInspector } from "./hyper-inspector.ts";
import { findRoute } from "./routes.ts";
import { speaks } from "./server-info.ts";
import { takeFault } from "./settings.ts";
import type { Fault, Settings } from "./settings.ts";
import type { ServerState } from "./state.ts";

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
  readonly inspector: HyperInspector;
  readonly calls: CallCounter;
}

/** Answers one API request: finds the operation, lets planned faults strike, writes XML or JSON. */
export async function answer(gateway: Gateway, request: Request): Promise<Response> {
  const json = wantsJson(request);
  try {
    const url = new URL(request.url);
    const [root, version = "", ...segments] = url.pathname.replace(/\/+$/u, "").split("/").slice(1).map(decoded);
    if (root !== "api") throw notFound("404000", "The resource");
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
    const before = takeFault(gateway.settings, operation, "before");
    if (before !== undefined) return strike(before, json);
    const { state, settings, inspector } = gateway;
    const call: Call = { request, url, query: url.searchParams, path: match.path, state, settings, inspector };
    const reply = await handler(call);
    const after = takeFault(gateway.settings, operation, "after");
    return after === undefined ? write(reply, json) : strike(after, json);
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
function wantsJson(request: Request): boolean {
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

function refuse(error: TableauError, json: boolean): Response {
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

function strike(fault: Fault, json: boolean): Response {
  if (fault.status === "reset") {
    // The head goes out, then the connection breaks: the client cannot know what became of its request.
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("connection reset")) });
    return new Response(broken, { status: 200, headers: { "content-type": "application/xml" } });
  }
  if (fault.status >= 502) return new Response("<html>gateway</html>", { status: fault.status });
  const headers = fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
  const code = fault.status === 401 ? "401002" : `${fault.status}000`;
  return refuse(new TableauError(code, "Planned Fault", "The sandbox was told to refuse this call.", headers), json);
}
