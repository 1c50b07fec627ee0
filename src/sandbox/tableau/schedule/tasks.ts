import { bodyOf, pathOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { allPublished } from "../content/published.ts";
import type { PublishedItem } from "../content/published.ts";
import { newLuid } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound } from "../wire/errors.ts";
import { asTree, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { startRefresh } from "./refresh.ts";
import { scheduleElement } from "./schedules.ts";
import { frequencyDetails, readTiming } from "./timing.ts";
import type { Timing } from "./timing.ts";

/** A refresh that is to be run at times: its own, or those of a schedule of the server. */
export interface RefreshTask {
  readonly id: string;
  readonly itemId: string;
  type: "FullRefresh" | "IncrementalRefresh";
  timing: Timing | { readonly scheduleId: string };
}

function itemIn(call: SiteCall, refresh: RequestTree): PublishedItem {
  for (const kind of ["datasource", "workbook"] as const) {
    const id = textOf(asTree(refresh[kind]), "id");
    if (id === undefined) continue;
    const item = allPublished(call.site).find((candidate) => candidate.kind === kind && candidate.id === id);
    if (item === undefined) throw notFound(kind === "datasource" ? "404004" : "404006", `The ${kind} '${id}'`);
    return item;
  }
  throw badRequest("An extract refresh names a datasource or a workbook.");
}

function typeIn(refresh: RequestTree, otherwise: RefreshTask["type"]): RefreshTask["type"] {
  const text = textOf(refresh, "type") ?? otherwise;
  if (text !== "FullRefresh" && text !== "IncrementalRefresh") throw badRequest(`'${text}' is not a type of refresh.`);
  return text;
}

function timingElement(call: SiteCall, task: RefreshTask): Element {
  if (!("scheduleId" in task.timing)) {
    return element("schedule", { frequency: task.timing.frequency }, [frequencyDetails(task.timing)]);
  }
  const schedule = call.state.schedules.get(task.timing.scheduleId);
  return schedule === undefined ? element("schedule", { id: task.timing.scheduleId }) : scheduleElement(schedule);
}

function refreshElement(call: SiteCall, task: RefreshTask, withSchedule: boolean): Element {
  const item = allPublished(call.site).find(({ id }) => id === task.itemId);
  return element("extractRefresh", { id: task.id, priority: 50, consecutiveFailedCount: 0, type: task.type }, [
    withSchedule ? timingElement(call, task) : undefined,
    element(item?.kind ?? "datasource", { id: task.itemId, name: item?.name }),
  ]);
}

function taskOf(call: SiteCall): RefreshTask {
  const id = pathOf(call, "task");
  const task = call.site.tasks.get(id);
  if (task === undefined) throw notFound("404000", `Task '${id}'`);
  return task;
}

/** `POST /tasks/extractRefreshes`: the refresh and its schedule are siblings in body and answer. */
export async function createTask(call: SiteCall): Promise<Reply> {
  const body = await bodyOf(call);
  const refresh = asTree(body["extractRefresh"]);
  const task: RefreshTask = {
    id: newLuid(call.state),
    itemId: itemIn(call, refresh).id,
    type: typeIn(refresh, "FullRefresh"),
    timing: readTiming(asTree(body["schedule"]), "cloud"),
  };
  call.site.tasks.set(task.id, task);
  return { status: 201, elements: [refreshElement(call, task, false), timingElement(call, task)] };
}

/** `GET /tasks/extractRefreshes` */
export function listTasks(call: SiteCall): Reply {
  const tasks = [...call.site.tasks.values()].map((task) => element("task", {}, [refreshElement(call, task, true)]));
  return { status: 200, elements: [collection("tasks", "task", tasks)] };
}

/** `GET /tasks/extractRefreshes/{id}` */
export function getTask(call: SiteCall): Reply {
  return { status: 200, elements: [element("task", {}, [refreshElement(call, taskOf(call), true)])] };
}

/** `POST /tasks/extractRefreshes/{id}`: only what is given changes. */
export async function updateTask(call: SiteCall): Promise<Reply> {
  const task = taskOf(call);
  const body = await bodyOf(call);
  const timing = body["schedule"] === undefined ? task.timing : readTiming(asTree(body["schedule"]), "cloud");
  task.type = typeIn(asTree(body["extractRefresh"]), task.type);
  task.timing = timing;
  return { status: 200, elements: [refreshElement(call, task, false), timingElement(call, task)] };
}

/** `DELETE /tasks/extractRefreshes/{id}`: 204. */
export function deleteTask(call: SiteCall): Reply {
  call.site.tasks.delete(taskOf(call).id);
  return { status: 204 };
}

/** `POST /tasks/extractRefreshes/{id}/runNow`: 202 with a job; 409093 while one is queued. */
export function runTask(call: SiteCall): Promise<Reply> {
  const { itemId } = taskOf(call);
  const item = allPublished(call.site).find(({ id }) => id === itemId);
  if (item === undefined) throw notFound("404004", "What the task refreshes");
  return startRefresh(call, item);
}

/** `PUT /schedules/{id}/{datasources|workbooks}`: has an item refreshed by a schedule of the server. */
export async function addToSchedule(call: SiteCall): Promise<Reply> {
  const scheduleId = pathOf(call, "schedule");
  if (!call.state.schedules.has(scheduleId)) throw notFound("404000", `Schedule '${scheduleId}'`);
  const refresh = asTree(asTree((await bodyOf(call))["task"])["extractRefresh"]);
  const item = itemIn(call, refresh);
  const task: RefreshTask = {
    id: newLuid(call.state),
    itemId: item.id,
    type: typeIn(refresh, "FullRefresh"),
    timing: { scheduleId },
  };
  call.site.tasks.set(task.id, task);
  return { status: 200, elements: [element("task", {}, [refreshElement(call, task, true)])] };
}
