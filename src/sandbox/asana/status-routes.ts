import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param, requiredText } from "./call.ts";
import { emit, target, taskStreams, writeStory } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { taskOf } from "./lookups.ts";
import { STATUS_COLORS } from "./project-resource.ts";
import { richText } from "./rich-fields.ts";
import type { Router } from "./router.ts";
import type { AttachmentRow, PortfolioRow, ProjectRow, StatusRow } from "./rows.ts";
import { requireProject } from "./state.ts";

const TYPES: ReadonlySet<string> = new Set(
  "on_track at_risk off_track on_hold complete dropped achieved partial missed".split(" "),
);

function parentOf(call: Call, gid: string): ProjectRow | PortfolioRow | null {
  const { state } = call.world;
  const portfolio = state.portfolios.get(gid);
  if (portfolio !== undefined) return portfolio;
  if (state.goals.has(gid)) return null;
  return requireProject(state, gid);
}

function listStatuses(call: Call): Answer {
  const parent = call.query.get("parent");
  if (parent === null || parent === "") throw badRequest("parent: Missing input");
  parentOf(call, parent);
  const since = call.query.get("created_since");
  const rows = [...call.world.state.statuses.values()]
    .filter((row) => row.parentGid === parent && (since === null || row.createdAt >= new Date(since).toISOString()))
    .toReversed();
  return list(call, call.world.resources.status, rows);
}

function addStatus(call: Call, parentGid: string, type: string): StatusRow {
  const { state } = call.world;
  const parent = parentOf(call, parentGid);
  const written = richText(call, "text", "html_text");
  if (written === undefined) throw badRequest("text: Missing input");
  const status: StatusRow = {
    gid: state.nextGid(),
    title: optionalText(call.data, "title") ?? "",
    text: written.plain,
    htmlText: written.html,
    type,
    createdAt: call.world.now(),
    authorGid: call.actor.userGid,
    parentGid,
  };
  state.statuses.set(status.gid, status);
  if (parent !== null) parent.statuses = [status, ...parent.statuses];
  const kind = state.portfolios.has(parentGid) ? "portfolio" : state.goals.has(parentGid) ? "goal" : "project";
  const change = { field: "current_status", action: "changed" } as const;
  emit(call, [parentGid], "changed", target(kind, parentGid), null, change);
  return status;
}

function createStatus(call: Call): Answer {
  const parentGid = requiredText(call.data, "parent");
  const type = requiredText(call.data, "status_type");
  if (!TYPES.has(type)) throw badRequest(`status_type: Not a recognized status: ${type}`);
  return one(call, call.world.resources.status, addStatus(call, parentGid, type), 201);
}

/** The older statuses, of projects only and by colour. */
function createProjectStatus(call: Call): Answer {
  const color = requiredText(call.data, "color");
  const type = Object.keys(STATUS_COLORS).find((each) => STATUS_COLORS[each] === color);
  if (type === undefined) throw badRequest(`color: Not a recognized color: ${color}`);
  const project = requireProject(call.world.state, param(call));
  return one(call, call.world.resources.projectStatus, addStatus(call, project.gid, type), 201);
}

function statusOf(call: Call): StatusRow {
  const gid = param(call);
  const status = call.world.state.statuses.get(gid);
  if (status === undefined) throw unknownObject("status_update", gid);
  return status;
}

function deleteStatus(call: Call): Answer {
  const status = statusOf(call);
  const { state } = call.world;
  state.statuses.delete(status.gid);
  const parent = state.projects.get(status.parentGid) ?? state.portfolios.get(status.parentGid);
  if (parent !== undefined) parent.statuses = parent.statuses.filter((row) => row !== status);
  return empty();
}

function attachmentOf(call: Call): AttachmentRow {
  const gid = param(call);
  const attachment = call.world.state.attachments.get(gid);
  if (attachment === undefined) throw unknownObject("attachment", gid);
  return attachment;
}

function listAttachments(call: Call): Answer {
  const parent = call.query.get("parent");
  if (parent === null || parent === "") throw badRequest("parent: Missing input");
  const { state, resources } = call.world;
  if (state.projects.has(parent)) requireProject(state, parent);
  else taskOf(call, parent);
  const rows = [...state.attachments.values()].filter((row) => row.parentGid === parent);
  return list(call, resources.attachment, rows);
}

/** POST /attachments: a file by multipart, or a link with `resource_subtype=external`. */
function createAttachment(call: Call): Answer {
  const { state, resources } = call.world;
  const parentGid = requiredText(call.data, "parent");
  const task = state.projects.has(parentGid) ? null : taskOf(call, parentGid);
  const file = call.data["file"] as { readonly name?: unknown; readonly size?: unknown } | undefined;
  const external = call.data["resource_subtype"] === "external";
  if (file === undefined && !external) throw badRequest("file: Missing input");
  const name = external ? requiredText(call.data, "name") : typeof file?.name === "string" ? file.name : "file";
  const attachment: AttachmentRow = {
    gid: state.nextGid(),
    // Other than ASCII comes back percent-encoded, as the service does it.
    name: encodeURI(name).replaceAll("%20", " "),
    subtype: external ? "external" : "asana",
    createdAt: call.world.now(),
    size: typeof file?.size === "number" ? file.size : null,
    url: external ? requiredText(call.data, "url") : null,
    parentGid: task?.gid ?? parentGid,
  };
  state.attachments.set(attachment.gid, attachment);
  if (task !== null) {
    task.attachments = [...task.attachments, attachment];
    emit(call, taskStreams(task), "added", target("attachment", attachment.gid), target("task", task.gid));
    writeStory(call, task, "attachment_added");
    task.modifiedAt = call.world.now();
  }
  return one(call, resources.attachment, attachment, 200);
}

function deleteAttachment(call: Call): Answer {
  const attachment = attachmentOf(call);
  const { state } = call.world;
  const task = state.tasks.get(attachment.parentGid);
  state.attachments.delete(attachment.gid);
  if (task !== undefined) {
    task.attachments = task.attachments.filter((row) => row !== attachment);
    task.modifiedAt = call.world.now();
    emit(call, taskStreams(task), "deleted", target("attachment", attachment.gid), target("task", task.gid));
  }
  return empty();
}

/** Status updates and attachments (reference asana.md §8). */
export function addStatusRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/status_updates", listStatuses);
  add("POST", "/status_updates", createStatus);
  add("GET", "/status_updates/{status_update_gid}", (call) => one(call, call.world.resources.status, statusOf(call)));
  add("DELETE", "/status_updates/{status_update_gid}", deleteStatus);
  add("GET", "/projects/{project_gid}/project_statuses", (call) =>
    list(call, call.world.resources.projectStatus, requireProject(call.world.state, param(call)).statuses),
  );
  add("POST", "/projects/{project_gid}/project_statuses", createProjectStatus);
  add("GET", "/project_statuses/{project_status_gid}", (call) =>
    one(call, call.world.resources.projectStatus, statusOf(call)),
  );
  add("DELETE", "/project_statuses/{project_status_gid}", deleteStatus);
  add("GET", "/attachments", listAttachments);
  add("POST", "/attachments", createAttachment);
  add("GET", "/attachments/{attachment_gid}", (call) => one(call, call.world.resources.attachment, attachmentOf(call)));
  add("DELETE", "/attachments/{attachment_gid}", deleteAttachment);
}
