import { nameLikeness, shareWords, tokenSetRatio } from "./similarity.ts";
import { BRANCH_WORDS, NICKNAMES } from "./word-lists.ts";

/** How alike two names are. */
export type NameLevel =
  | "same"
  | "same words in another order"
  | "another part of the company"
  | "further words"
  | "nearly the same"
  | "alike"
  | "faintly alike"
  | "different";

/** Jaro–Winkler at which names change their level (reference §4). */
const NEARLY = 0.92;
const ALIKE = 0.88;
const FAINTLY = 0.7;

/** The level of two folded company names, by the words they do not share. */
export function companyNameLevel(a: string, b: string): NameLevel {
  if (a === b) return "same";
  const [ours, theirs] = [a.split(" "), b.split(" ")];
  const { shared, left, right } = shareWords(ours, theirs);
  if (left.length === 0 && right.length === 0) return "same words in another order";
  // `North Wind` and `Northwind` are one name; so is what a swapped blank made of it.
  if (a.replaceAll(" ", "") === b.replaceAll(" ", "")) return "nearly the same";
  if (shared.length > 0 && (left.length === 0 || right.length === 0)) {
    return [...left, ...right].some((word) => BRANCH_WORDS.has(word)) ? "another part of the company" : "further words";
  }
  return levelOf(tokenSetRatio(ours, theirs));
}

export type PersonNameLevel = "same" | "short form" | "nearly the same" | "only the family name" | "different";

/** A person's name in parts, folded. */
export interface PersonName {
  readonly given: string;
  readonly family: string;
}

/** `Ortiz, Dana` and `Dana Maria Ortiz` → `dana`, `ortiz`; one word alone is a family name. */
export function readPersonName(text: string, fold: (text: string) => string): PersonName | null {
  const [family = "", given = ""] = text.includes(",") ? text.split(",", 2) : [];
  const words = fold(text.includes(",") ? `${given} ${family}` : text)
    .split(" ")
    .filter((word) => word !== "");
  const last = words.at(-1);
  if (last === undefined) return null;
  return { given: words.length > 1 ? (words[0] ?? "") : "", family: last };
}

export function personNameLevel(a: PersonName, b: PersonName): PersonNameLevel {
  const sameFamily = a.family === b.family;
  if (sameFamily && a.given === b.given) return "same";
  if (sameFamily && isShortForm(a.given, b.given)) return "short form";
  // What one typed into the wrong field is still the same name.
  if (a.family === b.given && a.given === b.family) return "nearly the same";
  const family = sameFamily ? 1 : nameLikeness(a.family, b.family);
  const given = a.given === b.given ? 1 : nameLikeness(a.given, b.given);
  if (Math.min(family, given) >= ALIKE) return "nearly the same";
  return sameFamily ? "only the family name" : "different";
}

/** An initial, or one of the short forms that people go by. */
function isShortForm(a: string, b: string): boolean {
  if (a === "" || b === "") return false;
  if (a.length === 1 || b.length === 1) return a[0] === b[0];
  return NICKNAMES.some((forms) => forms.includes(a) && forms.includes(b));
}

function levelOf(likeness: number): NameLevel {
  if (likeness >= NEARLY) return "nearly the same";
  if (likeness >= ALIKE) return "alike";
  return likeness >= FAINTLY ? "faintly alike" : "different";
}
