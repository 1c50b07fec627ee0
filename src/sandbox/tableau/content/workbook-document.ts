import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decodeEntities } from "../wire/request-body.ts";

/** One element of a document, with its attributes and children in order. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

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

/** Why a text is no workbook document, and where. */
export interface DocumentFault {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const ATTRIBUTES = ":@";

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  ignoreDeclaration: true,
  processEntities: false,
  attributeValueProcessor: (_name, value) => decodeEntities(value),
});

/** Reads a `.twb`: well-formed XML with the root `workbook`, or what is wrong with it. */
export function readWorkbookDocument(text: string): WorkbookDocument | DocumentFault {
  const valid = XMLValidator.validate(text);
  if (valid !== true) return { message: valid.err.msg, line: valid.err.line, column: valid.err.col };
  const parsed: unknown = parser.parse(text);
  const root = nodesOf(parsed).find(({ name }) => !name.startsWith("?"));
  if (root?.name !== "workbook") return { message: "The root element is not workbook.", line: 1, column: 1 };
  return { root, sheets: sheetsOf(root), connections: connectionsOf(root) };
}

function nodesOf(list: unknown): readonly Node[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown): readonly Node[] => {
    if (typeof entry !== "object" || entry === null) return [];
    const fields: Readonly<Record<string, unknown>> = { ...entry };
    const name = Object.keys(fields).find((key) => key !== ATTRIBUTES);
    if (name === undefined || name === "#text") return [];
    const given = fields[ATTRIBUTES];
    const attributes = typeof given === "object" && given !== null ? Object.entries(given) : [];
    return [
      {
        name,
        attributes: Object.fromEntries(attributes.map(([key, value]) => [key, String(value)])),
        children: nodesOf(fields[name]),
      },
    ];
  });
}

/** All elements of a name below one, however deep. */
export function descendants(node: Node, name: string): readonly Node[] {
  return node.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}

function children(node: Node, ...path: readonly string[]): readonly Node[] {
  return path.reduce<readonly Node[]>(
    (found, name) => found.flatMap((each) => each.children.filter((child) => child.name === name)),
    [node],
  );
}

function sheetsOf(root: Node): readonly Sheet[] {
  const sheets = (nodes: readonly Node[], sheetType: Sheet["sheetType"]): readonly Sheet[] =>
    nodes.map((node) => ({
      name: node.attributes["name"] ?? "",
      sheetType: node.attributes["type"] === "storyboard" ? "story" : sheetType,
      hasId: node.children.some(({ name }) => name === "simple-id"),
    }));
  return [
    ...sheets(children(root, "worksheets", "worksheet"), "view"),
    ...sheets(children(root, "dashboards", "dashboard"), "dashboard"),
  ];
}

function connectionsOf(root: Node): readonly DocumentConnection[] {
  return children(root, "datasources", "datasource").flatMap((source) => {
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
