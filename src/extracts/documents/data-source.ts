import { starTable } from "../../kpis/index.ts";
import type { StarTableName } from "../../kpis/index.ts";
import { hashText } from "../../model/index.ts";
import { columnElement, fieldsOf, tablesOf } from "../fields.ts";
import type { Field } from "../fields.ts";
import { metadataRecord } from "../metadata-record.ts";
import { EXTRACT_SCHEMA } from "../publications.ts";
import { xml, xmlDocument } from "../xml.ts";
import type { XmlElement } from "../xml.ts";
import { objectGraph, objectId } from "./relationships.ts";

/** Where a package keeps the extract of a fact; the document names the same place. */
export function extractPath(fact: StarTableName): string {
  return `Data/Extracts/${fact}.hyper`;
}

/**
 * The `.tds` of a fact's data source: its tables as they stand in the `.hyper`, the fact related to each dimension, and of
 * every field what people call it, what it means, how it is shown, and whether they need to see it.
 */
export function dataSourceDocument(fact: StarTableName): string {
  const fields = fieldsOf(fact);
  const id = hashText(`data source ${fact}`).slice(0, 28);
  const connection = `hyper.${id}`;
  const relationOf = (table: StarTableName): XmlElement =>
    xml("relation", { connection, name: table, table: `[${EXTRACT_SCHEMA}].[${table}]`, type: "table" });
  return xmlDocument(
    xml(
      "datasource",
      {
        "formatted-name": `federated.${id}`,
        inline: true,
        version: "18.1",
        "xmlns:user": "http://www.tableausoftware.com/xml/user",
      },
      [
        xml("document-format-change-manifest", {}, [
          xml("ObjectModelEncapsulateLegacy"),
          xml("ObjectModelTableType"),
          xml("SchemaViewerObjectModel"),
        ]),
        xml("connection", { class: "federated" }, [
          xml("named-connections", {}, [
            xml("named-connection", { caption: starTable(fact).caption, name: connection }, [
              xml("connection", {
                authentication: "auth-none",
                "author-locale": "en_US",
                class: "hyper",
                dbname: extractPath(fact),
                "default-settings": "yes",
                schema: EXTRACT_SCHEMA,
                tablename: fact,
              }),
            ]),
          ]),
          xml("relation", { type: "collection" }, tablesOf(fact).map(relationOf)),
          xml("cols", {}, fields.map(columnMap)),
          xml("metadata-records", {}, records(fields)),
        ]),
        xml("aliases", { enabled: "yes" }),
        ...fields.map(columnElement),
        ...tablesOf(fact).map(countOfTable),
        xml("layout", { "dim-ordering": "alphabetic", "measure-ordering": "alphabetic", "show-structure": true }),
        objectGraph(fact, fields, relationOf),
      ],
    ),
  );
}

function columnMap({ name, column }: Field): XmlElement {
  return xml("map", { key: `[${name}]`, value: `[${column?.table ?? ""}].[${column?.name ?? ""}]` });
}

function records(fields: readonly Field[]): readonly XmlElement[] {
  return fields.flatMap((field, ordinal) =>
    field.column === null
      ? []
      : [
          metadataRecord(field, {
            remoteName: field.column.name,
            parent: field.column.table,
            ordinal,
            object: objectId(field.column.table),
          }),
        ],
  );
}

/** Of each table Tableau offers a count of its rows. */
function countOfTable(table: StarTableName): XmlElement {
  return xml("column", {
    caption: starTable(table).caption,
    datatype: "table",
    name: `[__tableau_internal_object_id__].[${objectId(table)}]`,
    role: "measure",
    type: "quantitative",
  });
}
