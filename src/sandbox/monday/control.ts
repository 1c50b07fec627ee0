import { z } from "zod";
import { json } from "./answers.ts";
import { logEvent, setState } from "./writes.ts";
import { controlWorld } from "./control-world.ts";
import type { WorldParts } from "./control-world.ts";
import type { CallCounter } from "./call-counter.ts";
import type { Executed, GraphQLEngine } from "./engine.ts";
import { Budget, DEMO_LIMITS } from "./limits.ts";
import type { Board, MondayState } from "./state.ts";
import { SANDBOX_TOKEN } from "./tokens.ts";
import { VERSIONS } from "./versions.ts";

export interface ControlParts extends WorldParts {
  readonly engine: GraphQLEngine;
  readonly calls: CallCounter;
}

const count = z.number().int().positive();
const BODIES = {
  "/limits": z.object({
    token: z.string().default(SANDBOX_TOKEN),
    minute: count.optional(),
    concurrency: count.optional(),
    daily: count.optional(),
    complexityMinute: count.optional(),
    complexityQuery: count.optional(),
    ip: count.optional(),
    heavyMinute: count.optional(),
    formulaMinute: count.optional(),
  }),
  "/tokens": z.object({ token: z.string(), userId: z.string().optional(), revoked: z.boolean().default(false) }),
  "/filters": z.object({ refused: z.array(z.string()) }),
  "/lag": z.object({ ms: z.number().int().nonnegative() }),
  "/write": z.object({
    query: z.string(),
    variables: z.record(z.string(), z.unknown()).default({}),
    asUserId: z.union([z.string(), z.number()]).transform(String).optional(),
  }),
  "/restore": z.object({ itemId: z.string(), asUserId: z.string().optional() }),
  "/labels": z.object({
    boardId: z.string(),
    columnId: z.string(),
    key: z.coerce.string(),
    text: z.string().nullable(),
  }),
  "/visibility": z.object({
    boardId: z.string(),
    hidden: z.boolean().optional(),
    activityHidden: z.boolean().optional(),
  }),
};

type Body<P extends keyof typeof BODIES> = z.infer<(typeof BODIES)[P]>;

/**
 * The stand-in's own routes. GET /state, GET and DELETE /calls; POST /limits, /tokens, /filters
 * (operators a filter on the last update refuses), /lag, /write
 * (a GraphQL call as any user, negative for automations; free of limits and not counted), /restore (an item), /labels
 * (renames or, with null, removes a status or dropdown label), /visibility (takes a board or its log out of sight).
 * More in `controlWorld`.
 */
export async function control(parts: ControlParts, request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^.*(?=\/[^/]+$)/u, "");
  if (request.method === "GET" && path === "/state") return json(200, counts(parts.state));
  if (path === "/calls") {
    if (request.method === "DELETE") parts.calls.reset();
    return json(200, parts.calls.snapshot());
  }
  try {
    const own = await controlWorld(parts, path, request);
    if (own !== null) return own;
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : "failed" });
  }
  if (request.method !== "POST" || !(path in BODIES)) return json(404, { error: `No such control route: ${path}` });
  const route = path as keyof typeof BODIES;
  const parsed = BODIES[route].safeParse(JSON.parse((await request.text()) || "{}"));
  if (!parsed.success) return json(400, { error: z.prettifyError(parsed.error) });
  try {
    return json(200, await act(parts, route, parsed.data));
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : "failed" });
  }
}

async function act(parts: ControlParts, route: keyof typeof BODIES, body: unknown): Promise<unknown> {
  const { state, tokens } = parts;
  switch (route) {
    case "/limits": {
      const { token: text, ...limits } = body as Body<"/limits">;
      const token = tokens.get(text);
      if (token === undefined) throw new Error("No such token");
      const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
      token.budget.limits = { ...token.budget.limits, ...given };
      return token.budget.limits;
    }
    case "/tokens": {
      const { token, userId, revoked } = body as Body<"/tokens">;
      if (revoked) tokens.revoke(token);
      else tokens.add(token, userId ?? "");
      return { token, revoked };
    }
    case "/filters":
      state.refusedFilters = new Set((body as Body<"/filters">).refused);
      return body;
    case "/lag":
      state.lag.set((body as Body<"/lag">).ms);
      return body;
    case "/write":
      return write(parts, body as Body<"/write">);
    case "/restore": {
      const { itemId, asUserId } = body as Body<"/restore">;
      return { id: setState(state, { userId: asUserId ?? tokenUser(parts) }, itemId, "active").id, state: "active" };
    }
    case "/labels": {
      const { boardId, columnId, key, text } = body as Body<"/labels">;
      return relabel(parts, knownBoard(state, boardId), columnId, key, text);
    }
    default: {
      const { boardId, hidden, activityHidden } = body as Body<"/visibility">;
      const board = knownBoard(state, boardId);
      board.hidden = hidden ?? board.hidden;
      board.activityHidden = activityHidden ?? board.activityHidden;
      return { boardId, hidden: board.hidden, activityHidden: board.activityHidden };
    }
  }
}

const tokenUser = ({ tokens }: ControlParts): string => tokens.get(SANDBOX_TOKEN)?.userId ?? "";

function knownBoard(state: MondayState, id: string): Board {
  const board = state.boards.get(id);
  if (board === undefined) throw new Error(`No such board: ${id}`);
  return board;
}

async function write(parts: ControlParts, body: Body<"/write">): Promise<unknown> {
  const checked = parts.engine.check(body.query);
  const call = { query: body.query, variables: body.variables, operationName: null };
  const budget = new Budget(DEMO_LIMITS, parts.state.environment.clock);
  const userId = body.asUserId ?? tokenUser(parts);
  const who = { userId, app: null, scopes: null, version: VERSIONS[2], budget };
  const act = (): Promise<Executed> => parts.engine.run(checked, call, who);
  const late = parts.engine.isMutation(checked, null) ? parts.state.environment.dials.take("late-commit") : null;
  const { result } = await (late === null ? act() : parts.state.lag.during(late.ms, act));
  return result;
}

function relabel(parts: ControlParts, board: Board, columnId: string, key: string, text: string | null): unknown {
  const column = board.columns.find((entry) => entry.id === columnId);
  if (column === undefined) throw new Error(`No such column: ${columnId}`);
  const before = column.labels.get(key) ?? null;
  if (text === null) column.labels.delete(key);
  else column.labels.set(key, text);
  column.revision += 1;
  logEvent(parts.state, board, { userId: tokenUser(parts) }, "change_column_settings", "board", {
    column_id: column.id,
    column_title: column.title,
  });
  return { before, after: text };
}

function counts(state: MondayState): Record<string, unknown> {
  const boards = [...state.boards.values()];
  return {
    users: state.users.size,
    workspaces: state.workspaces.length,
    boards: boards.length,
    items: boards.reduce((sum, board) => sum + board.items.size, 0),
    activeItems: boards.reduce((sum, board) => sum + board.items.activeCount, 0),
    activity: boards.reduce((sum, board) => sum + board.activity.length, 0),
    updates: state.updates.length,
  };
}
