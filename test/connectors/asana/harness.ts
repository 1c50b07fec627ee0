import { asana } from "../../../src/connectors/asana/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createAsana } from "../../../src/sandbox/asana/index.ts";
import { drawFrom } from "../../acceptance/draw.ts";
import type { Harness, TrueRecord, Truth, World, WorldOptions } from "../../acceptance/harness.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import { ASANA } from "../../support/asana-seed.ts";
import { asanaChanges } from "./harness-changes.ts";
import { fieldMidway } from "./harness-fields.ts";
import { asanaHooks } from "./harness-hooks.ts";
import { workspaceTurmoil } from "./harness-organisation.ts";
import { gidOf, homesOf } from "./harness-world.ts";
import type { Workspace } from "./harness-world.ts";
import { SECTIONS, SEED_AS_OF, workspaceSeed } from "./harness-seed.ts";

const SELECTION = {
  projects: ["owner", "due_on", "Opportunity ID", "Seats"],
  sections: [],
  tasks: ["assignee", "due_on", "Health", "Opportunity ID"],
};
/** The fields that are selected by name, as the seed has them. */
const FIELDS: Readonly<Record<string, string>> = {
  Health: ASANA.stage,
  "Opportunity ID": ASANA.opportunity,
  Seats: ASANA.seats,
};
const VALUES =
  "custom_fields.gid,custom_fields.name,custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.gid";
const PROJECT = `gid,name,archived,completed,modified_at,team.gid,owner.gid,due_on,${VALUES}`;
const SECTION = "gid,name,project.gid";
const TASK = `gid,name,resource_subtype,created_at,modified_at,completed,completed_at,parent.gid,assignee.gid,due_on,memberships.project.gid,memberships.section.gid,num_subtasks,${VALUES}`;
const STORY = "gid,resource_subtype,created_at,created_by.gid,project.gid,old_section.gid,new_section.gid,assignee.gid";

async function start(options: WorldOptions): Promise<World> {
  const { seed, records, rowsPerPage, limits, quick = false, varied = false, otherTenant = false } = options;
  const draw = drawFrom(seed);
  const served = await serveSystem({
    system: "asana",
    create: (environment) => createAsana(workspaceSeed(draw, records, otherTenant), environment),
    asOf: SEED_AS_OF,
    seed,
    quick,
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
  let unseen: readonly string[] = [];
  const ws: Workspace = {
    write,
    list,
    control: served.control,
    projects: async () => (await list(`/projects?workspace=${workspaceGid}`)).map(gidOf),
    tasks: async (project) =>
      Object.values(await told("tasks", TASK))
        .filter(
          ({ state, content }) =>
            state === "live" && homesOf(content).some((home) => project === undefined || home === project),
        )
        .map(({ content }) => content)
        .sort((x, y) => (gidOf(x) < gidOf(y) ? -1 : 1)),
    trash: { tasks: new Set(), projects: new Set() },
  };

  const told = async (stream: string, fields: string): Promise<Readonly<Record<string, TrueRecord>>> => {
    const answer = fieldsOf(await served.control("GET", `/truth?stream=${stream}&opt_fields=${fields}`));
    return answer[stream] as unknown as Readonly<Record<string, TrueRecord>>;
  };

  async function truth(): Promise<Truth> {
    const definitions = await list(`/workspaces/${workspaceGid}/custom_fields?opt_fields=name`);
    /** A name means the field that bears it today, or else the one that bore it once. */
    const meant = (names: readonly string[]): ReadonlySet<string> =>
      new Set(
        names.flatMap((name) => {
          const bearer = definitions.find((definition) => definition["name"] === name);
          return bearer === undefined ? (FIELDS[name] ?? []) : gidOf(bearer);
        }),
      );
    const kept = (
      rows: Readonly<Record<string, TrueRecord>>,
      names: readonly string[],
    ): Readonly<Record<string, TrueRecord>> => {
      const gids = meant(names);
      return Object.fromEntries(
        Object.entries(rows).map(([gid, row]) => [
          gid,
          { ...row, content: { ...row.content, custom_fields: asked(row.content, gids) } },
        ]),
      );
    };
    const tasks = kept(await told("tasks", TASK), SELECTION.tasks);
    const stories = await told("stories", `${STORY},target.gid`);
    return {
      projects: kept(await told("projects", PROJECT), SELECTION.projects),
      sections: await told("sections", SECTION),
      tasks: Object.fromEntries(
        Object.entries(tasks).map(([gid, row]) => [gid, isOurs(gid, tasks) ? row : { ...row, state: "outside" }]),
      ),
      stories: Object.fromEntries(
        Object.entries(stories).flatMap(([gid, row]) => {
          const { target, ...content } = row.content;
          const member = gidOf(target);
          return isOurs(member, tasks) ? [[gid, { ...row, content, member }]] : [];
        }),
      ),
    };
  }

  const live = async (): Promise<readonly string[]> => (await ws.tasks(ASANA.onboarding)).map(gidOf);
  const moveOn = async (id: string): Promise<void> => {
    const task = fieldsOf(
      await write("GET", `/tasks/${id}?opt_fields=memberships.section.gid,memberships.project.gid`),
    );
    const [membership] = task["memberships"] as readonly JsonObject[];
    const from = gidOf(membership?.["section"]);
    const to = SECTIONS[gidOf(membership?.["project"])]?.find((section) => section !== from);
    await write("POST", `/sections/${to}/addTask`, { task: id }, null);
  };
  let made = 0;
  const turmoil = workspaceTurmoil(served, ws);

  return {
    served,
    settings: varied && draw.chance(0.5) ? { concurrency: 1 + draw.below(4) } : {},
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
    move: moveOn,
    hide: async (isHidden) => {
      await served.control("POST", "/hide", { projectGid: ASANA.rollout, hidden: isHidden });
      if (!isHidden) return unseen;
      unseen = Object.entries(await told("tasks", TASK)).flatMap(([gid, { state }]) =>
        state === "hidden" ? [gid] : [],
      );
      return unseen;
    },
    late: async () => {
      // A task shows every write at once; what comes late is the event, the only trace of a move that bumps no date.
      const [moved = ""] = await live();
      const ms = 5 * 60_000;
      await served.dial({ fault: "late-commit", ms, times: 1 });
      await moveOn(moved);
      return async () => {
        served.clock.advance(ms + 1000);
        await served.undial();
      };
    },
    drift: (kind) => ({
      object: ASANA.onboarding,
      field: kind === "add" ? "Drifted" : ASANA.opportunity,
      ...(kind === "retype" ? { type: "number" } : {}),
    }),
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
    changes: [...asanaChanges(ws), ...turmoil.changes],
    restore: turmoil.restore,
    midway: (draw, edition) => {
      made += 1;
      const after = draw.below(20);
      if (edition > 1 && draw.chance(0.7)) return fieldMidway(draw, after, made);
      const change = { do: "rename-label", option: ASANA.green, to: `Midway ${made}` };
      return { fault: "organisation", change, after };
    },
    hooks: asanaHooks(served),
    close: () => served.close(),
  };
}

/** A task belongs to what the hub reads by a project, its own or that of what it is part of. */
function isOurs(gid: string, tasks: Readonly<Record<string, TrueRecord>>): boolean {
  const task = tasks[gid];
  if (task === undefined || task.state !== "live" || homesOf(task.content).length > 0) return true;
  const parent = task.content["parent"] ?? null;
  return parent !== null && isOurs(gidOf(parent), tasks);
}

const withoutName = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== "name"));

/** The values of the custom fields that are selected; their names may change without a trace on the row. */
function asked(row: JsonObject, gids: ReadonlySet<string>): readonly JsonObject[] {
  const values = (row["custom_fields"] ?? []) as readonly JsonObject[];
  return values.filter((value) => gids.has(gidOf(value))).map(withoutName);
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
  merges: [],
  lacks: {
    "sweep in parts":
      "the token of a listing lives for minutes and means a place in an order that people change: a project is swept at once",
    merge: "a task that is marked as a duplicate lives on and says so in a story; no record ends in another",
    hard: "what leaves the trash answers 404 as what is in it does: the API shows no difference",
    archive: "projects are archived and stay listed, tasks never are",
    quota: "calls are limited by the minute, not by the day: a 429 is all there is",
    "retired-version": "the API has the one version 1.0; changes of it are announced in headers",
  },
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
