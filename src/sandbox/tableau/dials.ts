import type { Failure, SandboxSystem } from "../kit/system.ts";
import { plainRoute } from "../kit/wire.ts";
import { refuse, wantsJson } from "./gateway.ts";
import { TableauError } from "./wire/errors.ts";

const PREFIX = /^\/api\/[^/]+(?:\/sites\/[^/]+(?=\/))?/u;

/** `POST /datasources?overwrite=true`: version and site are left out of the path. */
function routes(request: Request): readonly string[] {
  return [plainRoute(request, PREFIX)];
}

/** A failure as Tableau tells it, in XML or JSON as the client asked. */
function failure(told: Failure, request: Request): Response {
  const status = told.kind === "quota" ? 429 : told.status;
  const wait: Record<string, string> =
    told.kind === "error" || told.retryAfter === null ? {} : { "retry-after": String(told.retryAfter) };
  const code = (told.kind === "quota" ? undefined : told.code) ?? (status === 401 ? "401002" : `${status}000`);
  const message = (told.kind === "quota" ? undefined : told.message) ?? "The server could not answer this request.";
  return refuse(
    new TableauError(code, SUMMARIES[status] ?? "Internal Server Error", message, wait),
    wantsJson(request),
  );
}

const SUMMARIES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized Access",
  403: "Forbidden",
  404: "Resource Not Found",
  409: "Resource Conflict",
  429: "Too Many Requests",
  503: "Service Unavailable",
};

/** What Tableau gives the dials. */
export const FACE: Pick<SandboxSystem, "routes" | "faults" | "failure"> = {
  routes,
  faults: ["expire-token", "job", "webhook-duplicate", "webhook-reorder"],
  failure,
};
