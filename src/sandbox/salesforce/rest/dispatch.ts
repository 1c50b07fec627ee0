import { methodNotAllowed, notFound } from "../errors.ts";
import { ingestJobsResource } from "../bulk/ingest-jobs-resource.ts";
import { queryJobsResource } from "../bulk/query-jobs-resource.ts";
import type { Call, Reply, RestState } from "./call.ts";
import { collectionsResource } from "./collections-resource.ts";
import { batchResource, compositeResource, graphResource } from "./composite-resource.ts";
import { limitsResource } from "./limits-resource.ts";
import { queryResource } from "./query-resource.ts";
import { looksResource } from "./looks-resource.ts";
import { recordResource } from "./record-resource.ts";
import { parameterizedSearch, searchResource } from "./search-resource.ts";
import { treeResource } from "./tree-resource.ts";

const ROOT = [
  "composite",
  "jobs",
  "limits",
  "parameterizedSearch",
  "query",
  "queryAll",
  "recent",
  "search",
  "sobjects",
  "tabs",
  "theme",
] as const;

function root(state: RestState, call: Call): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const body: Record<string, string> = {};
  for (const each of ROOT) body[each] = `/services/data/v${call.version}/${each}`;
  body["identity"] = `${call.origin}/id/${state.org.id}/${call.session.userId}`;
  return { status: 200, body };
}

/** Sends a call to its resource. @throws SalesforceError for everything the caller did wrong */
export function dispatch(state: RestState, call: Call): Reply {
  switch (call.path[0]?.toLowerCase()) {
    case undefined:
      return root(state, call);
    case "query":
    case "queryall":
      return queryResource(state, call);
    case "sobjects":
      return recordResource(state, call);
    case "jobs":
      if (call.path[1] === "query") return queryJobsResource(state, call);
      if (call.path[1] === "ingest") return ingestJobsResource(state, call);
      throw notFound();
    case "search":
      return searchResource(state, call);
    case "parameterizedsearch":
      return parameterizedSearch(state, call);
    case "recent":
    case "tabs":
    case "theme":
      return looksResource(state, call);
    case "limits":
      return limitsResource(state, call);
    case "composite": {
      const again = (inner: Call): Reply => dispatch(state, inner);
      if (call.path.length === 1) return compositeResource(state, call, again);
      if (call.path[1] === "graph") return graphResource(state, call, again);
      if (call.path[1] === "tree") return treeResource(state, call);
      if (call.path[1] === "batch") return batchResource(state, call, again);
      if (call.path[1] === "sobjects") return collectionsResource(state, call);
      throw notFound();
    }
    default:
      throw notFound();
  }
}
