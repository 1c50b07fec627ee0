import { iso } from "./calendar.ts";
import type { SalesforceRow, SalesforceValue } from "../seeds.ts";
import type { RosterEntry } from "./roster.ts";

/** The user id of an actor; everything done in Salesforce is done by somebody with a user. */
export function userId(entry: RosterEntry): string {
  const id = entry.salesforce?.userId;
  if (id === undefined) throw new Error(`${entry.name} has no Salesforce user.`);
  return id;
}

/** Who made and last changed a record, and when (epoch ms; user ids). */
export interface Stamps {
  readonly createdAt: number;
  readonly createdBy: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly deletedAt?: number | null;
}

/** The system fields every record carries. */
export function systemFields(stamps: Stamps): Record<string, SalesforceValue> {
  const deleted = stamps.deletedAt ?? null;
  const modified = iso(deleted ?? stamps.modifiedAt);
  return {
    IsDeleted: deleted !== null,
    CreatedDate: iso(stamps.createdAt),
    CreatedById: stamps.createdBy,
    LastModifiedDate: modified,
    LastModifiedById: stamps.modifiedBy,
    SystemModstamp: modified,
  };
}

/** One row of a field history; a lookup's change makes two, display names first, then ids. */
export function historyRow(
  id: string,
  parent: { readonly field: string; readonly id: string },
  change: {
    readonly at: number;
    readonly by: string;
    readonly field: string;
    readonly from: SalesforceValue;
    readonly to: SalesforceValue;
    readonly deleted: boolean;
  },
): SalesforceRow {
  return {
    Id: id,
    IsDeleted: change.deleted,
    [parent.field]: parent.id,
    CreatedById: change.by,
    CreatedDate: iso(change.at),
    Field: change.field,
    OldValue: change.from,
    NewValue: change.to,
  };
}
