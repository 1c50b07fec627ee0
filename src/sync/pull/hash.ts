import { canonicalJson, hashText } from "../../model/index.ts";
import type { HashedRecord, JsonObject, SourceRecord } from "../../model/index.ts";

/** The content hash that makes re-reading free: over the canonical content without the fields its stream calls volatile. */
export function hashRecord(record: SourceRecord, volatile: readonly string[] | undefined): HashedRecord {
  return { ...record, hash: hashText(canonicalJson(without(record.content, volatile))) };
}

function without(content: JsonObject, names: readonly string[] | undefined): JsonObject {
  if (names === undefined || names.length === 0) return content;
  return Object.fromEntries(Object.entries(content).filter(([name]) => !names.includes(name)));
}
