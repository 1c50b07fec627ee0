import type { ObjectSchema, Row, Value } from "../schema/index.ts";
import type { Org } from "../state/org.ts";

/** Who writes, and the instant the write is stamped with (ISO 8601 UTC, whole seconds). */
export interface WriteContext {
  readonly org: Org;
  readonly userId: string;
  readonly at: string;
  /** Whether the client saves past duplicate rules that let it (`Sforce-Duplicate-Rule-Header: allowSave=true`). */
  readonly allowDuplicates?: boolean;
}

/** A row being made: the same keys as a stored row, still changeable. */
export type Draft = Record<string, Value> & { Id: string };

/** Turns a finished draft into a row. */
export function finish(draft: Draft): Row {
  return draft;
}

/** Whether an object has a field of this name. */
export function has(object: ObjectSchema, name: string): boolean {
  return object.fieldsByName.has(name.toLowerCase());
}

/** Puts the stamps of a modification on a draft. */
export function stampModified(context: WriteContext, object: ObjectSchema, draft: Draft): void {
  if (has(object, "LastModifiedDate")) draft["LastModifiedDate"] = context.at;
  if (has(object, "LastModifiedById")) draft["LastModifiedById"] = context.userId;
  if (has(object, "SystemModstamp")) draft["SystemModstamp"] = context.at;
}
