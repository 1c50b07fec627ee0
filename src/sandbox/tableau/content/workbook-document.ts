import { childrenAt, descendants, isFault, readDocument } from "../wire/document.ts";
import type { DocumentFault, Node } from "../wire/document.ts";

export interface Sheet {
  readonly name: string;
  readonly sheetType: "view" | "dashboard" | "story";
  readonly hasId: boolean;
}

/** Where a data source of a workbook takes its data from. */
export interface DocumentConnection {
  readonly caption: string;
  /** `sqlproxy` for a published data source, `hyper`, `textscan` … for one of the workbook's own. */
  readonly type: string;
  /** The contentUrl of a published data source, or the file. */
  readonly database: string;
  readonly server: string;
  readonly port: string;
}

export interface WorkbookDocument {
  readonly root: Node;
  readonly sheets: readonly Sheet[];
  readonly connections: readonly DocumentConnection[];
}

/** Reads a `.twb`, or says what is wrong with it. */
export function readWorkbookDocument(bytes: Buffer): WorkbookDocument | DocumentFault {
  const root = readDocument(bytes, "workbook");
  return isFault(root) ? root : { root, sheets: sheetsOf(root), connections: connectionsOf(root) };
}

function sheetsOf(root: Node): readonly Sheet[] {
  const sheets = (nodes: readonly Node[], sheetType: Sheet["sheetType"]): readonly Sheet[] =>
    nodes.map((node) => ({
      name: node.attributes["name"] ?? "",
      sheetType: node.attributes["type"] === "storyboard" ? "story" : sheetType,
      hasId: node.children.some(({ name }) => name === "simple-id"),
    }));
  return [
    ...sheets(childrenAt(root, "worksheets", "worksheet"), "view"),
    ...sheets(childrenAt(root, "dashboards", "dashboard"), "dashboard"),
  ];
}

function connectionsOf(root: Node): readonly DocumentConnection[] {
  return childrenAt(root, "datasources", "datasource").flatMap((source) => {
    const caption = source.attributes["caption"] ?? source.attributes["name"] ?? "";
    return descendants(source, "connection")
      .filter(({ attributes }) => !["federated", undefined].includes(attributes["class"]))
      .map(({ attributes }) => ({
        caption,
        type: attributes["class"] ?? "",
        database: attributes["dbname"] ?? attributes["filename"] ?? "",
        server: attributes["server"] ?? "",
        port: attributes["port"] ?? "",
      }));
  });
}
