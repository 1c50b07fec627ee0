import { notFound, SalesforceError } from "../errors.ts";
import type { ObjectSchema, Row } from "../schema/index.ts";
import { normalizeId } from "../state/org.ts";
import type { Table } from "../state/table.ts";
import { has } from "./context.ts";
import type { WriteContext } from "./context.ts";
import { checkAccess, liveRecord } from "./records.ts";

interface Doomed {
  readonly table: Table;
  readonly row: Row;
}

/** The record and everything that goes with it, parents first. */
function cascade(context: WriteContext, table: Table, row: Row, found: Map<string, Doomed>): Map<string, Doomed> {
  if (found.has(row.Id)) return found;
  found.set(row.Id, { table, row });
  for (const child of table.object.children) {
    if (!child.cascadeDelete) continue;
    const children = context.org.tableNamed(child.object);
    for (const each of children.withValue(child.field, row.Id)) cascade(context, children, each, found);
  }
  return found;
}

/** Marks one row deleted; field history has no stamp to move (reference salesforce.md §9, §10). */
export function markDeleted(
  context: WriteContext,
  table: Table,
  row: Row,
  root: string,
  more: Partial<Row> = {},
): void {
  if (row["IsDeleted"] === true || !has(table.object, "IsDeleted")) return;
  const marked: Record<string, Row[string]> & { Id: string } = { ...row, IsDeleted: true };
  for (const [name, value] of Object.entries(more)) if (value !== undefined) marked[name] = value;
  if (has(table.object, "SystemModstamp")) marked["SystemModstamp"] = context.at;
  if (has(table.object, "LastModifiedDate")) {
    marked["LastModifiedDate"] = context.at;
    marked["LastModifiedById"] = context.userId;
  }
  context.org.save(table, marked);
  context.org.logDeletion(table, { id: row.Id, at: context.at, root });
}

/** Sends a record and its dependants to the recycle bin. */
export function deleteRecord(context: WriteContext, object: ObjectSchema, id: string): void {
  checkAccess(context, object);
  const row = liveRecord(context, object, id);
  if (!object.deletable) {
    throw new SalesforceError(400, "INSUFFICIENT_ACCESS_OR_READONLY", "entity type cannot be deleted", []);
  }
  const table = context.org.table(object);
  for (const doomed of cascade(context, table, row, new Map()).values()) {
    markDeleted(context, doomed.table, doomed.row, row.Id);
  }
}

/** Erases a record and its dependants for good; only the delete log remembers them. */
export function hardDelete(context: WriteContext, object: ObjectSchema, id: string): void {
  const table = context.org.table(object);
  const row = table.get(normalizeId(id) ?? "");
  if (row === undefined) throw notFound();
  for (const doomed of cascade(context, table, row, new Map()).values()) {
    if (doomed.row["IsDeleted"] !== true) {
      context.org.logDeletion(doomed.table, { id: doomed.row.Id, at: context.at, root: row.Id });
    }
    context.org.erase(doomed.table, doomed.row.Id);
  }
}

/** Brings a record back from the recycle bin, with what went along; no stamp moves (reference salesforce.md §9). */
export function undelete(context: WriteContext, object: ObjectSchema, id: string): void {
  const table = context.org.table(object);
  const row = table.get(normalizeId(id) ?? "");
  if (row?.["IsDeleted"] !== true) {
    throw new SalesforceError(400, "UNDELETE_FAILED", "Entity is not in the recycle bin", []);
  }
  for (const back of cascade(context, table, row, new Map()).values()) {
    const root = back.table.deletions.get(back.row.Id)?.root;
    if (back.row["IsDeleted"] !== true || (back.row.Id !== row.Id && root !== row.Id)) continue;
    context.org.save(back.table, { ...back.row, IsDeleted: false });
    context.org.forgetDeletion(back.table, back.row.Id);
  }
}
