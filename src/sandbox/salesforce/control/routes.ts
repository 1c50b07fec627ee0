import { z } from "zod";
import type { Credentials } from "../auth/credentials.ts";
import type { Sessions } from "../auth/sessions.ts";
import { SalesforceError } from "../errors.ts";
import type { RestState } from "../rest/call.ts";
import type { ServerSettings } from "../rest/server.ts";
import { splitPath } from "../rest/paths.ts";
import type { ObjectSchema } from "../schema/index.ts";
import type { StagedWrite } from "../state/staged.ts";
import { convertLead, createRecord, hardDelete, mergeRecords, undelete, updateRecord } from "../writes/index.ts";
import type { CallCounter } from "./calls.ts";
import { tellTruth } from "./truth.ts";

/** What the control routes reach into. */
export interface ControlState {
  readonly rest: RestState;
  readonly settings: ServerSettings;
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly calls: CallCounter;
  /** The user writes are made as when none is named. */
  readonly userId: string;
}

const WRITE = z.object({
  object: z.string(),
  id: z.string().optional(),
  fields: z.record(z.string(), z.unknown()),
  asUserId: z.string().optional(),
});
const RECORD = z.object({ object: z.string(), id: z.string(), asUserId: z.string().optional() });
const MERGE = z.object({
  object: z.string().default("Account"),
  masterId: z.string(),
  loserId: z.string(),
  asUserId: z.string().optional(),
});
const CONVERT = z.object({
  leadId: z.string(),
  convertedStatus: z.string().optional(),
  accountId: z.string().optional(),
  contactId: z.string().optional(),
  opportunityId: z.string().optional(),
  opportunityName: z.string().optional(),
  doNotCreateOpportunity: z.boolean().optional(),
  ownerId: z.string().optional(),
  asUserId: z.string().optional(),
});
const STAGE = z.object({ writes: z.array(WRITE), commitAfterMs: z.number().nonnegative().nullable().default(null) });
const LIMITS = z.object({ dailyCalls: z.number().int().nonnegative(), token: z.string().nullable().default(null) });
const PAGING = z.object({ rows: z.number().int().positive() });
const SESSIONS = z.object({ timeoutSeconds: z.number().positive().optional(), rotate: z.boolean().optional() });
const USER = z.object({ userId: z.string().optional() });
/** Objects, fields by object and record ids to hide from the API, or to show again. */
const VISIBILITY = z.object({
  hidden: z.boolean().default(true),
  objects: z.array(z.string()).default([]),
  fields: z.record(z.string(), z.array(z.string())).default({}),
  rows: z.array(z.string()).default([]),
  /** Objects, and fields by object, that may be read but not written. */
  readOnly: z
    .object({ objects: z.array(z.string()).default([]), fields: z.record(z.string(), z.array(z.string())).default({}) })
    .default({ objects: [], fields: {} }),
  /** The only user this is about; everyone when left out. */
  userId: z.string().optional(),
});
/** How many looks a bulk job takes (null: it never ends), and the message it fails with (null: it succeeds). */
const PACE = z.object({
  polls: z.number().int().positive().nullable().optional(),
  failWith: z.string().nullable().optional(),
});
/** Validation rules (records with such values are refused) and duplicate rules of the org; they replace former ones. */
const RULES = z.object({
  validations: z
    .array(
      z.object({
        object: z.string(),
        when: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        message: z.string(),
        field: z.string().nullable().default(null),
      }),
    )
    .default([]),
  duplicates: z
    .array(z.object({ object: z.string(), fields: z.array(z.string()).min(1), allowSave: z.boolean().default(true) }))
    .default([]),
});
const SETTINGS = z.object({ gzip: z.boolean().optional() });
const KEY = z.object({ publicKey: z.string() });

type Handler = (state: ControlState, body: unknown) => unknown;

function objectNamed(state: ControlState, name: string): ObjectSchema {
  const object = state.rest.org.schema.object(name);
  if (object === undefined) throw new SalesforceError(400, "INVALID_TYPE", `sObject type '${name}' is not supported.`);
  return object;
}

function context(
  state: ControlState,
  asUserId: string | undefined,
): { org: RestState["org"]; userId: string; at: string } {
  return { org: state.rest.org, userId: asUserId ?? state.userId, at: state.rest.org.now() };
}

/** Creates (no id) or updates a record as some user, with the given stamp or now's. */
export function writeAs(state: Pick<ControlState, "rest" | "userId">, write: StagedWrite, at?: string): string {
  const { org } = state.rest;
  const object = org.schema.object(write.object);
  if (object === undefined) {
    throw new SalesforceError(400, "INVALID_TYPE", `sObject type '${write.object}' is not supported.`);
  }
  const writer = { org, userId: write.asUserId ?? state.userId, at: at ?? org.now() };
  return org.atomically(() => {
    if (write.id === undefined) return createRecord(writer, object, write.fields);
    updateRecord(writer, object, write.id, write.fields);
    return write.id;
  });
}

const ROUTES: Readonly<Record<string, Handler>> = {
  "GET state": (state) => {
    const { org, cursors } = state.rest;
    const rows: Record<string, { live: number; deleted: number }> = {};
    for (const object of org.schema.objects) {
      rows[object.name] = org.table(object).counts();
    }
    return { objects: rows, openCursors: cursors.size, now: org.now() };
  },
  "GET calls": (state) => state.calls.report(),
  "DELETE calls": (state) => {
    state.calls.reset();
    return {};
  },
  "POST limits": (state, body) => {
    const { dailyCalls, token } = LIMITS.parse(body);
    state.rest.quota.limit(dailyCalls, token);
    return {};
  },
  "POST paging": (state, body) => {
    state.rest.cursors.pageCap = PAGING.parse(body).rows;
    return {};
  },
  "DELETE cursors": (state) => {
    state.rest.cursors.clear();
    return {};
  },
  "POST write": (state, body) => ({ id: writeAs(state, WRITE.parse(body)) }),
  "POST merge": (state, body) => {
    const { object, masterId, loserId, asUserId } = MERGE.parse(body);
    const { org } = state.rest;
    org.atomically(() => {
      mergeRecords(context(state, asUserId), objectNamed(state, object), masterId, loserId);
    });
    return {};
  },
  "POST convert": (state, body) => {
    const { asUserId, ...input } = CONVERT.parse(body);
    return state.rest.org.atomically(() => convertLead(context(state, asUserId), input));
  },
  "POST hard-delete": (state, body) => {
    const { object, id, asUserId } = RECORD.parse(body);
    state.rest.org.atomically(() => {
      hardDelete(context(state, asUserId), objectNamed(state, object), id);
    });
    return {};
  },
  "POST undelete": (state, body) => {
    const { object, id, asUserId } = RECORD.parse(body);
    state.rest.org.atomically(() => {
      undelete(context(state, asUserId), objectNamed(state, object), id);
    });
    return {};
  },
  "POST transactions": (state, body) => {
    const { writes, commitAfterMs } = STAGE.parse(body);
    return { transaction: state.rest.staged.stage(writes, commitAfterMs) };
  },
  "POST sessions": (state, body) => {
    const { userId } = USER.parse(body);
    return { accessToken: state.sessions.open(userId ?? state.userId).token };
  },
  "PATCH sessions": (state, body) => {
    state.sessions.configure(SESSIONS.parse(body));
    return {};
  },
  "DELETE sessions": (state) => {
    state.sessions.expireAll();
    return {};
  },
  "POST refresh-tokens": (state, body) => {
    const { userId } = USER.parse(body);
    return { refreshToken: state.sessions.grantRefresh(userId ?? state.userId) };
  },
  "POST visibility": (state, body) => {
    const { hidden, objects, fields, rows, readOnly, userId } = VISIBILITY.parse(body);
    const all = state.rest.org.visibility;
    const visibility = userId === undefined ? all : all.of(userId);
    for (const name of objects) visibility.hideObject(objectNamed(state, name).name, hidden);
    for (const [name, names] of Object.entries(fields)) {
      visibility.hideFields(objectNamed(state, name).name, hidden ? names : []);
    }
    visibility.hideRows(rows, hidden);
    for (const name of readOnly.objects) visibility.holdBack(objectNamed(state, name).name, null, hidden);
    for (const [name, names] of Object.entries(readOnly.fields)) {
      for (const field of names) visibility.holdBack(objectNamed(state, name).name, field, hidden);
    }
    return {};
  },
  "POST bulk": (state, body) => {
    const { polls, failWith } = PACE.parse(body);
    const { pace } = state.rest.bulkJobs;
    if (polls !== undefined) pace.polls = polls;
    if (failWith !== undefined) pace.failWith = failWith;
    return pace;
  },
  "PUT rules": (state, body) => {
    const { validations, duplicates } = RULES.parse(body);
    state.rest.org.rules.set(validations, duplicates);
    return {};
  },
  "PATCH settings": (state, body) => {
    const { gzip } = SETTINGS.parse(body);
    if (gzip !== undefined) state.settings.gzip = gzip;
    return state.settings;
  },
  "POST keys": (state, body) => {
    state.credentials.register(KEY.parse(body).publicKey);
    return {};
  },
};

/** Routes that change records as people do. */
const CHANGES = new Set(["write", "merge", "convert", "hard-delete", "undelete"]);

/** Answers the sandbox's own routes; 404 for others, 400 for a body that does not fit. */
export async function handleControl(state: ControlState, request: Request): Promise<Response> {
  const all = splitPath(new URL(request.url).pathname);
  const path = all[0] === "systems" ? all.slice(2) : all;
  const text = await request.text();
  try {
    if (request.method === "POST" && path[0] === "transactions" && path[2] === "commit") {
      const ids = state.rest.staged.commit(path[1] ?? "");
      return ids === undefined
        ? Response.json({ error: "no such transaction" }, { status: 404 })
        : Response.json({ ids });
    }
    state.rest.staged.commitDue();
    if (request.method === "GET" && path.join("/") === "truth") {
      return tellTruth(
        state.rest.org,
        state.userId,
        new URL(request.url).searchParams.get("streams")?.split(",") ?? null,
      );
    }
    const handler = ROUTES[`${request.method} ${path.join("/")}`];
    if (handler === undefined) return Response.json({ error: "no such route" }, { status: 404 });
    const body: unknown = text === "" ? {} : JSON.parse(text);
    return Response.json(
      CHANGES.has(path[0] ?? "") ? state.rest.staged.run(() => handler(state, body)) : handler(state, body),
    );
  } catch (error) {
    if (error instanceof SalesforceError) return Response.json([error.element()], { status: error.status });
    if (error instanceof z.ZodError) return Response.json({ error: z.prettifyError(error) }, { status: 400 });
    if (error instanceof SyntaxError) return Response.json({ error: error.message }, { status: 400 });
    throw error;
  }
}
