import type { RemovalCause } from "../../model/index.ts";

/** Something that may happen to a source or a target, as contracts name it. */
export type Occasion =
  | { readonly kind: "enters"; readonly stages: readonly string[]; readonly byPerson: boolean }
  | { readonly kind: "leaves"; readonly stages: readonly string[] }
  | { readonly kind: "step"; readonly step: string; readonly did: "completed" | "reopened" }
  | { readonly kind: "set"; readonly attribute: string; readonly byPerson: boolean }
  | { readonly kind: "removed"; readonly causes: readonly RemovalCause[] };

export const OCCASION_GRAMMAR =
  'Write "<type> enters <stage>, <stage> or <stage> [by a person]", "<type> leaves <stage>", "<step> completed" or "reopened", "<attribute> set by a person", "<type> is deleted or archived"; join several by ", or".';

const BY_PERSON = /\s+by\s+(?:a person|anyone but automation)$/u;
const CAUSES: Readonly<Record<string, readonly RemovalCause[]>> = {
  deleted: ["deleted", "parent deleted", "merged"],
  archived: ["archived"],
};

/**
 * Reads one sentence of occasions about an object type.
 * @returns the occasions, or what cannot be read.
 */
export function parseOccasions(
  sentence: string,
  type: string,
): { readonly occasions: readonly Occasion[] } | { readonly unreadable: string } {
  const occasions: Occasion[] = [];
  for (const clause of sentence.trim().split(/\s*,\s+or\s+/u)) {
    const occasion = parseClause(clause.trim().replaceAll(/\s+/gu, " "), type);
    if (occasion === undefined) return { unreadable: clause };
    occasions.push(occasion);
  }
  return { occasions };
}

function parseClause(clause: string, type: string): Occasion | undefined {
  const byPerson = BY_PERSON.test(clause);
  const text = withoutSubject(clause.replace(BY_PERSON, "").replace(/\s+before (?:it is )?accepted$/u, ""), type);
  const enters = /^enters (.+)$/u.exec(text)?.[1];
  if (enters !== undefined) return { kind: "enters", stages: listOf(enters), byPerson };
  const leaves = /^leaves (.+)$/u.exec(text)?.[1];
  if (leaves !== undefined) return { kind: "leaves", stages: listOf(leaves) };
  const removed = /^is (.+)$/u.exec(text)?.[1];
  if (removed !== undefined) {
    const causes = listOf(removed).map((word) => CAUSES[word]);
    return causes.some((cause) => cause === undefined)
      ? undefined
      : { kind: "removed", causes: causes.flatMap((cause) => cause ?? []) };
  }
  const [, step, did] = /^(.+) (completed|reopened)$/u.exec(text) ?? [];
  if (step !== undefined) return { kind: "step", step, did: did === "reopened" ? "reopened" : "completed" };
  const attribute = /^(?:its )?(\S+)(?: is)? set$/u.exec(text)?.[1];
  return attribute === undefined ? undefined : { kind: "set", attribute, byPerson };
}

/** The type a sentence is about may be named or left out; another type's name makes it unreadable. */
function withoutSubject(clause: string, type: string): string {
  for (const subject of [`the ${type} `, `${type} `, "it "])
    if (clause.startsWith(subject)) return clause.slice(subject.length);
  return clause;
}

/** `A, B or C`. */
function listOf(text: string): readonly string[] {
  return text.split(/\s*,\s*|\s+or\s+/u).filter((part) => part !== "");
}
