import type { SalesforceRow, SalesforceValue } from "../../seeds.ts";

export type Row = SalesforceRow;
export type Value = SalesforceValue;

export type FieldType =
  | "id"
  | "reference"
  | "string"
  | "boolean"
  | "picklist"
  | "multipicklist"
  | "combobox"
  | "textarea"
  | "phone"
  | "email"
  | "url"
  | "int"
  | "double"
  | "currency"
  | "percent"
  | "date"
  | "datetime"
  | "time"
  | "address"
  | "anyType";

/** What a compound address reads as (reference salesforce.md §5). */
export type AddressValue = Readonly<Record<string, Value>>;

/** One field of an object: enough to describe it, to check what is written and to query it (§6, §10). */
export interface FieldSchema {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters for text, 18 for ids, 0 for the rest. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly filterable: boolean;
  readonly custom: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly calculated: boolean;
  readonly nameField: boolean;
  readonly autoNumber: boolean;
  readonly picklist: readonly string[];
  /** The object whose rows (ApiName, SortOrder) are the values, for stages and statuses. */
  readonly picklistObject: string | null;
  readonly restrictedPicklist: boolean;
  readonly referenceTo: readonly string[];
  /** The parent relationship's name in SOQL, for references. */
  readonly relationshipName: string | null;
  /** The name under which the parents list these rows (`Opportunities`), for references. */
  readonly childRelationshipName: string | null;
  /** Whether deleting the parent deletes the row. */
  readonly cascadeDelete: boolean;
  /** The compound field this one is part of (`Name`, `BillingAddress`). */
  readonly compoundFieldName: string | null;
  /** The value an empty field reads as. */
  readonly emptyValue: Value;
  /** For fields computed on read; they never move a stamp. */
  readonly compute: ((row: Row) => Value) | null;
  /** The formula behind a computed field, as an administrator wrote it. */
  readonly formula: string | null;
  readonly address: ((row: Row) => AddressValue | null) | null;
}

/** One child relationship as seen from the parent. */
export interface ChildRelationship {
  readonly name: string;
  readonly object: string;
  readonly field: string;
  readonly cascadeDelete: boolean;
}

export interface ObjectSchema {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  readonly custom: boolean;
  readonly fields: readonly FieldSchema[];
  readonly fieldsByName: ReadonlyMap<string, FieldSchema>;
  readonly children: readonly ChildRelationship[];
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
  readonly mergeable: boolean;
  readonly replicateable: boolean;
  /** The object that keeps this one's field history, and its parent field; null when it has none. */
  readonly history: { readonly object: string; readonly parentField: string } | null;
  /** Fields whose changes are written to the history object. */
  readonly trackedFields: ReadonlySet<string>;
}

/** Reads one field of a row, with defaults and computed fields applied; addresses are read by `field.address`. */
export function readField(field: FieldSchema, row: Row): Value {
  if (field.compute !== null) return field.compute(row);
  return row[field.name] ?? field.emptyValue;
}
