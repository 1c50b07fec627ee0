import { Document, isMap, isScalar } from "yaml";
import type { BindingsFile } from "./bindings-file.ts";

const HEAD = ` The ids behind the names that mappings use. Written by \`hub config bindings --accept\`; keep it under version
 control. A name that was renamed in its system has \`now\`.`;

/**
 * The file's text, sorted, so that the same pins give the same text.
 * @param titles what the project or board of a list (`connection/stream/list`) is called, for a comment beside it.
 */
export function formatBindings(bindings: BindingsFile, titles: ReadonlyMap<string, string>): string {
  const document = new Document(sorted(bindings));
  document.commentBefore = HEAD;
  const { contents } = document;
  if (isMap(contents)) {
    for (const connection of contents.items) {
      if (!isMap(connection.value)) continue;
      for (const stream of connection.value.items) {
        if (!isMap(stream.value)) continue;
        for (const list of stream.value.items) {
          if (!isMap(list.value)) continue;
          const path = [connection.key, stream.key, list.key].map((key) => (isScalar(key) ? String(key.value) : ""));
          const title = titles.get(path.join("/"));
          if (title !== undefined) list.value.commentBefore = ` ${title.replaceAll(/\s+/gu, " ")}`;
          for (const pin of list.value.items) if (isMap(pin.value)) pin.value.flow = true;
        }
      }
    }
  }
  return document.toString({ lineWidth: 120 });
}

/** Members sorted by name at every level, empty ones left out; an id that looks like a number stays one of text. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .map(([name, member]: [string, unknown]) => [name, sorted(member)] as const)
    .filter(([, member]) => typeof member !== "object" || member === null || Object.keys(member).length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}
