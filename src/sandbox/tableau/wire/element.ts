/** One element of a response; the same tree is written as XML or as JSON (reference tableau.md §1.4). */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly children: readonly Element[];
  readonly text?: string;
  /** Set on a collection: the name its items go under in JSON, always as an array (`{}` when empty). */
  readonly itemName?: string;
}

/** An element with attributes (undefined ones are left out) and children in XSD order. */
export function element(
  name: string,
  attributes: Element["attributes"] = {},
  children: readonly (Element | undefined)[] = [],
): Element {
  return { name, attributes, children: children.filter((child) => child !== undefined) };
}

/** An element that holds only text; a plain string in JSON unless it has attributes. */
export function textElement(name: string, text: string, attributes: Element["attributes"] = {}): Element {
  return { name, attributes, children: [], text };
}

/** A collection of like items, such as `<projects><project/>…</projects>`. */
export function collection(name: string, itemName: string, items: readonly Element[]): Element {
  return { name, attributes: {}, children: items, itemName };
}

const DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>";
const OPENING =
  '<tsResponse xmlns="http://tableau.com/api" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
  + 'xsi:schemaLocation="http://tableau.com/api https://help.tableau.com/samples/en-us/rest_api/ts-api_3_29.xsd">';

/** The whole XML response. Clients find the namespace by looking at the text, so the declaration always leads. */
export function toXmlDocument(elements: readonly Element[]): string {
  return `${DECLARATION}${OPENING}${elements.map(toXml).join("")}</tsResponse>`;
}

function toXml(node: Element): string {
  let attributes = "";
  for (const [key, value] of Object.entries(node.attributes)) {
    if (value !== undefined) attributes += ` ${key}="${escapeXml(String(value))}"`;
  }
  const inner = (node.text === undefined ? "" : escapeXml(node.text)) + node.children.map(toXml).join("");
  return inner === "" ? `<${node.name}${attributes}/>` : `<${node.name}${attributes}>${inner}</${node.name}>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}

/** The whole JSON response: one key per top-level element. */
export function toJsonDocument(elements: readonly Element[]): string {
  return JSON.stringify(Object.fromEntries(elements.map((node) => [node.name, toJson(node)])));
}

function toJson(node: Element): unknown {
  const attributes = Object.entries(node.attributes).filter(([, value]) => value !== undefined);
  if (node.itemName !== undefined) {
    return node.children.length === 0 ? {} : { [node.itemName]: node.children.map(toJson) };
  }
  if (node.text !== undefined && attributes.length === 0) return node.text;
  const object: Record<string, unknown> = Object.fromEntries(attributes);
  if (node.text !== undefined) object["value"] = node.text;
  for (const child of node.children) {
    const before = object[child.name];
    if (before === undefined) object[child.name] = toJson(child);
    else if (Array.isArray(before)) before.push(toJson(child));
    else object[child.name] = [before, toJson(child)];
  }
  return object;
}
