import type { JsonObject, Page, Position, SourceRecord, Tombstone } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { ReadContext, Reread } from "../kit/index.ts";
import { endingOf } from "./endings.ts";
import { hiddenFieldRecord, readNotes, seenFieldTombstone } from "./baseline.ts";
import { refusalBehind } from "./failures.ts";
import type { CustomFieldListing } from "./custom-field-definitions.ts";
import type { AsanaGateway } from "./gateway.ts";
import { namesEver, withFormerNames } from "./renamed-fields.ts";
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
  customFields: CustomFieldListing,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const startedAt = gateway.now();
  const before: Position = position ?? { covered: [], state: null };
  const seen = new Set<string>();
  const query = { ...list.query, opt_fields: list.fields };
  const known = list.stream === "custom_fields" ? await knownFields(context) : new Map<string, JsonObject>();
  try {
    const pages =
      list.stream === "custom_fields"
        ? onePage(customFields, context.signal)
        : gateway.list(list.path, list.params, query, context.signal);
    for await (const page of pages) {
      const { good, rejects } = accept(list.stream, objectSchema, page.rows);
      for (const { gid } of good) seen.add(gid);
      for (const { id } of rejects) if (id !== null) seen.add(id);
      const records = good.map((row) => ({
        stream: list.stream,
        id: row.gid,
        content: withFormerNames(contentOf(row), known.get(row.gid)),
      }));
      yield { records, tombstones: [], rejects, position: before };
    }
  } catch (error) {
    // A plan without custom fields has none; teams exist in organisations only (reference asana.md §6, §8).
    if (refusalBehind(error)?.status !== 402) throw error;
  }
  const gone = await absentOf(gateway, list, seen, context);
  const noted = list.stream === "custom_fields" ? await noteFields(gone, seen, known, context) : NOTHING;
  yield {
    records: noted.records,
    tombstones: [...gone, ...noted.tombstones],
    rejects: [],
    position: { covered: cover(before.covered, { from: 0, to: startedAt }), state: null },
    sourceCount: { count: seen.size, of: `${list.stream} listed` },
  };
}

async function* onePage(
  listing: CustomFieldListing,
  signal: AbortSignal,
): AsyncGenerator<{ readonly rows: readonly unknown[] }> {
  yield { rows: await listing(signal) };
}

const NOTHING = { records: [], tombstones: [] } as const;

/** Remembers the custom fields that went out of sight, until they are seen again. */
async function noteFields(
  gone: readonly Tombstone[],
  seen: ReadonlySet<string>,
  known: ReadonlyMap<string, JsonObject>,
  context: ReadContext,
): Promise<{ readonly records: readonly SourceRecord[]; readonly tombstones: readonly Tombstone[] }> {
  const records = gone
    .filter(({ cause }) => cause === "visibility lost")
    .map(({ id }) => hiddenFieldRecord(id, namesEver(known.get(id))));
  const { hiddenFields } = await readNotes(context.known);
  return { records, tombstones: [...hiddenFields.keys()].filter((gid) => seen.has(gid)).map(seenFieldTombstone) };
}

async function knownFields(context: ReadContext): Promise<Map<string, JsonObject>> {
  const known = new Map<string, JsonObject>();
  for await (const page of context.known.records("custom_fields"))
    for (const { id, content } of page) known.set(id, content);
  return known;
}

async function absentOf(
  gateway: AsanaGateway,
  list: WholeList,
  seen: Set<string>,
  context: ReadContext,
): Promise<readonly Tombstone[]> {
  const absent: string[] = [];
  for await (const page of context.known.records(list.stream)) {
    for (const { id } of page) if (!seen.has(id)) absent.push(id);
  }
  const actions = absent.map((gid) => ({ relativePath: list.single(gid), fields: "gid" }));
  const results = await gateway.readMany(actions, context.signal);
  return results.flatMap((result, i) => {
    const id = absent[i] ?? "";
    const { status } = result;
    // A field that moved between two pages of the listing was in neither.
    if (status === 200 && list.stream === "custom_fields") {
      seen.add(id);
      return [];
    }
    // It is there and belongs to this workspace no more.
    if (status === 200) return [{ stream: list.stream, id, cause: "visibility lost" as const, at: null }];
    return [endingOf(list.stream, id, result)];
  });
}

/** Reads single objects of a small list again. */
export async function rereadList(
  gateway: AsanaGateway,
  list: WholeList,
  gids: readonly string[],
  context: ReadContext,
): Promise<Reread> {
  const actions = gids.map((gid) => ({ relativePath: list.single(gid), fields: list.fields }));
  const results = await gateway.readMany(actions, context.signal);
  const known = list.stream === "custom_fields" ? await knownFields(context) : new Map<string, JsonObject>();
  const found = results.flatMap(({ status, body }) =>
    status === 200 ? [(body as { readonly data?: unknown }).data] : [],
  );
  const { good, rejects } = accept(list.stream, objectSchema, found);
  return {
    records: good.map((row) => ({
      stream: list.stream,
      id: row.gid,
      content: withFormerNames(contentOf(row), known.get(row.gid)),
    })),
    tombstones: results.flatMap((result, i) =>
      result.status === 200 ? [] : [endingOf(list.stream, gids[i] ?? "", result)],
    ),
    rejects,
  };
}
