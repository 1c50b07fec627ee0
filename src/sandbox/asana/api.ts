import { shown } from "./shown.ts";
import { viewOf } from "./auth.ts";
import type { Credential } from "./auth.ts";
import type { Answer, Call } from "./call.ts";
import { ApiFault, badRequest, errorBody, noRoute } from "./errors.ts";
import { addBriefRoutes } from "./brief-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addFieldRoutes } from "./field-routes.ts";
import { addGoalRoutes } from "./goal-routes.ts";
import { addJobRoutes } from "./job-routes.ts";
import { addMemberRoutes } from "./member-routes.ts";
import { checkPlan, checkScope } from "./permissions.ts";
import { addPortfolioRoutes } from "./portfolio-routes.ts";
import { addProjectRoutes } from "./project-routes.ts";
import { Router } from "./router.ts";
import type { Match } from "./router.ts";
import type { Actor } from "./rows.ts";
import { addSearchRoutes } from "./search-routes.ts";
import { addStatusRoutes } from "./status-routes.ts";
import { addStoryRoutes } from "./story-routes.ts";
import { addTagRoutes } from "./tag-routes.ts";
import { addTaskRelationRoutes } from "./task-relation-routes.ts";
import { addTaskRoutes } from "./task-routes.ts";
import { addTimeTrackingRoutes } from "./time-tracking-routes.ts";
import type { View } from "./view.ts";
import { addWebhookRoutes } from "./webhook-routes.ts";
import { addWorkspaceRoutes } from "./workspace-routes.ts";
import type { World } from "./world.ts";

type Data = Readonly<Record<string, unknown>>;

export interface Invocation {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly data: Data;
  readonly optFields: string | null;
  readonly credential: Credential;
  readonly plan: View["plan"];
  readonly actor: Actor;
  readonly base: string;
}

/** Called for each API call and each batch action that is admitted, with the route's name; may refuse with 429. */
export type Admit = (route: string, credential: Credential) => void;

const MAX_ACTIONS = 10;
const NO_BATCH = /^\/(?:batch|attachments|organization_exports|scim)(?:\/|$)/u;

/** The routes and how a call runs through them; no HTTP here, so batches and control writes take the same way. */
export class Api {
  readonly #world: World;
  readonly #router = new Router();
  readonly #admit: Admit;

  constructor(world: World, admit: Admit) {
    this.#world = world;
    this.#admit = admit;
    addWorkspaceRoutes(this.#router);
    addProjectRoutes(this.#router);
    addTaskRoutes(this.#router);
    addTaskRelationRoutes(this.#router);
    addTagRoutes(this.#router);
    addFieldRoutes(this.#router);
    addSearchRoutes(this.#router);
    addPortfolioRoutes(this.#router);
    addGoalRoutes(this.#router);
    addStatusRoutes(this.#router);
    addMemberRoutes(this.#router);
    addJobRoutes(this.#router);
    addWebhookRoutes(this.#router);
    addStoryRoutes(this.#router);
    addEventRoutes(this.#router);
    addTimeTrackingRoutes(this.#router);
    addBriefRoutes(this.#router);
    this.#router.add("POST", "/batch", (call) => this.#batch(call));
  }

  /** The names of all routes: `GET /tasks/{task_gid}`. */
  get routes(): readonly string[] {
    return this.#router.names;
  }

  /** The route of a path; the service routes before it looks at the token. Errors: 404. */
  match(method: string, path: string): Match {
    const match = this.#router.match(method, path);
    if (match === null) throw noRoute();
    return match;
  }

  /** Runs one call. Errors: ApiFault. */
  run(match: Match, invocation: Invocation): Answer | Promise<Answer> {
    const { method, path, query, data, optFields, credential, plan, actor, base } = invocation;
    checkScope(credential, match.name);
    checkPlan(plan, match.name);
    const { state, selections } = this.#world;
    const before = state.changing;
    state.changing = method !== "GET";
    try {
      return match.handler({
        world: this.#world,
        method,
        path,
        params: match.params,
        query,
        data,
        selection: optFields === null ? null : selections.compile(optFields),
        actor,
        view: { ...viewOf(credential, plan), viewerGid: actor.userGid ?? credential.userGid },
        credential,
        base,
        token: credential.token,
      });
    } finally {
      state.changing = before;
    }
  }

  /** Runs one call and turns a refusal into its answer. */
  async answer(match: Match, invocation: Invocation): Promise<Answer> {
    try {
      return await this.run(match, invocation);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return { status: error.status, body: errorBody(error), headers: error.headers };
    }
  }

  async #batch(call: Call): Promise<Answer> {
    const { actions } = call.data;
    if (!Array.isArray(actions) || actions.length === 0) throw badRequest("actions: Missing input");
    if (actions.length > MAX_ACTIONS) throw badRequest(`actions: Must contain no more than ${MAX_ACTIONS} actions`);
    const { credential } = call;
    const planned = (actions as readonly Data[]).map((action) => this.#plan(call, action, credential));
    // One action over the limit fails the whole batch, before any of them runs.
    for (const { match } of planned) if (match !== null) this.#admit(match.name, credential);
    const results: unknown[] = [];
    for (const { match, invocation, refusal } of planned) {
      const broken = this.#world.dials.take("error-in-200") !== null;
      const answer = broken
        ? { status: 500, body: errorBody(new ApiFault(500, "Server Error")) }
        : match === null
          ? { status: refusal.status, body: errorBody(refusal) }
          : await this.answer(match, invocation);
      results.push({ status_code: answer.status, headers: answer.headers ?? {}, body: answer.body });
    }
    return { status: 200, body: { data: results } };
  }

  #plan(
    call: Call,
    action: Data,
    credential: Credential,
  ): { readonly match: Match | null; readonly invocation: Invocation; readonly refusal: ApiFault } {
    const method = shown(action["method"]).toUpperCase();
    const relative = shown(action["relative_path"]);
    const data = (action["data"] ?? {}) as Data;
    const options = (action["options"] ?? {}) as Data;
    const query = new URLSearchParams();
    if (method === "GET") for (const [name, value] of Object.entries(data)) query.set(name, shown(value));
    for (const name of ["limit", "offset"]) {
      const value = options[name];
      if (value !== undefined && value !== null) query.set(name, shown(value));
    }
    const fields = options["fields"];
    const asked = Array.isArray(fields) ? fields.join(",") : typeof fields === "string" ? fields : null;
    const path = relative.startsWith("/") ? relative : `/${relative}`;
    const optFields = asked ?? query.get("opt_fields");
    const body = method === "GET" ? {} : data;
    const { actor, base } = call;
    const { plan } = call.view;
    const invocation = { method, path, query, data: body, optFields, credential, plan, actor, base };
    if (path.includes("?"))
      return { match: null, invocation, refusal: badRequest("relative_path: Query strings are not allowed") };
    if (NO_BATCH.test(path) && method !== "GET")
      return { match: null, invocation, refusal: badRequest(`relative_path: Not allowed in a batch: ${path}`) };
    return { match: this.#router.match(method, path), invocation, refusal: noRoute() };
  }
}
