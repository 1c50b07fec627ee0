/** Text that is HTML already. Anything else that gets into the page is escaped on its way. */
export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | null | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** Elements that have no end tag. */
export const VOID_ELEMENTS: readonly string[] = ["br", "hr", "img", "input", "link", "meta"];

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** An element. Attributes that are null or false are left out; names of elements and attributes are the program's own. */
export function el(tag: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`))
    .join("");
  const inner = children.map(childHtml).join("");
  return { markup: VOID_ELEMENTS.includes(tag) ? `<${tag}${written}>` : `<${tag}${written}>${inner}</${tag}>` };
}

export function childHtml(child: Child): string {
  if (child === null) return "";
  if (typeof child === "string") return escapeHtml(child);
  if (typeof child === "number") return String(child);
  if ("markup" in child) return child.markup;
  return child.map(childHtml).join("");
}

/** A link to a source system's page; plain text where the address is none that a browser should follow. */
export function outLink(url: string | null, text: string): Child {
  if (url === null || !/^https?:\/\//u.test(url)) return text;
  return el("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, text);
}

export interface TableColumn {
  readonly title: string;
  readonly align?: "right";
}

/**
 * A table with a caption for those who cannot see where it stands. An empty cell has nothing to tell. On a narrow screen a
 * row's cells stand under each other with their titles; a brief table keeps the name and the value beside each other.
 */
export function dataTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Child[])[],
  as: "grid" | "list" | "brief" = "grid",
): Markup {
  const aligned = (index: number): string | null => (columns[index]?.align === "right" ? "num" : null);
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      { class: as },
      el("caption", { class: "unseen" }, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          columns.map(({ title }, index) => el("th", { scope: "col", class: aligned(index) }, title)),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((cell, index) =>
              index === 0
                ? el("th", { scope: "row" }, cell)
                : el("td", { class: aligned(index), "data-title": columns[index]?.title ?? null }, cell),
            ),
          ),
        ),
      ),
    ),
  );
}
