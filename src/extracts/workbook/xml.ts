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
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
  if (element.text !== null)
    return `${indent}<${element.name}${attributes}>${escaped(element.text)}</${element.name}>\n`;
  if (element.children.length === 0) return `${indent}<${element.name}${attributes}/>\n`;
  const inner = element.children.map((child) => written(child, `${indent}  `)).join("");
  return `${indent}<${element.name}${attributes}>\n${inner}${indent}</${element.name}>\n`;
}

function escaped(text: string): string {
  return Array.from(text, (char) => (holdable(char) ? char : " "))
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[\t\n\r]/gu, (char) => `&#${char.codePointAt(0) ?? 32};`);
}

/** XML 1.0 has no way to write other control characters, lone surrogates and the two non-characters. */
function holdable(char: string): boolean {
  const point = char.codePointAt(0) ?? 0;
  if (point < 0x20) return char === "\t" || char === "\n" || char === "\r";
  return !(point >= 0xd800 && point <= 0xdfff) && point !== 0xfffe && point !== 0xffff;
}
