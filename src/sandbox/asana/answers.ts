import { badRequest } from "./errors.ts";
import { tokenExpired } from "./paging.ts";
import type { Answer, Call } from "./call.ts";
import { render } from "./selection.ts";
import { shuffled } from "../kit/random.ts";
import type { ResourceType } from "./selection.ts";
import type { Filter } from "./paging.ts";
import type { Source } from "./source.ts";

/** One object: the selection asked for, else its full form. */
export function one<Row>(call: Call, type: ResourceType<Row>, row: Row, status = 200): Answer {
  const data = render(type, row, call.selection ?? type.full, call.view);
  if (status !== 201) return { status, body: { data } };
  const gid = typeof data["gid"] === "string" ? data["gid"] : "";
  return {
    status,
    body: { data },
    headers: { location: `${call.base}/${COLLECTIONS[type.name] ?? `${type.name}s`}/${gid}` },
  };
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  story: "stories",
  status_update: "status_updates",
  project_status: "project_statuses",
};

/** A page of a list: the selection asked for, else compact; `next_page` only when a limit was given. */
export function list<Row extends { readonly gid: string }>(
  call: Call,
  type: ResourceType<Row>,
  rows: Source<Row>,
  filter: Filter<Row> | null = null,
): Answer {
  const limit = call.query.get("limit");
  const offset = call.query.get("offset");
  if (offset === "") throw badRequest("offset: Your pagination token is invalid.");
  const rest = new URLSearchParams(call.query);
  rest.delete("limit");
  rest.delete("offset");
  const query = offset === null && limit === null ? "" : `${call.path}?${identity(rest)}`;
  if (offset !== null && call.world.dials.take("expire-cursor") !== null) throw tokenExpired();
  const page = call.world.pager.cut(rows, filter, query, limit, offset);
  const selection = call.selection ?? type.compact;
  const data = inSomeOrder(call, page.rows).map((row) => render(type, row, selection, call.view));
  if (page.next === undefined) return { status: 200, body: { data } };
  if (page.next === null) return { status: 200, body: { data, next_page: null } };
  rest.set("limit", limit ?? "");
  rest.set("offset", page.next);
  const path = `${call.path}?${rest.toString()}`;
  return { status: 200, body: { data, next_page: { offset: page.next, path, uri: `${call.base}${path}` } } };
}

/** The filters of a listing; what the answer looks like does not bind a token. */
function identity(query: URLSearchParams): string {
  const kept = [...query].filter(([name]) => !name.startsWith("opt_"));
  return kept
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join("&");
}

/** A whole list that never pages. */
export function whole<Row>(call: Call, type: ResourceType<Row>, rows: readonly Row[]): Answer {
  const selection = call.selection ?? type.compact;
  return { status: 200, body: { data: rows.map((row) => render(type, row, selection, call.view)) } };
}

/** Tasks and people come in no order that is promised; sections, stories and fields come in theirs. */
function inSomeOrder<Row>(call: Call, rows: readonly Row[]): readonly Row[] {
  if (rows.length < 2 || !/^\/(?:tasks|users)$|\/(?:tasks|users)$/u.test(call.path)) return rows;
  const dial = call.world.dials.take("reorder");
  if (dial === null) return rows;
  return [...shuffled(rows.length, dial.draw)].flatMap((at) => rows[at] ?? []);
}
