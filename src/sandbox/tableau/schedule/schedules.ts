import { bodyOf, pathOf } from "../call.ts";
import type { Call, Reply } from "../call.ts";
import { requireLogin } from "../sign-in/sign-in.ts";
import { newLuid, stamp } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import { asTree, requiredText, textOf } from "../wire/request-body.ts";
import type { RequestTree } from "../wire/request-body.ts";
import { frequencyDetails, readTiming } from "./timing.ts";
import type { Timing } from "./timing.ts";

const TYPES = ["Extract", "Subscription", "Flow"] as const;
const ORDERS = ["Parallel", "Serial"] as const;
const STATES = ["Active", "Suspended"] as const;

/** A schedule of the whole server, for Tableau Server only: Cloud gives each task its own. */
export interface Schedule {
  readonly id: string;
  readonly type: (typeof TYPES)[number];
  readonly createdAt: number;
  name: string;
  state: (typeof STATES)[number];
  priority: string;
  executionOrder: (typeof ORDERS)[number];
  timing: Timing;
  updatedAt: number;
}

export function scheduleElement(schedule: Schedule): Element {
  return element(
    "schedule",
    {
      id: schedule.id,
      name: schedule.name,
      state: schedule.state,
      priority: schedule.priority,
      createdAt: stamp(schedule.createdAt),
      updatedAt: stamp(schedule.updatedAt),
      type: schedule.type,
      frequency: schedule.timing.frequency,
      executionOrder: schedule.executionOrder,
    },
    [frequencyDetails(schedule.timing)],
  );
}

/** Every call needs a login, of whichever site. A login with a JWT may not. */
function signedIn(call: Call): void {
  if (requireLogin(call).scopes !== undefined) {
    throw new TableauError("403004", "Forbidden", "Schedules cannot be reached with a JSON web token.");
  }
}

function oneOf<T extends string>(values: RequestTree, key: string, among: readonly T[], otherwise: T): T {
  const text = textOf(values, key);
  const found = text === undefined ? otherwise : among.find((each) => each === text);
  if (found === undefined) throw badRequest(`The attribute '${key}' has to be one of ${among.join(", ")}.`);
  return found;
}

function refuseTaken(call: Call, name: string, self: Schedule | undefined): void {
  if ([...call.state.schedules.values()].some((schedule) => schedule.name === name && schedule !== self)) {
    throw new TableauError("409021", "Resource Conflict", `There is already a schedule named '${name}'.`);
  }
}

function scheduleOf(call: Call): Schedule {
  const id = pathOf(call, "schedule");
  const schedule = call.state.schedules.get(id);
  if (schedule === undefined) throw notFound("404000", `Schedule '${id}'`);
  return schedule;
}

/** `GET /schedules` */
export function listSchedules(call: Call): Reply {
  signedIn(call);
  const page = listPage(call.state.schedules.values(), call.query, {
    values: { name: ({ name }) => name, type: ({ type }) => type, state: ({ state }) => state },
    instants: {},
  });
  const schedules = page.items.map(scheduleElement);
  return { status: 200, elements: [page.pagination, collection("schedules", "schedule", schedules)] };
}

/** `GET /schedules/{id}` */
export function getSchedule(call: Call): Reply {
  signedIn(call);
  return { status: 200, elements: [scheduleElement(scheduleOf(call))] };
}

/** `POST /schedules`: 201, 409021 for a name that is taken, 409004 for times that do not exist. */
export async function createSchedule(call: Call): Promise<Reply> {
  signedIn(call);
  const values = asTree((await bodyOf(call))["schedule"]);
  const name = requiredText(values, "name", "schedule");
  refuseTaken(call, name, undefined);
  const now = call.state.environment.clock.now();
  const schedule: Schedule = {
    id: newLuid(call.state),
    name,
    type: oneOf(values, "type", TYPES, "Extract"),
    state: "Active",
    priority: textOf(values, "priority") ?? "50",
    executionOrder: oneOf(values, "executionOrder", ORDERS, "Parallel"),
    timing: readTiming(values, "server"),
    createdAt: now,
    updatedAt: now,
  };
  call.state.schedules.set(schedule.id, schedule);
  return { status: 201, elements: [scheduleElement(schedule)] };
}

/** `PUT /schedules/{id}`: only what is given changes. */
export async function updateSchedule(call: Call): Promise<Reply> {
  signedIn(call);
  const schedule = scheduleOf(call);
  const values = asTree((await bodyOf(call))["schedule"]);
  const name = textOf(values, "name") ?? schedule.name;
  refuseTaken(call, name, schedule);
  const timing = values["frequency"] === undefined ? schedule.timing : readTiming(values, "server");
  schedule.state = oneOf(values, "state", STATES, schedule.state);
  schedule.executionOrder = oneOf(values, "executionOrder", ORDERS, schedule.executionOrder);
  schedule.priority = textOf(values, "priority") ?? schedule.priority;
  schedule.name = name;
  schedule.timing = timing;
  schedule.updatedAt = call.state.environment.clock.now();
  return { status: 200, elements: [scheduleElement(schedule)] };
}

/** `DELETE /schedules/{id}`: 204; its tasks go with it. */
export function deleteSchedule(call: Call): Reply {
  signedIn(call);
  const { id } = scheduleOf(call);
  call.state.schedules.delete(id);
  for (const { tasks } of call.state.sites.values()) {
    for (const task of tasks.values()) {
      if ("scheduleId" in task.timing && task.timing.scheduleId === id) tasks.delete(task.id);
    }
  }
  return { status: 204 };
}
