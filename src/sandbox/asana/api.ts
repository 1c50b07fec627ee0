import { shown } from "./shown.ts";
import type { Credential } from "./auth.ts";
import type { Answer, Call } from "./call.ts";
import { ApiFault, badRequest, errorBody, noRoute } from "./errors.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addProjectRoutes } from "./project-routes.ts";
import { Router } from "./router.ts";
import type { Match } from "./router.ts";
import type { Actor } from "./rows.ts";
import { addStoryRoutes } from "./story-routes.ts";
import { addTaskRoutes } from "./task-routes.ts";
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
  readonly actor: Actor;
  readonly base: string;
}

/** Called for each API call and each batch action that is admitted, with the route's name; may refuse with 429. */
export type Admit = (route: string, credential: Credential) => void;

const MAX_ACTIONS = 10;

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
    addStoryRoutes(this.#router);
    addEventRoutes(this.#router);
    this.#router.add("POST", "/batch", (call) => this.#batch(call));
  }

  /** The route of a path; the service routes before it looks at the token. Errors: 404. */
  match(method: string, path: string): Match {
    const match = this.#router.match(method, path);
    if (match === null) throw noRoute();
    return match;
  }

  /** Runs one call. Errors: ApiFault. */
  run(match: Match, invocation: Invocation): Answer {
    const { method, path, query, data, optFields, credential, actor, base } = invocation;
    return match.handler({
      world: this.#world,
      method,
      path,
      params: match.params,
      query,
      data,
      selection: optFields === null ? null : this.#world.selections.compile(optFields),
      actor,
      viewerGid: actor.userGid ?? credential.userGid,
      app: credential.app,
      base,
      token: credential.token,
    });
  }

  /** Runs one call and turns a refusal into its answer. */
  answer(match: Match, invocation: Invocation): Answer {
    try {
      return this.run(match, invocation);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return { status: error.status, body: errorBody(error), headers: error.headers };
    }
  }

  #batch(call: Call): Answer {
    const { actions } = call.data;
    if (!Array.isArray(actions) || actions.length === 0) throw badRequest("actions: Missing input");
    if (actions.length > MAX_ACTIONS) throw badRequest(`actions: Must contain no more than ${MAX_ACTIONS} actions`);
    const credential = { token: call.token, userGid: call.viewerGid, app: call.app };
    const planned = (actions as readonly Data[]).map((action) => this.#plan(call, action, credential));
    // One action over the limit fails the whole batch, before any of them runs.
    for (const { match } of planned) if (match !== null) this.#admit(match.name, credential);
    const results = planned.map(({ match, invocation, refusal }) => {
      const answer =
        match === null ? { status: refusal.status, body: errorBody(refusal) } : this.answer(match, invocation);
      return { status_code: answer.status, headers: answer.headers ?? {}, body: answer.body };
    });
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
    const invocation = { method, path, query, data: body, optFields, credential, actor, base };
    if (path.includes("?"))
      return { match: null, invocation, refusal: badRequest("relative_path: Query strings are not allowed") };
    if (path.startsWith("/batch"))
      return { match: null, invocation, refusal: badRequest("relative_path: Nested batch requests are not allowed") };
    return { match: this.#router.match(method, path), invocation, refusal: noRoute() };
  }
}
