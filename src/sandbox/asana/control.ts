import { z } from "zod";
import { shown } from "./shown.ts";
import type { Api } from "./api.ts";
import type { Authority } from "./auth.ts";
import { integrationView, truth } from "./truth.ts";
import { parseBody, queryFields } from "./body.ts";
import { ApiFault, errorBody } from "./errors.ts";
import { addGenerated } from "./generated-projects.ts";
import { FREE_LIMITS, REAL_LIMITS } from "./limits.ts";
import type { Limits, RateLimiter } from "./limits.ts";
import { restoreProject } from "./project-writes.ts";
import { restoreTask } from "./task-writes.ts";
import type { StoryRow } from "./rows.ts";
import type { World } from "./world.ts";
import type { Call } from "./call.ts";

/** What the control routes steer. */
export interface Controlled {
  readonly world: World;
  readonly api: Api;
  readonly authority: Authority;
  readonly limiter: RateLimiter;
  readonly calls: Map<string, number>;
}

type Data = Readonly<Record<string, unknown>>;

const GENERATED = z.strictObject({
  seed: z.int().default(1),
  projects: z.int().min(1).default(1),
  tasks: z.int().min(0),
  sections: z.array(z.string()).min(1).max(20).default(["To do", "Doing", "Done"]),
  teamGid: z.string(),
  customFieldGids: z.array(z.string()).default([]),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
});

function reply(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function state({ world, calls }: Controlled): Response {
  const { state } = world;
  let live = state.tasks.size;
  for (const task of state.tasks.kept()) if (task.deletedAt !== null) live -= 1;
  return reply(200, {
    users: state.users.size,
    teams: state.teams.size,
    customFields: state.customFields.size,
    projects: state.projects.size,
    sections: state.sections.size,
    tasks: state.tasks.size,
    liveTasks: live,
    stories: state.stories.size,
    events: world.events.length,
    selections: world.selections.size,
    routes: calls.size,
  });
}

/** A stand-in call for changes that have no route, such as taking something out of the trash. */
function asCall(controlled: Controlled, body: Data): Call {
  const { world, authority } = controlled;
  const asked = body["asUserGid"];
  return {
    world,
    method: "POST",
    path: "",
    params: [],
    query: new URLSearchParams(),
    data: {},
    selection: null,
    actor: {
      userGid: asked === undefined ? world.tokenUserGid : asked === null ? null : shown(asked),
      source: (body["source"] as StoryRow["source"] | undefined) ?? "web",
    },
    view: integrationView(world),
    credential: authority.authenticate(`Bearer ${authority.personalToken}`),
    base: "http://sandbox/api/1.0",
    token: authority.personalToken,
  };
}

/** `{method, path, body: {data}, asUserGid|null, source}` through the API's own code, uncounted and unlimited. */
async function write(controlled: Controlled, body: Data): Promise<Response> {
  const { api, world } = controlled;
  const url = new URL(`http://sandbox/api/1.0${shown(body["path"])}`);
  const method = shown(body["method"] ?? "POST");
  const path = url.pathname.slice("/api/1.0".length);
  try {
    const text = body["body"] === undefined ? "" : JSON.stringify(body["body"]);
    const { data, optFields } = parseBody(text, "application/json", queryFields(url.searchParams));
    const { actor, base, credential } = asCall(controlled, body);
    const match = api.match(method, path);
    world.jobs.settle();
    world.events.delayMs = (method === "GET" ? undefined : world.dials.take("late-commit")?.ms) ?? 0;
    const answer = await api.answer(match, {
      method,
      path,
      query: url.searchParams,
      data,
      optFields,
      credential,
      plan: "paid",
      actor,
      base,
    });
    void world.webhooks.pump();
    return reply(answer.status, answer.body);
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    return reply(error.status, errorBody(error));
  }
}

function restore(controlled: Controlled, body: Data): Response {
  const call = asCall(controlled, body);
  const task = controlled.world.state.tasks.get(shown(body["taskGid"]));
  const project = controlled.world.state.projects.get(shown(body["projectGid"]));
  if (task !== undefined && task.deletedAt !== null) restoreTask(call, task);
  else if (project !== undefined && project.deletedAt !== null) restoreProject(call, project);
  else return reply(404, { error: "nothing of that gid is in the trash" });
  return reply(200, {});
}

function limits({ limiter, authority }: Controlled, body: Data): Response {
  const token = typeof body["token"] === "string" ? body["token"] : authority.personalToken;
  const asked: Partial<Record<keyof Limits, number>> = {};
  for (const name of ["perMinute", "reads", "writes", "searchesPerMinute", "costPerMinute"] as const) {
    const value = body[name];
    if (typeof value === "number") asked[name] = value;
  }
  return reply(200, limiter.set(token, asked));
}

function hide({ world }: Controlled, body: Data): Response {
  const gid = shown(body["projectGid"]);
  if (body["hidden"] === false) world.state.hiddenProjects.delete(gid);
  else world.state.hiddenProjects.add(gid);
  return reply(200, { hidden: [...world.state.hiddenProjects] });
}

/** Adds projects full of computed tasks: `{seed, projects, tasks, sections, teamGid, customFieldGids, from, to}`. */
function generate({ world }: Controlled, body: Data): Response {
  const parsed = GENERATED.safeParse(body);
  if (!parsed.success) return reply(400, { error: z.prettifyError(parsed.error) });
  const { state } = world;
  const { customFieldGids, teamGid } = parsed.data;
  if (!state.teams.has(teamGid) || customFieldGids.some((gid) => !state.customFields.has(gid)))
    return reply(400, { error: "no such team or custom field" });
  return reply(200, { projects: addGenerated(state, parsed.data).map((project) => project.gid) });
}

/** `{localWebhooks?, searchLagMs?, resultCeiling?}`. */
function options({ world }: Controlled, body: Data): Response {
  const { localWebhooks, searchLagMs, resultCeiling } = body;
  if (typeof localWebhooks === "boolean") world.options.localWebhooks = localWebhooks;
  if (typeof searchLagMs === "number") world.searchIndex.lagMs = searchLagMs;
  if (typeof resultCeiling === "number") world.pager.ceiling = resultCeiling;
  return reply(200, { ...world.options, searchLagMs: world.searchIndex.lagMs, resultCeiling: world.pager.ceiling });
}

/** `{plan: free|paid, token?}`: one token's plan with its limits, or with no token the default of all. */
function plan({ authority, limiter }: Controlled, body: Data): Response {
  const asked = body["plan"] === "free" ? "free" : "paid";
  const { token } = body;
  if (typeof token === "string") authority.setPlan(token, asked);
  else authority.plan = asked;
  const limits = { perMinute: asked === "free" ? FREE_LIMITS.perMinute : REAL_LIMITS.perMinute };
  if (limiter.real) limiter.set(typeof token === "string" ? token : authority.personalToken, limits);
  return reply(200, { plan: asked });
}

function countsOf({ calls }: Controlled): Response {
  const routes = Object.fromEntries([...calls].sort(([a], [b]) => a.localeCompare(b)));
  return reply(200, { total: [...calls.values()].reduce((sum, one) => sum + one, 0), routes });
}

/**
 * The control routes: `GET /state`, `/routes`, `/truth`; `GET|DELETE /calls`; `POST /write`, `/restore {taskGid|projectGid}`,
 * `/limits`, `/hide {projectGid, hidden?}`, `/events {drop?: n, expire?: true}`, `/tokens {userGid}` (issue) or
 * `{revoke: token}`, `/generate`, `/options`, `/plan {plan, token?}`, `/apps`, `/webhooks/deliver` (and wait for it).
 */
export async function control(controlled: Controlled, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const route = `${request.method} ${pathname}`;
  if (route === "GET /state") return state(controlled);
  if (route === "GET /routes") return reply(200, controlled.api.routes);
  if (route === "GET /truth") return truth(controlled.world, new URL(request.url).searchParams);
  if (route === "GET /calls") return countsOf(controlled);
  if (route === "DELETE /calls") {
    controlled.calls.clear();
    return reply(200, {});
  }
  if (request.method !== "POST") return reply(404, { error: `no control route ${route}` });
  const body = (await request.json()) as Data;
  switch (pathname) {
    case "/write":
      return write(controlled, body);
    case "/restore":
      return restore(controlled, body);
    case "/limits":
      return limits(controlled, body);
    case "/hide":
      return hide(controlled, body);
    case "/generate":
      return generate(controlled, body);
    case "/options":
      return options(controlled, body);
    case "/plan":
      return plan(controlled, body);
    case "/apps":
      return reply(200, controlled.authority.register());
    case "/webhooks/deliver":
      await controlled.world.webhooks.pump();
      return reply(200, { webhooks: controlled.world.webhooks.size });
    case "/events":
      if (typeof body["drop"] === "number") controlled.world.events.drop(body["drop"]);
      if (body["expire"] === true) controlled.world.events.expireTokens();
      return reply(200, {});
    case "/tokens":
      if (typeof body["revoke"] === "string")
        return reply(200, { revoked: controlled.authority.revoke(body["revoke"]) });
      return reply(200, {
        token: controlled.authority.issue(shown(body["userGid"] ?? controlled.world.tokenUserGid)),
      });
    default:
      return reply(404, { error: `no control route ${route}` });
  }
}
