import { readField } from "../schema/index.ts";
import type { FieldSchema, FieldType, ObjectSchema, Row, Value } from "../schema/index.ts";
import { nameField } from "../soql/names.ts";
import type { WriteContext } from "./context.ts";

const DATA_TYPES: Partial<Record<FieldType, string>> = {
  reference: "EntityId",
  picklist: "DynamicEnum",
  date: "DateOnly",
  datetime: "DateTime",
  currency: "Currency",
  double: "Double",
  int: "Integer",
  percent: "Percent",
  boolean: "Boolean",
};

function read(object: ObjectSchema, row: Row | null, name: string): Value {
  const field = object.fieldsByName.get(name.toLowerCase());
  return row === null || field === undefined ? null : readField(field, row);
}

/** Writes the OpportunityHistory row of a creation or of a change of amount, probability, stage or close date (§10). */
function writeOpportunityHistory(context: WriteContext, former: Row | null, row: Row): void {
  const { org } = context;
  const watched = ["Amount", "Probability", "StageName", "CloseDate"];
  if (former !== null && watched.every((each) => (former[each] ?? null) === (row[each] ?? null))) return;
  const table = org.tableNamed("OpportunityHistory");
  const object = org.tableNamed("Opportunity").object;
  org.save(table, {
    Id: org.nextId(table.object),
    OpportunityId: row.Id,
    CreatedById: context.userId,
    CreatedDate: context.at,
    StageName: row["StageName"] ?? null,
    Amount: row["Amount"] ?? null,
    ExpectedRevenue: read(object, row, "ExpectedRevenue"),
    CloseDate: row["CloseDate"] ?? null,
    Probability: row["Probability"] ?? null,
    ForecastCategory: row["ForecastCategory"] ?? null,
    CurrencyIsoCode: row["CurrencyIsoCode"] ?? null,
    SystemModstamp: context.at,
    IsDeleted: false,
    PrevAmount: former?.["Amount"] ?? null,
    PrevCloseDate: former?.["CloseDate"] ?? null,
  });
}

/** Adds one row to an object's field history. */
export function addHistory(
  context: WriteContext,
  object: ObjectSchema,
  parentId: string,
  entry: { readonly field: string; readonly type: string; readonly from: Value; readonly to: Value },
): void {
  if (object.history === null) return;
  const { org } = context;
  const table = org.tableNamed(object.history.object);
  org.save(table, {
    Id: org.nextId(table.object),
    IsDeleted: false,
    [object.history.parentField]: parentId,
    CreatedById: context.userId,
    CreatedDate: context.at,
    Field: entry.field,
    DataType: entry.type,
    OldValue: entry.from,
    NewValue: entry.to,
  });
}

function nameOf(context: WriteContext, field: FieldSchema, id: Value): Value {
  if (typeof id !== "string") return null;
  const found = context.org.find(id, field.referenceTo);
  const name = found === undefined ? undefined : nameField(found.table.object);
  return found === undefined || name === undefined ? id : readField(name, found.row);
}

/** The name a field has in history rows: lookups go by their relationship (`Owner`), custom ones by their own name. */
function historyName(field: FieldSchema): string {
  return field.type === "reference" && !field.custom ? field.name.replace(/Id$/u, "") : field.name;
}

/**
 * Writes the history of one save: OpportunityHistory, and a field-history row for each tracked field that changed; a
 * lookup writes two, one with the names and one with the ids (reference salesforce.md §10).
 */
export function writeHistory(context: WriteContext, object: ObjectSchema, former: Row | null, row: Row): void {
  if (object.name === "Opportunity") writeOpportunityHistory(context, former, row);
  if (object.history === null || object.trackedFields.size === 0) return;
  if (former === null) {
    addHistory(context, object, row.Id, { field: "created", type: "Text", from: null, to: null });
    return;
  }
  for (const name of object.trackedFields) {
    const field = object.fieldsByName.get(name.toLowerCase());
    const from = read(object, former, name);
    const to = read(object, row, name);
    if (field === undefined || from === to) continue;
    const label = historyName(field);
    if (field.type === "reference") {
      addHistory(context, object, row.Id, {
        field: label,
        type: "Text",
        from: nameOf(context, field, from),
        to: nameOf(context, field, to),
      });
    }
    const silent = field.type === "textarea" && field.length > 255;
    addHistory(context, object, row.Id, {
      field: label,
      type: DATA_TYPES[field.type] ?? "Text",
      from: silent ? null : from,
      to: silent ? null : to,
    });
  }
}
