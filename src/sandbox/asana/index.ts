import { OrganisationError } from "../kit/system.ts";
import type { SandboxEnvironment, SandboxSystem } from "../kit/system.ts";
import type { AsanaSeed } from "../seeds.ts";
import { Api } from "./api.ts";
import { Authority, json } from "./auth.ts";
import { bodyOf, queryFields } from "./body.ts";
import { control } from "./control.ts";
import { FAULTS, failure, routes } from "./dials.ts";
import { ApiFault, errorBody, noRoute, unauthorized } from "./errors.ts";
import { DEMO_LIMITS, RateLimiter, REAL_LIMITS } from "./limits.ts";
import { organise } from "./organisation.ts";
import type { Organised } from "./organisation.ts";
import { createWorld } from "./world.ts";

const BASE = "/api/1.0";
const SEARCH = "GET /workspaces/{workspace_gid}/tasks/search";

/** The stand-in for Asana: `/api/1.0` and the OAuth pages under `/-/` (reference asana.md). */
export function createAsana(seed: AsanaSeed, environment: SandboxEnvironment): SandboxSystem {
  const world = createWorld(seed, environment);
  const authority = new Authority(seed.tokenUserGid, () => environment.clock.wallNow());
  const limiter = new RateLimiter(
    () => environment.clock.now(),
    environment.limits === "real" ? REAL_LIMITS : DEMO_LIMITS,
  );
  const calls = new Map<string, number>();
  const count = (route: string): void => {
    calls.set(route, (calls.get(route) ?? 0) + 1);
  };
  const admit = (route: string, token: string): void => {
    count(route);
    limiter.charge(token, 1);
    if (route === SEARCH) limiter.chargeSearch(token);
  };
  const api = new Api(world, (route, { token }) => {
    admit(route, token);
  });

  async function callApi(request: Request, url: URL): Promise<Response> {
    const { method } = request;
    const path = url.pathname.slice(BASE.length);
    let leave: (() => void) | null = null;
    try {
      const match = api.match(method, path);
      const credential = authority.authenticate(request.headers.get("authorization"));
      if (environment.dials.take("expire-token") !== null) {
        // A personal token does not expire: it is refused for once. One of an app is over for good.
        if (credential.app !== null) authority.revoke(credential.token);
        throw unauthorized();
      }
      const write = method !== "GET";
      // A batch is charged by its actions.
      if (match.name !== "POST /batch") admit(match.name, credential.token);
      leave = limiter.enter(credential.token, write);
      const { data, optFields, pretty } = await bodyOf(request, queryFields(url.searchParams));
      const actor = { userGid: credential.userGid, source: "api" } as const;
      const base = `${url.origin}${BASE}`;
      world.jobs.settle();
      world.events.delayMs = (write ? environment.dials.take("late-commit")?.ms : undefined) ?? 0;
      const plan = authority.planOf(credential.token);
      const answer = await api.run(match, {
        method,
        path,
        query: url.searchParams,
        data,
        optFields,
        credential,
        plan,
        actor,
        base,
      });
      limiter.spend(credential.token, answer.body);
      const indent = pretty === true || url.searchParams.has("opt_pretty");
      return json(answer.status, answer.body, answer.headers, indent);
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      return json(error.status, errorBody(error), error.headers);
    } finally {
      leave?.();
    }
  }

  async function oauth(request: Request, url: URL): Promise<Response> {
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /-/oauth_authorize") return authority.authorize(url.searchParams);
    const form = new URLSearchParams(request.method === "POST" ? await request.text() : "");
    if (route === "POST /-/oauth_token")
      return authority.exchange(form, (gid) => {
        const user = world.state.users.get(gid);
        return { id: gid, gid, name: user?.name ?? "", email: user?.email ?? "" };
      });
    if (route === "POST /-/oauth_revoke") return authority.revokeGrant(form);
    return json(404, errorBody(noRoute()));
  }

  async function route(request: Request, url: URL): Promise<Response> {
    if (url.pathname.startsWith(`${BASE}/`)) return callApi(request, url);
    if (url.pathname.startsWith("/-/")) return oauth(request, url);
    return json(404, errorBody(noRoute()));
  }

  const steer = (request: Request): Promise<Response> => control({ world, api, authority, limiter, calls }, request);
  const write: Organised["write"] = async (method, path, data) => {
    const body = JSON.stringify({ method, path, body: { data: data ?? {} } });
    const response = await steer(new Request("http://control/write", { method: "POST", body }));
    const told = (await response.json()) as { readonly data?: Readonly<Record<string, unknown>> };
    if (!response.ok) throw new OrganisationError(JSON.stringify(told));
    return told.data ?? {};
  };

  return {
    name: "asana",
    fetch: async (request) => {
      const url = new URL(request.url);
      const answer = await route(request, url);
      // The service's own clock, as its Date header shows it.
      answer.headers.set("date", new Date(environment.clock.now()).toUTCString());
      void world.webhooks.pump();
      return answer;
    },
    control: steer,
    routes,
    faults: FAULTS,
    failure,
    organise: (change) => organise({ world, write }, change),
    describe: (origin) => ({
      baseUrl: `${origin}${BASE}`,
      token: authority.personalToken,
      workspaceGid: seed.workspace.gid,
      clientId: authority.clientId,
      clientSecret: authority.clientSecret,
    }),
    environment: (origin) => ({
      ASANA_MAIN_BASE_URL: `${origin}${BASE}`,
      ASANA_MAIN_TOKEN: authority.personalToken,
    }),
    tick: async () => {
      world.jobs.settle();
      await world.webhooks.pump();
    },
    close: async () => {},
  };
}
