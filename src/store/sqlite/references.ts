import { formatRecordKey } from "../../model/index.ts";
import type { KeyReference, ObjectLink, ReferenceLink } from "../../model/index.ts";
import { pagesByKey } from "./database.ts";
import type { Database } from "./database.ts";
import { keyPointers, recordPointers } from "./object-rows.ts";
import type { StreamTable } from "./streams.ts";

/** A row that refers to records. */
export interface Referring {
  readonly stream_pk: number;
  readonly key: string;
  readonly type: string;
  readonly record_references: string | null;
}

interface Pointer {
  readonly objectKey: string;
  readonly type: string;
  readonly name: string;
  readonly target: string;
}

interface Resolved {
  readonly pointers: readonly Pointer[];
  /** By the key that a pointer names: the key itself, or the survivor of a merge. */
  readonly found: ReadonlyMap<string, string>;
}

/** References to records, page by page. */
async function* resolvedPages(database: Database, streams: StreamTable): AsyncIterable<Resolved> {
  const sql = `select pk, stream_pk, key, type, record_references from object
    where record_references is not null and pk > ? order by pk limit ?`;
  for await (const rows of pagesByKey<PointerRow>(database, sql, [])) yield resolved(database, streams, rows);
}

function resolved(database: Database, streams: StreamTable, rows: readonly Referring[]): Resolved {
  const pointers: Pointer[] = [];
  const targets = new Map<number, Set<string>>();
  for (const row of rows) {
    if (row.record_references === null) continue;
    const { system, tenant } = streams.name(row.stream_pk);
    for (const { name, stream, id } of recordPointers(row.record_references)) {
      const target = formatRecordKey({ system, tenant, stream, id });
      pointers.push({ objectKey: row.key, type: row.type, name, target });
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
  return { pointers, found };
}

/** By object and name, what the references of some objects lead to; one to a record goes before one by a word. */
export function referencesOf(
  database: Database,
  streams: StreamTable,
  rows: readonly Referring[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const references = new Map<string, Record<string, string>>();
  const note = (objectKey: string, name: string, objectId: string): void => {
    const known = references.get(objectKey);
    if (known === undefined) references.set(objectKey, { [name]: objectId });
    else known[name] = objectId;
  };
  const byWords = database.all<ReferenceLink>(
    `select object_key as objectKey, name, object_id as objectId, method from key_link
     where object_key in (select value from json_each(?)) order by object_key, name`,
    JSON.stringify(rows.map(({ key }) => key)),
  );
  for (const { objectKey, name, objectId } of byWords) note(objectKey, name, objectId);
  const { pointers, found } = resolved(database, streams, rows);
  for (const { objectKey, name, target } of pointers) {
    const objectId = found.get(target);
    if (objectId !== undefined) note(objectKey, name, objectId);
  }
  return references;
}

interface PointerRow extends Referring {
  readonly pk: number;
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
