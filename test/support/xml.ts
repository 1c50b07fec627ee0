import { XMLParser } from "fast-xml-parser";

export type XmlNode = { readonly [name: string]: unknown };

/** Elements as arrays by name, attributes under `@`; an element of text only is that text. */
export function parsedXml(document: string): XmlNode {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseTagValue: false,
    isArray: (name, _path, _leaf, isAttribute) => !isAttribute && name !== "workbook",
  });
  return parser.parse(document) as XmlNode;
}

/** All elements of a name at any depth. */
export function all(node: unknown, name: string): readonly XmlNode[] {
  if (Array.isArray(node)) return node.flatMap((each) => all(each, name));
  if (node === null || typeof node !== "object") return [];
  return Object.entries(node).flatMap(([key, inner]) =>
    key === name ? [...([inner].flat() as XmlNode[]), ...all(inner, name)] : all(inner, name),
  );
}

export const named = (nodes: readonly XmlNode[]): readonly string[] => nodes.map((node) => String(node["@name"]));
