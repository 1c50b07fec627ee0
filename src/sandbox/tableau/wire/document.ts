import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decodeEntities } from "./request-body.ts";

/** One element of a document, with its attributes and children in order. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

/** Why a text is no document of a kind, and where. */
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

/** The root of a well-formed document, which has to be of this name, or what is wrong. Texts of elements are left out. */
export function readDocument(bytes: Buffer, rootName: string): Node | DocumentFault {
  const text = bytes.toString("utf8").replace(/^\u{FEFF}/u, "");
  const valid = XMLValidator.validate(text);
  if (valid !== true) return { message: valid.err.msg, line: valid.err.line, column: valid.err.col };
  const parsed: unknown = parser.parse(text);
  const root = nodesOf(parsed).find(({ name }) => !name.startsWith("?"));
  return root?.name === rootName ? root : { message: `The root element is not ${rootName}.`, line: 1, column: 1 };
}

export function isFault(read: object): read is DocumentFault {
  return "message" in read;
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

/** The elements at a path of names below one. */
export function childrenAt(node: Node, ...path: readonly string[]): readonly Node[] {
  return path.reduce<readonly Node[]>(
    (found, name) => found.flatMap((each) => each.children.filter((child) => child.name === name)),
    [node],
  );
}
