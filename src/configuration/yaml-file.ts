import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import type { ErrorPlace, Problem } from "../model/index.ts";

/** Member names and list positions from the root of a file. */
export type NodePath = readonly (string | number)[];

/** One YAML file with the place of every node. */
export interface YamlFile {
  /** Relative to the configuration directory. */
  readonly file: string;
  readonly data: unknown;
  /** Syntax slips, double keys included; `data` is what could be read in spite of them. */
  readonly problems: readonly Problem[];
  /**
   * Where a value stands; the nearest enclosing one when the path leads nowhere.
   * @param offset characters into a text
   * @param atKey the place of the last member's name instead of its value
   */
  readonly placeOf: (path: NodePath, options?: { readonly offset?: number; readonly atKey?: boolean }) => ErrorPlace;
}

/** Reads YAML 1.2: `yes` is a text, dates stay texts. */
export function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: "1.2" });
  const at = (offset: number): { readonly line: number; readonly column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [...document.errors, ...document.warnings].map((error): Problem => ({
    code: "HUB-2001",
    message: error.code === "DUPLICATE_KEY" ? "This name stands twice in the same place." : sentence(error.message),
    place: { file, ...at(error.pos[0]) },
    remedy:
      error.code === "DUPLICATE_KEY"
        ? "Keep one of the two."
        : "Check the indentation, and put texts with `: ` or `#` in quotes.",
  }));
  return {
    file,
    data: readData(document),
    problems,
    placeOf: (path, options = {}) => {
      const offset = offsetOf(document, path, options);
      return {
        file,
        ...(offset === undefined ? {} : at(offset)),
        ...(path.length === 0 ? {} : { path: pathText(path) }),
      };
    },
  };
}

/** `connections.asana-main.projects[0]`. */
export function pathText(path: NodePath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${String(part)}]` : `${index === 0 ? "" : "."}${part}`))
    .join("");
}

function readData(document: Document): unknown {
  return document.errors.some((error) => error.code !== "DUPLICATE_KEY")
    ? undefined
    : document.toJS({ maxAliasCount: 100 });
}

function offsetOf(
  document: Document,
  path: NodePath,
  options: { readonly offset?: number; readonly atKey?: boolean },
): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) return offset;
      const last = index === path.length - 1;
      offset = last && options.atKey === true ? startOf(pair.key) : (startOf(pair.value) ?? startOf(pair.key));
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  if (options.offset !== undefined && offset !== undefined && isScalar(node) && typeof node.value === "string") {
    const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
    if (node.type === "PLAIN" || quoted) return offset + (quoted ? 1 : 0) + options.offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}

function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
