import { SalesforceError } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { has } from "./context.ts";
import type { WriteContext } from "./context.ts";
import { markDeleted } from "./deletes.ts";
import { liveRecord } from "./records.ts";

/**
 * Merges one record into another: the loser goes to the recycle bin with MasterRecordId set, its children move to the
 * master (reference salesforce.md §9, 6). Children are stamped in SystemModstamp only: nobody edited them.
 */
export function mergeRecords(context: WriteContext, object: ObjectSchema, masterId: string, loserId: string): void {
  if (!object.mergeable) throw new SalesforceError(400, "INVALID_OPERATION", `${object.name} cannot be merged`);
  const master = liveRecord(context, object, masterId);
  const loser = liveRecord(context, object, loserId);
  if (master.Id === loser.Id)
    throw new SalesforceError(400, "INVALID_OPERATION", "a record cannot be merged into itself");
  for (const child of object.children) {
    const table = context.org.tableNamed(child.object);
    // The loser's own history stays with it.
    if (!table.object.createable) continue;
    for (const row of table.withValue(child.field, loser.Id)) {
      const stamped = has(table.object, "SystemModstamp") ? { SystemModstamp: context.at } : {};
      context.org.save(table, { ...row, ...stamped, [child.field]: master.Id });
    }
  }
  const table = context.org.table(object);
  markDeleted(context, table, loser, loser.Id, { MasterRecordId: master.Id });
  context.org.save(table, {
    ...master,
    LastModifiedDate: context.at,
    LastModifiedById: context.userId,
    SystemModstamp: context.at,
  });
}
