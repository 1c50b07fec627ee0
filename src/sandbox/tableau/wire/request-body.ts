import { XMLParser, XMLValidator } from "fast-xml-parser";
import { badRequest, malformedBody } from "./errors.ts";

/** A request's element tree in the shape of Tableau's JSON, whichever of the two came over the wire. */
export type RequestTree = Readonly<Record<string, unknown>>;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  removeNSPrefix: true,
  parseAttributeValue: false,
  parseTagValue: false,
  ignoreDeclaration: true,
  textNodeName: "value",
  // Decoded below in one pass: the parser leaves numeric references alone, which clients send for apostrophes.
  processEntities: false,
  attributeValueProcessor: (_name, value) => decodeEntities(value),
  tagValueProcessor: (_name, value) => decodeEntities(value),
});

export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));/gu, (_whole, decimal, hex, named) => {
    if (typeof decimal === "string") return String.fromCodePoint(Number(decimal));
    if (typeof hex === "string") return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[String(named)] ?? "";
  });
}

/**
 * Reads a body by looking at it (`<` XML, `{` JSON): clients send sign-in without any Content-Type. The namespace is
 * optional. An empty body is an empty tree. Throws 400003 for a body that is neither.
 */
export function readRequestTree(body: Buffer | string): RequestTree {
  const text = (typeof body === "string" ? body : body.toString("utf8")).replace(/^\u{FEFF}/u, "").trim();
  if (text === "") return {};
  if (text.startsWith("{")) return readJson(text);
  if (!text.startsWith("<")) throw malformedBody("The request body is neither XML nor JSON.");
  if (XMLValidator.validate(text) !== true) throw malformedBody("The request body is not well-formed XML.");
  const document = asTree(parser.parse(text));
  const request = document["tsRequest"];
  if (request === undefined) throw malformedBody("The root element has to be tsRequest.");
  return asTree(request);
}

function readJson(text: string): RequestTree {
  try {
    return asTree(JSON.parse(text));
  } catch {
    throw malformedBody("The request body is not well-formed JSON.");
  }
}

/** The value as an object; anything else (a missing child, an empty element) is an object without keys. */
export function asTree(value: unknown): RequestTree {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** None, one or many: a one-element collection may come as an object. */
export function asList(value: unknown): readonly RequestTree[] {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) ? value.map(asTree) : [asTree(value)];
}

/** An attribute as text, undefined when absent. */
export function textOf(tree: RequestTree, key: string): string | undefined {
  const value = tree[key];
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function requiredText(tree: RequestTree, key: string, where: string): string {
  const value = textOf(tree, key);
  if (value === undefined || value === "") throw badRequest(`The attribute '${key}' of ${where} is required.`);
  return value;
}

/** A boolean attribute, undefined when absent; anything but true or false is refused. */
export function flagOf(tree: RequestTree, key: string): boolean | undefined {
  const text = textOf(tree, key)?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === "true") return true;
  if (text === "false") return false;
  throw badRequest(`The attribute '${key}' has to be true or false.`);
}
