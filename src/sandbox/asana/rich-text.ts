import { badRequest } from "./errors.ts";

const TAGS = new Set("body strong em u s code ol ul li a h1 h2 hr img table tr td object pre blockquote".split(" "));
const WITH_ATTRIBUTES = new Set(["a", "img", "object", "td"]);

/** Plain text as rich text. */
export function htmlOf(text: string): string {
  return `<body>${escape(text)}</body>`;
}

export function escape(text: string): string {
  return /[&<>]/u.test(text) ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : text;
}

/**
 * Checks rich text and gives its plain rendering. Errors: 400 unless it is well-formed XML in one `<body>` with known
 * tags, attributes only where allowed (reference asana.md §16).
 */
export function plainOf(field: string, html: string): string {
  const fault = (why: string): Error => badRequest(`${field}: XML is invalid: ${why}`);
  const open: string[] = [];
  let text = "";
  let at = 0;
  if (!html.startsWith("<body>") || !html.endsWith("</body>")) throw fault("must be wrapped in <body>");
  for (const match of html.matchAll(/<(\/?)([A-Za-z][\w]*)([^<>]*?)(\/?)>/gu)) {
    const [whole, closing = "", name = "", attributes = "", selfClosing = ""] = match;
    text += textPart(html.slice(at, match.index), fault);
    at = match.index + whole.length;
    if (!TAGS.has(name)) throw fault(`unsupported tag ${name}`);
    if (attributes.trim() !== "" && !WITH_ATTRIBUTES.has(name)) throw fault(`unsupported attribute in ${name}`);
    if (closing !== "") {
      if (open.pop() !== name) throw fault(`unexpected closing tag ${name}`);
    } else if (selfClosing === "") {
      if (open.length === 0 && match.index > 0) throw fault("more than one root");
      open.push(name);
    }
    if (closing !== "" && (name === "li" || name === "h1" || name === "h2")) text += "\n";
  }
  if (open.length > 0 || at !== html.length) throw fault(`unclosed tag ${open.at(-1) ?? ""}`);
  return text;
}

function textPart(text: string, fault: (why: string) => Error): string {
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/u.test(text)) throw fault("unescaped character");
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

/** What a mention points at. */
export interface Mentioned {
  readonly type: string;
  readonly name: string;
  readonly href: string;
}

/** Fills in mentions by gid. Errors: 400 for an unknown target without an address of its own. */
export function expandMentions(field: string, html: string, find: (gid: string) => Mentioned | null): string {
  return html.replaceAll(
    /<a\s+([^<>]*?data-asana-gid="(\d+)"[^<>]*?)(?:\/>|>([^<]*)<\/a>)/gu,
    (whole, attributes: string, gid: string, own: string | undefined) => {
      const target = find(gid);
      if (target === null) {
        if (attributes.includes("href=")) return whole;
        throw badRequest(`${field}: Unknown object: ${gid}`);
      }
      const { href, type, name } = target;
      const custom = attributes.includes('data-asana-dynamic="false"') ? ' data-asana-dynamic="false"' : "";
      const text = custom === "" || own === undefined ? escape(name) : own;
      return `<a href="${href}" data-asana-accessible="true"${custom} data-asana-type="${type}" data-asana-gid="${gid}">${text}</a>`;
    },
  );
}
