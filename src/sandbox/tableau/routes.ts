import type { Call, Reply, SiteCall } from "./call.ts";
import * as datasources from "./content/datasources.ts";
import { updateData } from "./data/update-data.ts";
import * as jobs from "./site/jobs.ts";
import * as permissions from "./site/permissions.ts";
import * as projects from "./site/projects.ts";
import { publishDatasource } from "./content/publishing.ts";
import * as revisions from "./content/revisions.ts";
import { getSite, getUser, listUsers, serverInfo } from "./site/server-info.ts";
import { onSite, signIn, signOut, switchSite } from "./sign-in/sign-in.ts";
import { addTags, deleteTag } from "./content/tags.ts";
import { appendToUpload, createUpload } from "./site/uploads.ts";

type Handler = (call: Call) => Reply | Promise<Reply>;

/** One operation of the API. Segments of the pattern that begin with `:` are variable. */
export interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  readonly operation: string;
  readonly handler: Handler;
}

function route(method: string, pattern: string, operation: string, handler: Handler): Route {
  return { method, pattern: pattern.split("/"), operation, handler };
}

function siteRoute(
  method: string,
  pattern: string,
  operation: string,
  handler: (call: SiteCall) => Reply | Promise<Reply>,
): Route {
  const path = pattern === "" ? "sites/:site" : `sites/:site/${pattern}`;
  return route(method, path, operation, (call) => handler(onSite(call)));
}

const ROUTES: readonly Route[] = [
  route("GET", "serverinfo", "serverInfo", serverInfo),
  route("POST", "auth/signin", "auth.signIn", signIn),
  route("POST", "auth/signout", "auth.signOut", signOut),
  route("POST", "auth/switchSite", "auth.switchSite", switchSite),
  siteRoute("GET", "", "sites.get", getSite),
  siteRoute("GET", "users", "users.list", listUsers),
  siteRoute("GET", "users/:user", "users.get", getUser),
  siteRoute("GET", "projects", "projects.list", projects.listProjects),
  siteRoute("POST", "projects", "projects.create", projects.createProject),
  siteRoute("PUT", "projects/:project", "projects.update", projects.updateProject),
  siteRoute("DELETE", "projects/:project", "projects.delete", projects.deleteProject),
  siteRoute("GET", "projects/:project/permissions", "permissions.get", permissions.getPermissions),
  siteRoute("PUT", "projects/:project/permissions", "permissions.add", permissions.addPermissions),
  siteRoute(
    "DELETE",
    "projects/:project/permissions/:granteeKind/:grantee/:capability/:mode",
    "permissions.delete",
    permissions.deletePermission,
  ),
  siteRoute("GET", "datasources", "datasources.list", datasources.listDatasources),
  siteRoute("POST", "datasources", "datasources.publish", publishDatasource),
  siteRoute("GET", "datasources/:datasource", "datasources.get", datasources.getDatasource),
  siteRoute("PUT", "datasources/:datasource", "datasources.update", datasources.updateDatasource),
  siteRoute("DELETE", "datasources/:datasource", "datasources.delete", datasources.deleteDatasource),
  siteRoute("GET", "datasources/:datasource/content", "datasources.download", revisions.downloadDatasource),
  siteRoute("GET", "datasources/:datasource/revisions", "revisions.list", revisions.listRevisions),
  siteRoute(
    "GET",
    "datasources/:datasource/revisions/:revision/content",
    "revisions.download",
    revisions.downloadRevision,
  ),
  siteRoute("GET", "datasources/:datasource/connections", "connections.list", datasources.listConnections),
  siteRoute("PATCH", "datasources/:datasource/data", "data.update", updateData),
  siteRoute("PATCH", "datasources/:datasource/connections/:connection/data", "data.update", updateData),
  siteRoute("PUT", "datasources/:datasource/tags", "tags.add", addTags),
  siteRoute("DELETE", "datasources/:datasource/tags/:label", "tags.delete", deleteTag),
  siteRoute("GET", "datasources/:datasource/permissions", "permissions.get", permissions.getPermissions),
  siteRoute("PUT", "datasources/:datasource/permissions", "permissions.add", permissions.addPermissions),
  siteRoute(
    "DELETE",
    "datasources/:datasource/permissions/:granteeKind/:grantee/:capability/:mode",
    "permissions.delete",
    permissions.deletePermission,
  ),
  siteRoute("POST", "fileUploads", "fileUploads.create", createUpload),
  siteRoute("PUT", "fileUploads/:upload", "fileUploads.append", appendToUpload),
  siteRoute("GET", "jobs", "jobs.list", jobs.listJobs),
  siteRoute("GET", "jobs/:job", "jobs.get", jobs.getJob),
  siteRoute("PUT", "jobs/:job", "jobs.cancel", jobs.cancelJob),
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
