import type { Answer, Call } from "./call.ts";
import { param } from "./call.ts";
import { badRequest } from "./errors.ts";
import { requireWorkspace, taskOf } from "./lookups.ts";
import { render } from "./selection.ts";
import type { Router } from "./router.ts";
import { requireProject } from "./state.ts";

function read(call: Call, stream: string | null, scope: string, cap: number): Answer {
  const { events, resources } = call.world;
  const sync = call.query.get("sync");
  const forgotten = sync !== null && call.world.dials.take("expire-sync") !== null;
  const page = events.read(stream, scope, forgotten ? null : sync, cap);
  const selection = call.selection ?? resources.event.compact;
  const data = page.events.map((event) => render(resources.event, event, selection, call.view));
  return { status: 200, body: { data, sync: page.sync, has_more: page.hasMore } };
}

function resourceEvents(call: Call): Answer {
  const gid = call.query.get("resource");
  if (gid === null || gid === "") throw badRequest("resource: Missing input");
  const { state } = call.world;
  // A stream outlives its task's or project's trashing: that is how `deleted` is told.
  const known = state.tasks.has(gid) || state.projects.has(gid) || state.goals.has(gid);
  if (!known || call.query.get("sync") === null) {
    if (state.projects.has(gid)) requireProject(state, gid);
    else if (!state.goals.has(gid)) taskOf(call, gid);
  }
  return read(call, gid, gid, 100);
}

/** The event streams (reference asana.md §13). */
export function addEventRoutes(router: Router): void {
  router.add("GET", "/events", resourceEvents);
  router.add("GET", "/workspaces/{workspace_gid}/events", (call) => {
    requireWorkspace(call, param(call));
    return read(call, null, `workspace-${param(call)}`, 1000);
  });
}
