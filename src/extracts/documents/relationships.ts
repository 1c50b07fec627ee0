import { foreignKeys, starTable } from "../../kpis/index.ts";
import type { StarTableName } from "../../kpis/index.ts";
import { HubError, hashText } from "../../model/index.ts";
import type { Field } from "../fields.ts";
import { tablesOf } from "../fields.ts";
import { xml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";

/** `fact_case_0A1B…`: what the tree of relationships calls a table. */
export function objectId(table: StarTableName): string {
  return `${table}_${hashText(table).slice(0, 32).toUpperCase()}`;
}

/**
 * The fact with a road to each of its dimensions (reference tableau.md §6.2): many rows of the fact to one of the dimension,
 * so that Tableau need not look for duplicates.
 * @param relationOf the table as the connection reads it
 * @throws HubError HUB-1001 when a dimension would be reached by two roads: of a tree each table is reached by one
 */
export function objectGraph(
  fact: StarTableName,
  fields: readonly Field[],
  relationOf: (table: StarTableName) => XmlElement,
): XmlElement {
  const keys = foreignKeys(fact);
  if (new Set(keys.map(({ table }) => table)).size < keys.length) {
    throw new HubError(
      "HUB-1001",
      `${fact} leads to one dimension by two columns; a data source has one road to each.`,
    );
  }
  const nameOf = (table: StarTableName, column: string): string => {
    const field = fields.find((each) => each.column?.table === table && each.column.name === column);
    if (field === undefined) throw new HubError("HUB-1001", `The data source of ${fact} has no ${table}.${column}.`);
    return `[${field.name}]`;
  };
  return xml("object-graph", {}, [
    xml(
      "objects",
      {},
      tablesOf(fact).map((table) =>
        xml("object", { caption: starTable(table).caption, id: objectId(table) }, [
          xml("properties", { context: "" }, [relationOf(table)]),
        ]),
      ),
    ),
    xml(
      "relationships",
      {},
      keys.map(({ column, table, key }) =>
        xml("relationship", {}, [
          xml("expression", { op: "=" }, [
            xml("expression", { op: nameOf(fact, column) }),
            xml("expression", { op: nameOf(table, key) }),
          ]),
          xml("first-end-point", { "object-id": objectId(fact) }),
          xml("second-end-point", { "object-id": objectId(table), "unique-key": true }),
        ]),
      ),
    ),
  ]);
}
