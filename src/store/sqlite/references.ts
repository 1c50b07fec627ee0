import { formatRecordKey } from "../../model/index.ts";
import type { KeyReference, ObjectLink, ReferenceLink } from "../../model/index.ts";
import { pagesByKey } from "./database.ts";
import type { Database } from "./database.ts";
import { keyPointers, recordPointers } from "./object-rows.ts";
import type { StreamTable } from "./streams.ts";

interface Pointer {
  readonly objectKey: string;
  readonly type: string;
  readonly name: string;
  readonly target: string;
}

/** References to records, page by page, with what their targets are: the key itself, or the survivor of a merge. */
async function* resolvedPages(
  database: Database,
  streams: StreamTable,
): AsyncIterable<{ readonly pointers: readonly Pointer[]; readonly found: ReadonlyMap<string, string> }> {
  const sql = `select pk, stream_pk, key, type, record_references as refs from object
    where record_references is not null and pk > ? order by pk limit ?`;
  for await (const rows of pagesByKey<PointerRow>(database, sql, [])) {
    const pointers: Pointer[] = [];
    const targets = new Map<number, Set<string>>();
    for (const row of rows) {
      const { system, tenant } = streams.name(row.stream_pk);
      for (const { name, stream, id } of recordPointers(row.refs)) {
        pointers.push({
          objectKey: row.key,
          type: row.type,
          name,
          target: formatRecordKey({ system, tenant, stream, id }),
        });
        const streamPk = streams.known({ system, tenant, stream });
        if (streamPk === undefined) continue;
        const ids = targets.get(streamPk);
        if (ids === undefined) targets.set(streamPk, new Set([id]));
        else ids.add(id);
      }
    }
    const found = new Map<string, string>();
    for (const [streamPk, ids] of targets) {
      const known = database.all<{ key: string; id: string }>(
        `select o.key, coalesce(m.object_id, o.key) as id from object o left join object_link m on m.object_key = o.key
         where o.stream_pk = ? and o.entity_id in (select value from json_each(?))`,
        streamPk,
        JSON.stringify([...ids]),
      );
      for (const { key, id } of known) found.set(key, id);
    }
    yield { pointers, found };
  }
}

interface PointerRow {
  readonly pk: number;
  readonly stream_pk: number;
  readonly key: string;
  readonly type: string;
  readonly refs: string;
}

export async function readReferenceLinks(database: Database, streams: StreamTable): Promise<readonly ReferenceLink[]> {
  const links = [
    ...database.all<ReferenceLink>(
      "select object_key as objectKey, name, object_id as objectId, method from key_link order by object_key, name",
    ),
  ];
  for await (const { pointers, found } of resolvedPages(database, streams)) {
    for (const { objectKey, name, target } of pointers) {
      const objectId = found.get(target);
      if (objectId !== undefined) links.push({ objectKey, name, objectId, method: "record" });
    }
  }
  return links;
}

export interface ReferenceCounts {
  readonly resolved: number;
  readonly unresolved: readonly { readonly type: string; readonly reference: string; readonly count: number }[];
}

export async function countReferences(database: Database, streams: StreamTable): Promise<ReferenceCounts> {
  let resolved = 0;
  const unresolved = new Map<string, { type: string; reference: string; count: number }>();
  for await (const { pointers, found } of resolvedPages(database, streams)) {
    for (const { type, name, target } of pointers) {
      if (found.has(target)) {
        resolved += 1;
        continue;
      }
      const known = unresolved.get(`${type}\0${name}`);
      if (known === undefined) unresolved.set(`${type}\0${name}`, { type, reference: name, count: 1 });
      else known.count += 1;
    }
  }
  return { resolved, unresolved: [...unresolved.values()] };
}

export function readKeyReferences(database: Database): readonly KeyReference[] {
  return database
    .all<{ key: string; type: string; refs: string }>(
      "select key, type, key_references as refs from object where key_references is not null order by key",
    )
    .flatMap(({ key, type, refs }) =>
      keyPointers(refs).map((reference) => ({ objectKey: key, objectType: type, reference })),
    );
}

/** Objects whose record the system merged into another of the same stream. */
export function readMerges(database: Database): readonly { readonly key: string; readonly into: string }[] {
  return database.all("select key, merged_into as 'into' from object where merged_into is not null order by key");
}

export function replaceLinks(
  database: Database,
  links: { readonly objects: readonly ObjectLink[]; readonly keys: readonly ReferenceLink[] },
): void {
  database.run("delete from object_link");
  database.run("delete from key_link");
  for (const link of links.objects) {
    database.run(
      "insert into object_link (object_key, object_id, method, confidence, why) values (?, ?, ?, ?, ?)",
      link.objectKey,
      link.objectId,
      link.method,
      link.confidence,
      link.why,
    );
  }
  for (const link of links.keys) {
    database.run(
      "insert into key_link (object_key, name, object_id, method) values (?, ?, ?, ?)",
      link.objectKey,
      link.name,
      link.objectId,
      link.method,
    );
  }
}
