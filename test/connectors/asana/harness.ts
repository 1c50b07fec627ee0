import { asana } from "../../../src/connectors/asana/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createAsana } from "../../../src/sandbox/asana/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Harness, RecordState, TrueRecord, Truth, World, WorldOptions } from "../../acceptance/harness.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import { ASANA } from "../../support/asana-seed.ts";
import { asanaChanges } from "./harness-changes.ts";
import { SECTIONS, SEED_AS_OF, workspaceSeed } from "./harness-seed.ts";

const SELECTION = {
  projects: ["owner", "due_on", "Opportunity ID", "Seats"],
  sections: [],
  tasks: ["assignee", "due_on", "Health", "Opportunity ID"],
};
const VALUES =
  "custom_fields.gid,custom_fields.name,custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.gid";
const PROJECT = `gid,name,archived,completed,modified_at,team.gid,owner.gid,due_on,${VALUES}`;
const SECTION = "gid,name,project.gid";
const TASK = `gid,name,resource_subtype,created_at,modified_at,completed,completed_at,parent.gid,assignee.gid,due_on,memberships.project.gid,memberships.section.gid,num_subtasks,${VALUES}`;
const STORY = "gid,resource_subtype,created_at,created_by.gid,project.gid,old_section.gid,new_section.gid,assignee.gid";

/** What the changes of an Asana world can use. */
export interface Workspace {
  /** A call as someone in the web app, past limits and faults; its `data`. Null acts as a rule. */
  readonly write: (method: string, path: string, data?: object, asUserGid?: string | null) => Promise<unknown>;
  readonly list: (path: string) => Promise<readonly JsonObject[]>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Projects in sight. */
  readonly projects: () => Promise<readonly string[]>;
  /** Tasks in sight that stand in a project. */
  readonly tasks: (project?: string) => Promise<readonly JsonObject[]>;
  readonly trash: { readonly tasks: Set<string>; readonly projects: Set<string> };
  /** Tasks that were taken out of their last project: the hub may keep them or not know them. */
  readonly orphans: Set<string>;
}

const gidOf = (value: unknown): string => textOf(fieldsOf(value)["gid"]);

async function start(options: WorldOptions): Promise<World> {
  const { seed, records, rowsPerPage, limits, otherTenant = false } = options;
  const draw = drawFrom(seed);
  const served = await serveSystem({
    system: "asana",
    create: (environment) => createAsana(workspaceSeed(draw, records, otherTenant), environment),
    asOf: SEED_AS_OF,
    seed,
    ...(limits === undefined ? {} : { limits }),
    ...(rowsPerPage === undefined ? {} : { bend: fewerRows(rowsPerPage) }),
  });
  const workspaceGid = served.description["workspaceGid"] ?? "";
  const write: Workspace["write"] = async (method, path, data, asUserGid = ASANA.ada) => {
    const body = data === undefined ? {} : { body: { data } };
    const answer = fieldsOf(await served.control("POST", "/write", { method, path, asUserGid, ...body }));
    return answer["data"];
  };
  const list: Workspace["list"] = async (path) => {
    const found: JsonObject[] = [];
    let offset: string | null = "";
    while (offset !== null) {
      const page: string = offset === "" ? "" : `&offset=${encodeURIComponent(offset)}`;
      const asked = {
        method: "GET",
        path: `${path}${path.includes("?") ? "&" : "?"}limit=100${page}`,
        asUserGid: ASANA.service,
      };
      const answer = fieldsOf(await served.control("POST", "/write", asked));
      found.push(...(answer["data"] as readonly JsonObject[]));
      const next: unknown = answer["next_page"] ?? null;
      offset = next === null ? null : textOf(fieldsOf(next)["offset"]);
    }
    return found;
  };
  const hidden = new Map<string, readonly string[]>();
  const ws: Workspace = {
    write,
    list,
    control: served.control,
    projects: async () => (await list(`/projects?workspace=${workspaceGid}`)).map(gidOf),
    tasks: async (project) => {
      const found = new Map<string, JsonObject>();
      for (const one of project === undefined ? await ws.projects() : [project]) {
        for (const task of await list(`/tasks?project=${one}&opt_fields=${TASK}`)) found.set(gidOf(task), task);
      }
      return [...found.values()].sort((a, b) => (gidOf(a) < gidOf(b) ? -1 : 1));
    },
    trash: { tasks: new Set(), projects: new Set() },
    orphans: new Set(),
  };

  async function truth(): Promise<Truth> {
    const projects: Record<string, TrueRecord> = {};
    const sections: Record<string, TrueRecord> = {};
    const tasks: Record<string, TrueRecord> = {};
    const stories: Record<string, TrueRecord> = {};
    const told = (content: JsonObject, state: RecordState = "live"): TrueRecord => ({ state, content });
    const addTask = async (task: JsonObject): Promise<void> => {
      const gid = gidOf(task);
      if (tasks[gid] !== undefined) return;
      const { num_subtasks: below, ...content } = task;
      tasks[gid] = told({ ...content, custom_fields: asked(task, SELECTION.tasks) });
      for (const story of await list(`/tasks/${gid}/stories?opt_fields=${STORY}`)) {
        stories[gidOf(story)] = { state: "live", content: story, member: gid };
      }
      if (Number(below) > 0)
        for (const one of await list(`/tasks/${gid}/subtasks?opt_fields=${TASK}`)) await addTask(one);
    };
    for (const project of await list(`/projects?workspace=${workspaceGid}&opt_fields=${PROJECT}`)) {
      const gid = gidOf(project);
      projects[gid] = told({ ...project, custom_fields: asked(project, SELECTION.projects) });
      for (const section of await list(`/projects/${gid}/sections?opt_fields=${SECTION}`))
        sections[gidOf(section)] = told(section);
    }
    for (const task of await ws.tasks()) await addTask(task);
    for (const [project, unseen] of hidden) {
      projects[project] = told({}, "hidden");
      for (const gid of unseen) tasks[gid] ??= told({}, "hidden");
    }
    for (const gid of ws.orphans) tasks[gid] ??= told({}, "outside");
    for (const [gid, { state }] of Object.entries(tasks)) if (state === "outside") await outsideBelow(gid, tasks);
    return { projects, sections, tasks, stories };
  }

  /** Subtasks of what stands outside stand outside, too. */
  async function outsideBelow(gid: string, tasks: Record<string, TrueRecord>): Promise<void> {
    const answer = fieldsOf(
      await served
        .control("POST", "/write", {
          method: "GET",
          path: `/tasks/${gid}/subtasks?limit=100`,
          asUserGid: ASANA.service,
        })
        .catch(() => ({ data: [] })),
    );
    for (const one of answer["data"] as readonly JsonObject[]) {
      if (tasks[gidOf(one)] !== undefined) continue;
      tasks[gidOf(one)] = { state: "outside", content: {} };
      await outsideBelow(gidOf(one), tasks);
    }
  }

  const live = async (): Promise<readonly string[]> => (await ws.tasks(ASANA.onboarding)).map(gidOf);
  let made = 0;

  return {
    served,
    settings: {},
    selection: SELECTION,
    truth,
    ids: live,
    create: async (count) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        made += 1;
        ids.push(gidOf(await write("POST", "/tasks", { name: `New ${made}`, projects: [ASANA.onboarding] })));
      }
      return ids;
    },
    change: async (id, salt) => {
      const due = new Date(SEED_AS_OF + (salt % 300) * 86_400_000).toISOString().slice(0, 10);
      await write("PUT", `/tasks/${id}`, { due_on: due, custom_fields: { [ASANA.opportunity]: `OPP ${salt}` } });
    },
    remove: async (id) => {
      await write("DELETE", `/tasks/${id}`);
      ws.trash.tasks.add(id);
    },
    undelete: async (id) => {
      await served.control("POST", "/restore", { taskGid: id });
      ws.trash.tasks.delete(id);
    },
    move: async (id) => {
      const task = fieldsOf(
        await write("GET", `/tasks/${id}?opt_fields=memberships.section.gid,memberships.project.gid`),
      );
      const [membership] = task["memberships"] as readonly JsonObject[];
      const from = gidOf(membership?.["section"]);
      const to = SECTIONS[gidOf(membership?.["project"])]?.find((section) => section !== from);
      await write("POST", `/sections/${to}/addTask`, { task: id }, null);
    },
    hide: async (isHidden) => {
      const project = ASANA.rollout;
      if (isHidden) {
        const within = (await ws.tasks(project)).filter(
          (task) => (task["memberships"] as readonly unknown[]).length === 1,
        );
        const gids: string[] = [];
        for (const task of within) await collectBelow(gidOf(task), gids);
        hidden.set(project, gids);
      }
      const unseen = hidden.get(project) ?? [];
      if (!isHidden) hidden.delete(project);
      await served.control("POST", "/hide", { projectGid: project, hidden: isHidden });
      return unseen;
    },
    drift: async () => {},
    exhaust: async (exhausted) => {
      await served.control("POST", "/limits", { perMinute: exhausted ? 1 : 1_000_000 });
    },
    leastCalls: async () => {
      const rows = rowsPerPage ?? 100;
      const pagesOf = (count: number): number => Math.max(1, Math.ceil(count / rows));
      const projects = await ws.projects();
      let pages = 0;
      let parents = 0;
      const seen = new Set<string>();
      for (const project of projects) {
        const tasks = await ws.tasks(project);
        pages += pagesOf(tasks.length) + pagesOf((await list(`/projects/${project}/sections`)).length);
        for (const task of tasks) seen.add(gidOf(task));
      }
      for (const { member } of Object.values((await truth())["stories"] ?? {}))
        if (member !== undefined) seen.add(member);
      // History is to be had per task only, and so are subtasks.
      parents = seen.size + (await ws.tasks()).filter((task) => Number(task["num_subtasks"]) > 0).length;
      return { pages, parents };
    },
    counted: async () => {
      const { total } = fieldsOf(await served.control("GET", "/calls"));
      await served.control("DELETE", "/calls");
      return Number(total);
    },
    changes: asanaChanges(ws),
    close: () => served.close(),
  };

  async function collectBelow(gid: string, into: string[]): Promise<void> {
    into.push(gid);
    for (const one of await list(`/tasks/${gid}/subtasks`)) await collectBelow(gidOf(one), into);
  }
}

/** The values of the custom fields that are selected. */
function asked(row: JsonObject, names: readonly string[]): readonly JsonObject[] {
  const values = (row["custom_fields"] ?? []) as readonly JsonObject[];
  return values.filter(({ name }) => names.includes(textOf(name)));
}

/** Asks for fewer rows than the client did, so that few tasks fill several pages. */
function fewerRows(rows: number): (request: Request) => Request {
  return (request) => {
    const url = new URL(request.url);
    if (request.method !== "GET" || url.searchParams.get("limit") !== "100") return request;
    url.searchParams.set("limit", String(rows));
    return new Request(url, { method: "GET", headers: request.headers });
  };
}

/** Asana for the acceptance suite and the league. */
export const asanaHarness: Harness = {
  system: "asana",
  definition: asana,
  main: "tasks",
  removals: ["soft"],
  route: "GET /tasks",
  compared: {
    projects: ["name", "archived", "completed", "modified_at", "team", "owner", "due_on", "custom_fields"],
    sections: ["name", "project"],
    tasks: [
      "name",
      "resource_subtype",
      "created_at",
      "modified_at",
      "completed",
      "completed_at",
      "parent",
      "assignee",
      "due_on",
      "memberships",
      "custom_fields",
    ],
    stories: ["resource_subtype", "created_at", "created_by", "project", "old_section", "new_section", "assignee"],
  },
  repeats: "partition",
  renewsSession: false,
  settleMs: 0,
  start,
};
