import { canonicalJson, HubError, isJsonObject, toIso } from "../../model/index.ts";
import type { Canonical, FieldValue, Json } from "../../model/index.ts";
import type { Assignment } from "../kit/index.ts";
import type { BoardAnswer, CellAnswer } from "./answers.ts";
import type { Accounts } from "./assignees.ts";
import { namedColumns } from "./board-columns.ts";
import type { NamedColumn } from "./board-columns.ts";
import { cellValue, columnValue } from "./field-values.ts";
import { cellContent } from "./item-records.ts";
import { groupNamed } from "./item-place.ts";
import { foldName } from "./settings.ts";
import { same } from "./transitions.ts";

/** What a command sets: cells by column id in monday.com's write form, and the group to move to. */
export interface WriteValues {
  readonly values: Readonly<Record<string, Json>>;
  readonly group: string | null;
}

/** The persons that people columns are to hold. */
export function assignmentsIn(board: BoardAnswer, fields: Readonly<Record<string, Canonical>>): readonly Assignment[] {
  const columns = namedColumns(board);
  return Object.entries(fields).flatMap(([field, value]) =>
    columnNamed(columns, field)?.type === "people"
      ? personsIn(value).map((person) => ({ system: "monday", stream: "items", field, person }))
      : [],
  );
}

function personsIn(value: Canonical): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (isList(value)) return value;
  return typeof value === "object" && value !== null && "person" in value ? [value.person] : [];
}

function columnNamed(columns: readonly NamedColumn[], field: string): NamedColumn | undefined {
  return columns.find((candidate) => foldName(candidate.field) === foldName(field) || candidate.id === field);
}

/**
 * Brings fields, named as the normaliser offers them, to the write forms of reference monday.md §6. The name travels as
 * the value `name`.
 * @throws HubError HUB-1516 for a field the board does not have or a value its column cannot hold.
 */
export function writeValues(
  board: BoardAnswer,
  fields: Readonly<Record<string, Canonical>>,
  accounts: Accounts,
): WriteValues {
  const columns = namedColumns(board);
  const values: Record<string, Json> = {};
  let group: string | null = null;
  for (const [field, value] of Object.entries(fields)) {
    if (field === "name") {
      if (typeof value !== "string" || value === "" || value.length > 255)
        throw unwritable(board, field, "a name has 1 to 255 characters");
      values["name"] = value;
    } else if (field === "group") {
      group = groupNamed(board, typeof value === "string" ? value : "");
    } else {
      const column = columnNamed(columns, field);
      if (column === undefined) throw unwritable(board, field, "the board has no such column");
      values[column.id] = value === null ? null : cell(board, column, value, accounts);
    }
  }
  return { values, group };
}

/** The values that are not already what the item holds. */
export function changedValues(
  board: BoardAnswer,
  item: { readonly name: string; readonly column_values: readonly CellAnswer[] },
  values: WriteValues["values"],
): WriteValues["values"] {
  const columns = new Map(namedColumns(board).map((column) => [column.id, column]));
  const cells = new Map(item.column_values.map((cell) => [cell.id, cell]));
  return Object.fromEntries(
    Object.entries(values).filter(([id, wanted]) => {
      const column = columns.get(id);
      if (column === undefined) return !(id === "name" && wanted === item.name);
      return !holds(column, cells.get(id), wanted);
    }),
  );
}

function holds(column: NamedColumn, cell: CellAnswer | undefined, wanted: Json): boolean {
  const now = cellValue(column, cell === undefined ? undefined : cellContent(cell));
  if (wanted === null) return now === null || now === false;
  const labels = isJsonObject(wanted) ? wanted["labels"] : undefined;
  if (!Array.isArray(labels)) return same(columnValue(column, wanted), now);
  const held = now === null ? [] : Array.isArray(now) ? now : [now];
  const names = held.map((one: FieldValue) =>
    typeof one === "object" && one !== null && "name" in one ? one.name : "",
  );
  return canonicalJson(names) === canonicalJson(labels);
}

function cell(board: BoardAnswer, column: NamedColumn, value: Exclude<Canonical, null>, accounts: Accounts): Json {
  const refuse = (why: string): never => {
    throw unwritable(board, column.field, why);
  };
  switch (column.type) {
    case "text":
      return typeof value === "string" || typeof value === "number" ? String(value) : refuse("a text is expected");
    case "long_text":
      return typeof value === "string" ? { text: value } : refuse("a text is expected");
    case "numbers": {
      const number = typeof value === "object" && "amount" in value ? value.amount : value;
      return typeof number === "number" ? String(number) : refuse("a number is expected");
    }
    case "status": {
      if (typeof value !== "string") return refuse("the text of a label is expected");
      const known = [...column.labels].find(([, label]) => foldName(label) === foldName(value));
      return known === undefined ? refuse(`"${value}" is not one of its labels`) : { index: Number(known[0]) };
    }
    case "dropdown": {
      const wanted = typeof value === "string" ? [value] : isList(value) ? value : refuse("labels are expected");
      const known = [...column.labels.values()];
      return {
        labels: wanted.map(
          (one) =>
            known.find((label) => foldName(label) === foldName(one)) ?? refuse(`"${one}" is not one of its labels`),
        ),
      };
    }
    case "people": {
      const persons = personsIn(value);
      if (persons.length === 0) return refuse("a person is expected");
      return { personsAndTeams: persons.map((one) => ({ id: Number(accounts.get(one) ?? one), kind: "person" })) };
    }
    case "timeline": {
      const [from, to] = isList(value) ? value : [];
      return from !== undefined && to !== undefined ? { from, to } : refuse("a first and a last day are expected");
    }
    case "email":
      return typeof value === "string" ? { email: value, text: value } : refuse("an address is expected");
    case "phone":
      return typeof value === "string" ? { phone: value, countryShortName: "" } : refuse("a number is expected");
    case "board_relation":
    case "dependency": {
      const ids = typeof value === "string" ? [value] : isList(value) ? value : refuse("items are expected");
      return { item_ids: ids.map(Number) };
    }
    case "date":
      if (isList(value)) return refuse("a day is expected");
      if (typeof value === "object" && "day" in value) return { date: value.day };
      if (typeof value === "object" && "at" in value) {
        const [date = "", time = ""] = toIso(value.at).split("T");
        return { date, time: time.slice(0, 8) };
      }
      return refuse("a day is expected");
    case "checkbox":
      return typeof value === "boolean" ? (value ? { checked: "true" } : null) : refuse("yes or no is expected");
    case "link":
      return typeof value === "string" ? { url: value, text: value } : refuse("an address is expected");
    default:
      return refuse(`columns of the type ${column.type} are not written`);
  }
}

const isList = (value: Canonical): value is readonly string[] => Array.isArray(value);

function unwritable(board: BoardAnswer, field: string, why: string): HubError {
  return new HubError("HUB-1516", `"${field}" of the board ${board.name} cannot be set: ${why}.`, {
    disposition: "skip-record",
    place: { system: "monday", stream: "items", partition: board.id, path: field },
    remedy: "Compare the contract's fields with the board's columns.",
  });
}
