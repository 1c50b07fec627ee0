import type { Datasource, PublishedItem, Workbook } from "./content/published.ts";
import type { HyperEngine } from "./data/hyper-engine.ts";
import type { Settings } from "./settings.ts";
import type { Login, Project, ServerState, Site } from "./state.ts";
import type { Element } from "./wire/element.ts";
import { notFound, TableauError } from "./wire/errors.ts";
import { readRequestTree } from "./wire/request-body.ts";
import type { RequestTree } from "./wire/request-body.ts";

/** One request as a handler sees it, with everything it may touch. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly query: URLSearchParams;
  /** Decoded variable segments of the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly state: ServerState;
  readonly settings: Settings;
  readonly engine: HyperEngine;
}

/** A call to a site-scoped route whose login has been checked. */
export interface SiteCall extends Call {
  readonly login: Login;
  readonly site: Site;
}

/** What a handler answers: elements to be written as XML or JSON, nothing (204), or a finished response. */
export type Reply = { readonly status: number; readonly elements?: readonly Element[] } | Response;

export const ONE_MEGABYTE = 1024 * 1024;
/** The most one request may carry as a file (reference §3.3). */
export const LARGEST_PART = 64 * ONE_MEGABYTE;

/** The request's element tree under `tsRequest`; bodies of the ordinary calls are small. */
export async function bodyOf(call: Call): Promise<RequestTree> {
  return readRequestTree(await call.request.text());
}

export function pathOf(call: Call, key: string): string {
  return call.path[key] ?? "";
}

export function projectOf(call: SiteCall, id: string): Project {
  const project = call.site.projects.get(id);
  if (project === undefined) throw notFound("404005", `Project '${id}'`);
  return project;
}

export function datasourceOf(call: SiteCall): Datasource {
  const id = pathOf(call, "datasource");
  const datasource = call.site.datasources.get(id);
  if (datasource === undefined) throw notFound("404004", `Data source '${id}'`);
  return datasource;
}

export function workbookOf(call: SiteCall): Workbook {
  const id = pathOf(call, "workbook");
  const workbook = call.site.workbooks.get(id);
  if (workbook === undefined) throw notFound("404006", `Workbook '${id}'`);
  return workbook;
}

/** The data source or workbook of the path. */
export function publishedOf(call: SiteCall): PublishedItem {
  return call.path["workbook"] === undefined ? datasourceOf(call) : workbookOf(call);
}

/** A boolean of the query; anything but true or false in any case is refused with 400008. */
export function queryFlag(call: Call, key: string): boolean {
  const text = call.query.get(key)?.toLowerCase() ?? "false";
  if (text === "true") return true;
  if (text === "false" || text === "") return false;
  throw new TableauError("400008", "Bad Request", `The query parameter '${key}' has to be true or false.`);
}
