import type { Page, Position, Tombstone } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { accept, contentOf, objectSchema } from "./shapes.ts";

/** A small list the API can only give whole. */
export interface WholeList {
  readonly stream: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Where one object is asked for by name. */
  readonly single: (gid: string) => string;
  readonly fields: string;
}

export function wholeLists(workspace: string): Readonly<Record<string, WholeList>> {
  const params = { workspace_gid: workspace };
  const lists: readonly WholeList[] = [
    {
      stream: "workspaces",
      path: "/workspaces",
      params: {},
      query: {},
      single: (gid) => `/workspaces/${gid}`,
      fields: "gid,name,is_organization",
    },
    {
      stream: "teams",
      path: "/workspaces/{workspace_gid}/teams",
      params,
      query: {},
      single: (gid) => `/teams/${gid}`,
      fields: "gid,name",
    },
    {
      stream: "users",
      path: "/users",
      params: {},
      query: { workspace },
      single: (gid) => `/users/${gid}`,
      fields: "gid,name,email",
    },
    {
      stream: "custom_fields",
      path: "/workspaces/{workspace_gid}/custom_fields",
      params,
      query: {},
      single: (gid) => `/custom_fields/${gid}`,
      fields: "gid,name,resource_subtype,precision,enum_options.gid,enum_options.name,enum_options.enabled",
    },
  ];
  return Object.fromEntries(lists.map((list) => [list.stream, list]));
}

/** Reads a small list whole; what is no longer listed is asked for by name before it is called gone. */
export async function* readWholeList(
  gateway: AsanaGateway,
  list: WholeList,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const startedAt = gateway.now();
  const before: Position = position ?? { covered: [], state: null };
  const seen = new Set<string>();
  const query = { ...list.query, opt_fields: list.fields };
  try {
    for await (const page of gateway.list(list.path, list.params, query, context.signal)) {
      const { good, rejects } = accept(list.stream, objectSchema, page.rows);
      for (const { gid } of good) seen.add(gid);
      const records = good.map((row) => ({ stream: list.stream, id: row.gid, content: contentOf(row) }));
      yield { records, tombstones: [], rejects, position: before };
    }
  } catch (error) {
    // A plan without custom fields has none; teams exist in organisations only (reference asana.md §6, §8).
    if (refusalBehind(error)?.status !== 402) throw error;
  }
  yield {
    records: [],
    tombstones: await absentOf(gateway, list, seen, context),
    rejects: [],
    position: { covered: cover(before.covered, { from: 0, to: startedAt }), state: null },
    sourceCount: { count: seen.size, of: `${list.stream} listed` },
  };
}

async function absentOf(
  gateway: AsanaGateway,
  list: WholeList,
  seen: ReadonlySet<string>,
  context: ReadContext,
): Promise<readonly Tombstone[]> {
  const absent: string[] = [];
  for await (const page of context.known.records(list.stream)) {
    for (const { id } of page) if (!seen.has(id)) absent.push(id);
  }
  const actions = absent.map((gid) => ({ relativePath: list.single(gid), fields: "gid" }));
  const results = await gateway.readMany(actions, context.signal);
  return results.map(({ status }, i) => ({
    stream: list.stream,
    id: absent[i] ?? "",
    cause: status === 404 ? ("deleted" as const) : ("visibility lost" as const),
    at: null,
  }));
}
