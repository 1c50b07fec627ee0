import { foreignKeys, starTable } from "../kpis/index.ts";
import type { Column, ColumnType, StarTableName } from "../kpis/index.ts";
import { publishedColumns } from "./publications.ts";
import { xml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/** A field of a published data source, as its document declares it and as sheets name it. */
export interface Field {
  /** Without brackets: the column's name, or `name (table)` where an earlier table has it, too (reference tableau.md §6.2). */
  readonly name: string;
  readonly caption: string;
  /** What it means; null where the caption says it all. */
  readonly comment: string | null;
  readonly datatype: "string" | "integer" | "real" | "date" | "datetime";
  readonly role: "dimension" | "measure";
  readonly type: "nominal" | "ordinal" | "quantitative";
  /** A key that only leads from table to table: nobody chooses it, and no sheet may use it. */
  readonly hidden: boolean;
  /** Where it comes from; null for a calculation. */
  readonly column: { readonly table: StarTableName; readonly name: string } | null;
  readonly formula: string | null;
  /** How Tableau writes it: `n…` a number, `p…` a percentage, `*…` as told. */
  readonly format: string | null;
}

const DATATYPES: Readonly<Record<ColumnType, Field["datatype"]>> = {
  TEXT: "string",
  INT: "integer",
  BIG_INT: "integer",
  DOUBLE: "real",
  DATE: "date",
  TIMESTAMP: "datetime",
};

const FORMATS: Readonly<Record<NonNullable<Column["reads"]>, string>> = {
  share: "p0.0%",
  seconds: `*#,##0" s"`,
  money: "n#,##0.00",
  name: "*0",
};
const COUNT = "n#,##0";

/** The tables of a fact's data source: the fact, then each dimension that it names, once. */
export function tablesOf(fact: StarTableName): readonly StarTableName[] {
  return [fact, ...new Set(foreignKeys(fact).map(({ table }) => table))];
}

/** What the data source of a fact holds, table by table in the order of their columns. Names and captions are unique. */
export function fieldsOf(fact: StarTableName): readonly Field[] {
  const taken = new Set<string>();
  return distinctCaptions(
    tablesOf(fact).flatMap((table) =>
      publishedColumns(table).map(([name, column]) => {
        const unique = taken.has(name) ? `${name} (${table})` : name;
        taken.add(name);
        return fieldOfColumn(table, unique, name, column, table === fact);
      }),
    ),
  );
}

function fieldOfColumn(
  table: StarTableName,
  unique: string,
  name: string,
  { type, caption, comment, reads, references, derived }: Column,
  isFact: boolean,
): Field {
  const datatype = DATATYPES[type];
  const isNumber = datatype === "integer" || datatype === "real";
  const isMeasure = isNumber && reads !== "name";
  return {
    name: unique,
    caption,
    comment,
    datatype,
    role: isMeasure ? "measure" : "dimension",
    type: isMeasure ? "quantitative" : datatype === "string" ? "nominal" : "ordinal",
    hidden: references !== undefined || derived?.as === "date key" || (!isFact && name.endsWith("_key")),
    column: { table, name },
    formula: null,
    format: reads === undefined ? (datatype === "integer" ? COUNT : null) : FORMATS[reads],
  };
}

/** Captions are what people choose fields by: of two alike the later says which table it is of. */
export function distinctCaptions(fields: readonly Field[]): readonly Field[] {
  const seen = new Set<string>();
  return fields.map((field) => {
    const where = field.column === null ? "computed" : starTable(field.column.table).caption;
    const named = [field.caption, `${field.caption} (${where})`, `${field.caption} (${where}, ${field.name})`];
    const caption = named.find((each) => !seen.has(each)) ?? field.name;
    seen.add(caption);
    return { ...field, caption };
  });
}

/** A field as `<column>`. */
export function columnElement(field: Field): XmlElement {
  const { name, caption, comment, datatype, role, type, hidden, formula, format } = field;
  return xml(
    "column",
    {
      caption,
      datatype,
      "default-format": format ?? undefined,
      hidden: hidden || undefined,
      name: `[${name}]`,
      role,
      type,
    },
    [
      formula === null ? null : xml("calculation", { class: "tableau", formula }),
      comment === null ? null : xml("desc", {}, [xml("formatted-text", {}, [xml("run", {}, comment)])]),
    ],
  );
}
