import { createHash } from "node:crypto";
import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, param, requiredText } from "./call.ts";
import { ApiFault, badRequest } from "./errors.ts";
import type { EventTarget } from "./events.ts";
import { checkWorkspace, taskOf } from "./lookups.ts";
import { render } from "./selection.ts";
import type { Router } from "./router.ts";
import { shown } from "./shown.ts";
import { requireProject } from "./state.ts";
import type { WebhookFilter, WebhookRow } from "./webhooks.ts";

const WIDE: ReadonlySet<string> = new Set(["workspace", "team", "portfolio"]);
const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|.*\.local)$/u;

/** Webhooks belong to an app and a user. */
function ownerOf(call: Call): string {
  return `${call.view.app ?? "personal"}/${call.view.viewerGid}`;
}

function resourceOf(call: Call, gid: string): EventTarget {
  const { state } = call.world;
  if (gid === state.workspace.gid) return { kind: "workspace", gid };
  if (state.teams.has(gid)) return { kind: "team", gid };
  if (state.portfolios.has(gid)) return { kind: "portfolio", gid };
  if (state.goals.has(gid)) return { kind: "goal", gid };
  if (state.projects.has(gid)) return { kind: "project", gid: requireProject(state, gid).gid };
  if (state.tasks.has(gid)) return { kind: "task", gid: taskOf(call, gid).gid };
  throw badRequest(`resource: Unknown object: ${gid}`);
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null || value === "" ? null : shown(value);
}

function filtersOf(call: Call, resource: EventTarget): readonly WebhookFilter[] {
  const written = call.data["filters"];
  const given = Array.isArray(written) ? (written as readonly Readonly<Record<string, unknown>>[]) : [];
  const filters = given.map((filter, i) => {
    const resourceType = textOrNull(filter["resource_type"]);
    const action = textOrNull(filter["action"]);
    const fields = filter["fields"];
    if (resourceType === null) throw badRequest(`filters: [${i}]: resource_type: Missing input`);
    if (Array.isArray(fields) && action !== "changed")
      throw badRequest(`filters: [${i}]: fields: Only allowed with the action changed`);
    if (WIDE.has(resource.kind) && ["task", "story"].includes(resourceType))
      throw badRequest(`filters: [${i}]: resource_type: Not supported on a ${resource.kind}: ${resourceType}`);
    return {
      resourceType,
      resourceSubtype: textOrNull(filter["resource_subtype"]),
      action,
      fields: Array.isArray(fields) ? fields.map(String) : null,
    };
  });
  if (filters.length === 0 && WIDE.has(resource.kind))
    throw badRequest(`filters: Webhooks on a ${resource.kind} need filters`);
  return filters;
}

function targetOf(call: Call): string {
  const text = requiredText(call.data, "target");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badRequest(`target: Not a valid URL: ${text}`);
  }
  if (LOCAL.test(url.hostname) && !call.world.options.localWebhooks)
    throw new ApiFault(403, "target: The target must be publicly accessible");
  return text;
}

async function create(call: Call): Promise<Answer> {
  const { webhooks, state, resources } = call.world;
  const resource = resourceOf(call, requiredText(call.data, "resource"));
  const gid = state.nextGid();
  const row: WebhookRow = {
    gid,
    resource,
    target: targetOf(call),
    owner: ownerOf(call),
    secret: createHash("sha256").update(`${gid}:${call.world.random()}`).digest("hex").slice(0, 32),
    createdAt: call.world.now(),
    filters: filtersOf(call, resource),
    active: true,
    pending: [],
    // The first heartbeat follows the handshake.
    heartbeatAt: Number.NEGATIVE_INFINITY,
    lastSuccessAt: null,
    lastFailureAt: null,
    lastFailureContent: "",
    retries: 0,
    nextAttemptAfter: null,
    failureDeletion: null,
  };
  await webhooks.create(row);
  const data = render(resources.webhook, row, call.selection ?? resources.webhook.full, call.view);
  const headers = { location: `${call.base}/webhooks/${gid}` };
  return { status: 201, body: { data, "X-Hook-Secret": row.secret }, headers };
}

/** Webhooks: one's own app's only (reference asana.md §14). */
export function addWebhookRoutes(router: Router): void {
  const own = (call: Call): WebhookRow => call.world.webhooks.get(param(call), ownerOf(call));
  router.add("POST", "/webhooks", create);
  router.add("GET", "/webhooks", (call) => {
    const workspace = call.query.get("workspace");
    if (workspace === null || workspace === "") throw badRequest("workspace: Missing input");
    checkWorkspace(call, workspace);
    const resource = call.query.get("resource");
    const rows = call.world.webhooks
      .listOf(ownerOf(call))
      .filter((row) => resource === null || row.resource.gid === resource);
    return list(call, call.world.resources.webhook, rows);
  });
  router.add("GET", "/webhooks/{webhook_gid}", (call) => one(call, call.world.resources.webhook, own(call)));
  router.add("PUT", "/webhooks/{webhook_gid}", (call) => {
    const row = own(call);
    row.filters = filtersOf(call, row.resource);
    return one(call, call.world.resources.webhook, row);
  });
  router.add("DELETE", "/webhooks/{webhook_gid}", (call) => {
    call.world.webhooks.delete(own(call));
    return empty();
  });
}
