import { isMap, isNode, isScalar, parseDocument } from "yaml";
import type { Pair, YAMLMap } from "yaml";
import type { NodePath } from "./yaml-file.ts";

/** A stretch of a text and what comes in its place. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text of a YAML file with members of one mapping set to plain words: those that are there are changed, the others
 * added behind the last. A word in the mapping's place makes way for it. Whatever else stands in the file stays as it is,
 * to the last comment. Null where that cannot be done in place: the path leads nowhere, or to an alias or an anchor.
 */
export function withMembers(text: string, path: NodePath, members: Readonly<Record<string, string>>): string | null {
  const document = parseDocument(text, { version: "1.2" });
  const node = document.errors.length > 0 ? undefined : document.getIn(path, true);
  if (isScalar(node) && node.anchor === undefined && node.range != null) {
    const [from, to] = node.range;
    const flow = Object.entries(members).map(([name, word]) => `${name}: ${word}`);
    return spliced(text, [{ from, to, text: `{ ${flow.join(", ")} }` }]);
  }
  if (!isMap(node) || node.anchor !== undefined) return null;
  const splices = intoMap(text, node, members);
  return splices === null ? null : spliced(text, splices);
}

function intoMap(text: string, map: YAMLMap, members: Readonly<Record<string, string>>): readonly Splice[] | null {
  const changed: Splice[] = [];
  const added: string[] = [];
  for (const [name, word] of Object.entries(members)) {
    const pair = map.items.find(({ key }) => isScalar(key) && key.value === name);
    if (pair === undefined) added.push(`${name}: ${word}`);
    else {
      const { value } = pair;
      if (!isScalar(value) || value.anchor !== undefined || value.range == null) return null;
      changed.push({ from: value.range[0], to: value.range[1], text: word });
    }
  }
  if (added.length === 0) return changed;
  const behind = placeBehind(text, map);
  if (behind === null) return null;
  return [...changed, { from: behind.at, to: behind.at, text: added.map((line) => `${behind.lead}${line}`).join("") }];
}

/** Where a member is added behind the last one, and what comes before it. */
function placeBehind(text: string, { items, flow }: YAMLMap): { readonly at: number; readonly lead: string } | null {
  const last = items.at(-1);
  const end = last === undefined ? undefined : endOf(last);
  const start = isNode(items[0]?.key) ? items[0].key.range?.[0] : undefined;
  if (end === undefined || start === undefined) return null;
  if (flow === true) return { at: end, lead: ", " };
  const lineEnd = text.indexOf("\n", end);
  const indent = start - (text.lastIndexOf("\n", start - 1) + 1);
  return { at: lineEnd === -1 ? text.length : lineEnd, lead: `\n${" ".repeat(indent)}` };
}

function endOf({ key, value }: Pair): number | undefined {
  const node = isNode(value) ? value : key;
  return isNode(node) ? node.range?.[1] : undefined;
}

function spliced(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((sofar, { from, to, text: instead }) => `${sofar.slice(0, from)}${instead}${sofar.slice(to)}`, text);
}
