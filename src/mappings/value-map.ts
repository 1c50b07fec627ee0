import type { Instant } from "../model/index.ts";
import { DAY } from "../model/index.ts";
import type { MappingProblem, NodePath } from "./problems.ts";
import { nearest } from "./nearest.ts";
import { startOfDay } from "./rates.ts";
import type { FormerValuesSpec, ValueMapSpec } from "./schema.ts";
import { foldValue } from "./values.ts";

/** Source value → our name at an instant; undefined when the map does not know it. */
export interface ValueMap {
  /** Our names, in the file's order; null when every source value means itself. */
  readonly names: readonly string[] | null;
  lookup(text: string, at: Instant): string | undefined;
}

interface Former {
  readonly from: Instant;
  /** Exclusive. */
  readonly until: Instant;
  readonly is: string;
}

/** Compiles `values` and `was`; a source value named twice is a problem. */
export function compileValueMap(
  spec: { readonly values?: ValueMapSpec | undefined; readonly was?: FormerValuesSpec | undefined },
  zone: string,
  path: NodePath,
  report: (problem: MappingProblem) => void,
): ValueMap {
  const current = spec.values === undefined ? null : currentNames(spec.values, [...path, "values"], report);
  const names = current === null ? null : [...new Set(current.values())];
  const former = formerNames(spec.was ?? {}, zone);
  for (const [value, meanings] of former) {
    for (const { is } of meanings) {
      if (names === null || names.includes(is)) continue;
      const hint = nearest(is, names);
      report({
        code: "HUB-2106",
        message: `\`was\` turns "${value}" into "${is}", which is none of the names under \`values\`.`,
        path: [...path, "was"],
        remedy: hint === undefined ? `Use one of ${names.join(", ")}.` : `Did you mean ${hint}?`,
      });
    }
  }
  const foldOnce = foldedOnce();
  return {
    names,
    lookup: (text, at) => {
      const folded = foldOnce(text);
      const meaning = former.get(folded)?.find((each) => each.from <= at && at < each.until);
      if (meaning !== undefined) return meaning.is;
      return current === null ? text.trim() : current.get(folded);
    },
  };
}

/** Values of a list are few and come again and again; those of a free text are not kept without end. */
const MOST_FOLDED = 1000;

function foldedOnce(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let folded = known.get(text);
    if (folded === undefined) {
      folded = foldValue(text);
      if (known.size < MOST_FOLDED) known.set(text, folded);
    }
    return folded;
  };
}

function currentNames(
  values: ValueMapSpec,
  path: NodePath,
  report: (problem: MappingProblem) => void,
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const pairs = Array.isArray(values)
    ? values.map((name): [string, string, string | number] => [name, name, name])
    : Object.entries(values).flatMap(([name, sources]) =>
        (sources === null ? [name] : Array.isArray(sources) ? sources : [sources]).map(
          (source): [string, string, string | number] => [name, String(source), name],
        ),
      );
  for (const [name, source] of pairs) {
    const folded = foldValue(source);
    const other = known.get(folded);
    if (other !== undefined) {
      report({
        code: "HUB-2105",
        message: `The source value "${source}" stands under both ${other} and ${name}.`,
        path: Array.isArray(values) ? path : [...path, name],
        remedy: "Keep it under one of them.",
      });
    } else known.set(folded, name);
  }
  return known;
}

function formerNames(spec: FormerValuesSpec, zone: string): ReadonlyMap<string, readonly Former[]> {
  return new Map(
    Object.entries(spec).map(([value, meanings]) => [
      foldValue(value),
      (Array.isArray(meanings) ? meanings : [meanings]).map((each) => ({
        from: each.from === undefined ? -Infinity : startOfDay(each.from, zone),
        until: each.until === undefined ? Infinity : dayAfter(each.until, zone),
        is: each.is,
      })),
    ]),
  );
}

/** The instant at which the day after begins. */
function dayAfter(day: string, zone: string): Instant {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10);
  return startOfDay(next, zone);
}
