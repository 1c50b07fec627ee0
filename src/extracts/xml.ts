import { escapeXml } from "../model/index.ts";
/** One element of a document; written with everything in it escaped. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly children: readonly XmlElement[];
  readonly text: string | null;
}

/** An element with its attributes (undefined ones are left out) and its children, or text instead of them. */
export function xml(
  name: string,
  attributes: XmlElement["attributes"] = {},
  inner: readonly (XmlElement | null)[] | string = [],
): XmlElement {
  return typeof inner === "string"
    ? { name, attributes, children: [], text: inner }
    : { name, attributes, children: inner.filter((child) => child !== null), text: null };
}

/** A whole document, UTF-8. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version='1.0' encoding='utf-8' ?>\n${written(root, "")}`;
}

function written(element: XmlElement, indent: string): string {
  const attributes = Object.entries(element.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
  if (element.text !== null)
    return `${indent}<${element.name}${attributes}>${escapeXml(element.text)}</${element.name}>\n`;
  if (element.children.length === 0) return `${indent}<${element.name}${attributes}/>\n`;
  const inner = element.children.map((child) => written(child, `${indent}  `)).join("");
  return `${indent}<${element.name}${attributes}>\n${inner}${indent}</${element.name}>\n`;
}
