import { z } from "zod";
import { jsonParserError, methodNotAllowed, SalesforceError } from "../errors.ts";
import { jsonBody } from "./call.ts";
import type { Call, Dispatch, Reply, RestState } from "./call.ts";
import { splitPath } from "./paths.ts";

const MOST = 25;
const COMPOSITE = z.object({
  allOrNone: z.boolean().default(false),
  compositeRequest: z.array(
    z.object({
      method: z.string(),
      url: z.string(),
      referenceId: z.string(),
      body: z.unknown().optional(),
      httpHeaders: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const BATCH = z.object({
  haltOnError: z.boolean().default(false),
  batchRequests: z.array(z.object({ method: z.string(), url: z.string(), richInput: z.unknown().optional() })),
});

const REFERENCE = /@\{([^}]+)\}/gu;

function lookUp(results: ReadonlyMap<string, unknown>, path: string): unknown {
  const steps = path.replaceAll(/\[(\d+)\]/gu, ".$1").split(".");
  let value: unknown = results.get(steps[0] ?? "");
  for (const step of steps.slice(1)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(step);
  }
  return value;
}

/** Fills `@{ref.id}` in. @throws SalesforceError when the reference leads nowhere */
function substitute(results: ReadonlyMap<string, unknown>, text: string): string {
  return text.replaceAll(REFERENCE, (_, path: string) => {
    const value = lookUp(results, path);
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw new SalesforceError(400, "PROCESSING_HALTED", `Invalid reference specified. No value for ${path} found`);
    }
    return String(value);
  });
}

/** A call from a sub-request; null for a url outside `/services/data/vX`. */
function inner(
  call: Call,
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Call {
  const target = new URL(url, call.origin);
  const parts = splitPath(target.pathname);
  const from = parts[0] === "services" ? 2 : 0;
  const version = /^v(\d+\.0)$/u.exec(parts[from] ?? "")?.[1];
  if (version === undefined) throw new SalesforceError(404, "NOT_FOUND", "The requested resource does not exist");
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    ...call,
    method: method.toUpperCase(),
    path: parts.slice(from + 1),
    search: target.searchParams,
    header: (name) => lower.get(name) ?? null,
    text: body === undefined || body === null ? "" : JSON.stringify(body),
    version,
  };
}

function guarded(state: RestState, run: () => Reply): Reply {
  const locked = state.dials.take("error-in-200");
  if (locked !== null) {
    const { code = "UNABLE_TO_LOCK_ROW", message = "unable to obtain exclusive access to this record" } = locked;
    return { status: 400, body: [{ message, errorCode: code, fields: [] }] };
  }
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    return { status: error.status, body: [error.element()] };
  }
}

function tooMany(count: number): void {
  if (count <= MOST) return;
  throw new SalesforceError(400, "LIMIT_EXCEEDED", `The number of subrequests is limited to ${String(MOST)}`);
}

type Subrequest = z.output<typeof COMPOSITE>["compositeRequest"][number];

/** How many queries and collections one composite may hold. */
const MOST_QUERIES = 5;

function isHeavy({ url }: Subrequest): boolean {
  return /\/v\d+\.0\/(?:query|queryAll|composite\/sobjects)\b/iu.test(url);
}

/** Runs dependent sub-requests in order; with `allOrNone` one failure takes the others back. */
function runSubrequests(
  state: RestState,
  call: Call,
  dispatch: Dispatch,
  requests: readonly Subrequest[],
  allOrNone: boolean,
): { readonly compositeResponse: readonly unknown[]; readonly failed: boolean } {
  const results = new Map<string, unknown>();
  let failed = false;
  const replies = state.org.atomically(
    () =>
      requests.map((each): Reply => {
        if (failed && allOrNone) return halted();
        const reply = guarded(state, () => {
          const url = substitute(results, each.url);
          const body: unknown =
            each.body === undefined ? undefined : JSON.parse(substitute(results, JSON.stringify(each.body)));
          return dispatch(inner(call, each.method, url, body, each.httpHeaders ?? {}));
        });
        if (reply.status >= 400) failed = true;
        results.set(each.referenceId, reply.body);
        return reply;
      }),
    () => !(failed && allOrNone),
  );
  const compositeResponse = requests.map((each, index) => {
    const own = replies[index] ?? halted();
    const reply = failed && allOrNone && own.status < 400 ? halted() : own;
    return {
      body: reply.body ?? null,
      httpHeaders: reply.headers ?? {},
      httpStatusCode: reply.status,
      referenceId: each.referenceId,
    };
  });
  return { compositeResponse, failed };
}

/** `POST composite`: dependent sub-requests, one call (reference salesforce.md §7). */
export function compositeResource(state: RestState, call: Call, dispatch: Dispatch): Reply {
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const parsed = COMPOSITE.safeParse(jsonBody(call));
  if (!parsed.success) throw jsonParserError("The request body must hold an array 'compositeRequest'");
  const { allOrNone, compositeRequest } = parsed.data;
  tooMany(compositeRequest.length);
  if (compositeRequest.filter(isHeavy).length > MOST_QUERIES) {
    throw new SalesforceError(
      400,
      "LIMIT_EXCEEDED",
      `The number of query and collection subrequests is limited to ${String(MOST_QUERIES)}`,
    );
  }
  const { compositeResponse } = runSubrequests(state, call, dispatch, compositeRequest, allOrNone);
  return { status: 200, body: { compositeResponse } };
}

const GRAPHS = z.object({
  graphs: z.array(z.object({ graphId: z.string(), compositeRequest: COMPOSITE.shape.compositeRequest })),
});
const MOST_NODES = 500;

/** `POST composite/graph`: graphs of sub-requests, each all or none (reference salesforce.md §7). */
export function graphResource(state: RestState, call: Call, dispatch: Dispatch): Reply {
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const parsed = GRAPHS.safeParse(jsonBody(call));
  if (!parsed.success) throw jsonParserError("The request body must hold an array 'graphs'");
  const nodes = parsed.data.graphs.reduce((total, each) => total + each.compositeRequest.length, 0);
  if (nodes > MOST_NODES) {
    throw new SalesforceError(400, "LIMIT_EXCEEDED", `The number of nodes is limited to ${String(MOST_NODES)}`);
  }
  const graphs = parsed.data.graphs.map(({ graphId, compositeRequest }) => {
    const { compositeResponse, failed } = runSubrequests(state, call, dispatch, compositeRequest, true);
    return { graphId, graphResponse: { compositeResponse }, isSuccessful: !failed };
  });
  return { status: 200, body: { graphs } };
}

function halted(): Reply {
  return {
    status: 400,
    body: [
      {
        errorCode: "PROCESSING_HALTED",
        message: "The transaction was rolled back since another operation in the same transaction failed.",
      },
    ],
  };
}

/** `POST composite/batch`: independent sub-requests, each of which counts as a call (reference salesforce.md §7). */
export function batchResource(state: RestState, call: Call, dispatch: Dispatch): Reply {
  if (call.method !== "POST") throw methodNotAllowed(call.method);
  const parsed = BATCH.safeParse(jsonBody(call));
  if (!parsed.success) throw jsonParserError("The request body must hold an array 'batchRequests'");
  const { haltOnError, batchRequests } = parsed.data;
  tooMany(batchRequests.length);
  // The batch itself was counted as the first of its requests.
  state.quota.spend(call.session.token, Math.max(0, batchRequests.length - 1));
  let hasErrors = false;
  const results = batchRequests.map((each) => {
    if (hasErrors && haltOnError) {
      const message = "Batch processing halted per the request";
      return { statusCode: 412, result: [{ errorCode: "BATCH_PROCESSING_HALTED", message }] };
    }
    const reply = guarded(state, () => dispatch(inner(call, each.method, each.url, each.richInput, {})));
    if (reply.status >= 400) hasErrors = true;
    return { statusCode: reply.status, result: reply.body ?? null };
  });
  return { status: 200, body: { hasErrors, results } };
}
