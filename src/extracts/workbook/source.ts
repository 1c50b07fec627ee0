import { foreignKeys, starColumns, starTable } from "../../kpis/index.ts";
import type { ColumnType, StarTableName } from "../../kpis/index.ts";
import { HubError, hashText } from "../../model/index.ts";
import { xml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/** Where the published data sources are. */
export interface TableauSite {
  /** Host name. */
  readonly server: string;
  /** `https` or `http`, with its port. */
  readonly channel: "https" | "http";
  readonly port: number;
  /** The site's contentUrl; empty for the default site. */
  readonly site: string;
  /** What published data sources are called in addresses, by their names; guessed for those it lacks. */
  readonly contentUrls?: ReadonlyMap<string, string>;
}

/** A field of a data source as sheets name it. */
export interface Field {
  /** Without brackets: the column's name, or `name (table)` where an earlier table has it, too (reference tableau.md §6.2). */
  readonly name: string;
  readonly caption: string;
  readonly datatype: "string" | "integer" | "real" | "date" | "datetime";
  readonly role: "dimension" | "measure";
  readonly type: "nominal" | "ordinal" | "quantitative";
  readonly hidden: boolean;
  /** Where it comes from; null for a calculation. */
  readonly column: { readonly table: StarTableName; readonly name: string } | null;
  readonly formula: string | null;
  readonly format: string | null;
}

/** A calculation that a sheet needs; its formula names fields of the same source in brackets. */
export interface Calculation {
  readonly name: string;
  readonly caption: string;
  readonly formula: string;
  readonly datatype: Field["datatype"];
  readonly role: Field["role"];
  readonly format?: string;
}

/** A published data source: one fact with its dimensions. */
export interface Source {
  readonly fact: StarTableName;
  /** `sqlproxy.…`, by which everything in the workbook refers to it. */
  readonly id: string;
  readonly caption: string;
  readonly fields: readonly Field[];
}

const DATATYPES: Readonly<Record<ColumnType, Field["datatype"]>> = {
  TEXT: "string",
  INT: "integer",
  BIG_INT: "integer",
  DOUBLE: "real",
  DATE: "date",
  TIMESTAMP: "datetime",
};
/** OLE DB type codes (reference tableau.md §6.2). */
const REMOTE_TYPES: Readonly<Record<Field["datatype"], number>> = {
  string: 129,
  integer: 20,
  real: 5,
  date: 133,
  datetime: 135,
};
const AGGREGATIONS: Readonly<Record<Field["datatype"], string>> = {
  string: "Count",
  integer: "Sum",
  real: "Sum",
  date: "Year",
  datetime: "Year",
};

/** The data source that is published of a fact, with calculations of the workbook's own. */
export function sourceOf(fact: StarTableName, calculations: readonly Calculation[]): Source {
  const tables = [fact, ...new Set(foreignKeys(fact).map(({ table }) => table))];
  const taken = new Set<string>();
  const fields: Field[] = [];
  for (const table of tables) {
    const { key } = starTable(table);
    for (const [name, column] of starColumns(table)) {
      const unique = taken.has(name) ? `${name} (${table})` : name;
      taken.add(name);
      const datatype = DATATYPES[column.type];
      const isKey = key.includes(name) || column.references !== undefined || name.endsWith("_key");
      const isNumber = datatype === "integer" || datatype === "real";
      const role = isNumber && !isKey ? "measure" : "dimension";
      fields.push({
        name: unique,
        caption: column.caption,
        datatype,
        role,
        type: role === "measure" ? "quantitative" : datatype === "string" ? "nominal" : "ordinal",
        hidden: isKey && table !== fact,
        column: { table, name },
        formula: null,
        format: null,
      });
    }
  }
  for (const { format, ...calculation } of calculations) {
    const type =
      calculation.role === "measure" ? "quantitative" : calculation.datatype === "string" ? "nominal" : "ordinal";
    fields.push({ ...calculation, type, hidden: false, column: null, format: format ?? null });
  }
  return {
    fact,
    id: `sqlproxy.${hashText(fact).slice(0, 28)}`,
    caption: starTable(fact).caption,
    fields: distinct(fields),
  };
}

/** Captions are what people choose fields by: of two alike the later says which table it is of. */
function distinct(fields: readonly Field[]): readonly Field[] {
  const seen = new Set<string>();
  return fields.map((field) => {
    const caption = seen.has(field.caption)
      ? `${field.caption} (${field.column === null ? "computed" : starTable(field.column.table).caption}, ${field.name})`
      : field.caption;
    seen.add(caption);
    return { ...field, caption };
  });
}

/**
 * A field by the name sheets use.
 * @throws HubError HUB-1001 when there is none: a sheet of the workbook is wrong
 */
export function fieldOf(source: Source, name: string): Field {
  const field = source.fields.find((each) => each.name === name);
  if (field === undefined) throw new HubError("HUB-1001", `The data source ${source.caption} has no field ${name}.`);
  return field;
}

export function columnElement({ name, caption, datatype, role, type, hidden, formula, format }: Field): XmlElement {
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
    formula === null ? [] : [xml("calculation", { class: "tableau", formula })],
  );
}

/** The data source as the workbook refers to it; its content stays on the server. */
export function sourceElement(source: Source, site: TableauSite): XmlElement {
  const contentUrl = site.contentUrls?.get(source.caption) ?? contentUrlOf(source.caption);
  const stored = source.fields.filter(({ column }) => column !== null);
  return xml("datasource", { caption: source.caption, inline: true, name: source.id, version: "26.1" }, [
    xml("repository-location", {
      id: contentUrl,
      path: site.site === "" ? "/datasources" : `/t/${site.site}/datasources`,
      revision: "1.0",
      site: site.site === "" ? undefined : site.site,
    }),
    xml(
      "connection",
      {
        channel: site.channel,
        class: "sqlproxy",
        dbname: contentUrl,
        directory: "dataserver",
        port: site.port,
        server: site.server,
        "server-ds-friendly-name": source.caption,
        username: "",
      },
      [
        xml("relation", { name: "sqlproxy", table: "[sqlproxy]", type: "table" }),
        xml(
          "metadata-records",
          {},
          stored.map((field, index) => metadataRecord(field, index)),
        ),
      ],
    ),
    xml("aliases", { enabled: "yes" }),
    ...source.fields.map(columnElement),
    xml("layout", { "dim-ordering": "alphabetic", "measure-ordering": "alphabetic", "show-structure": true }),
  ]);
}

function metadataRecord({ name, caption, datatype }: Field, ordinal: number): XmlElement {
  return xml("metadata-record", { class: "column" }, [
    xml("remote-name", {}, name),
    xml("remote-type", {}, String(REMOTE_TYPES[datatype])),
    xml("local-name", {}, `[${name}]`),
    xml("parent-name", {}, "[sqlproxy]"),
    xml("remote-alias", {}, caption),
    xml("ordinal", {}, String(ordinal)),
    xml("local-type", {}, datatype),
    xml("aggregation", {}, AGGREGATIONS[datatype]),
    xml("contains-null", {}, "true"),
  ]);
}

/** What Tableau makes of a data source's name when nothing else has it. */
export function contentUrlOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/gu, "");
}
