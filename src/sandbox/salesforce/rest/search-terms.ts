import { SalesforceError } from "../errors.ts";
import type { FieldSchema, Row } from "../schema/index.ts";
import { readField } from "../schema/index.ts";

/** Which fields are searched. */
export type SearchScope = "ALL" | "NAME" | "EMAIL" | "PHONE" | "SIDEBAR";

const TEXT = new Set(["string", "textarea", "email", "phone", "url", "picklist"]);

export function malformedSearch(message: string): SalesforceError {
  return new SalesforceError(400, "MALFORMED_SEARCH", message);
}

function fieldsOf(shown: readonly FieldSchema[], scope: SearchScope): readonly FieldSchema[] {
  switch (scope) {
    case "NAME":
      return shown.filter((each) => each.nameField);
    case "EMAIL":
      return shown.filter((each) => each.type === "email");
    case "PHONE":
      return shown.filter((each) => each.type === "phone");
    case "ALL":
    case "SIDEBAR":
      return shown.filter((each) => TEXT.has(each.type));
    default:
      return scope satisfies never;
  }
}

/** One word or phrase: letters as they stand, `*` any letters, `?` one. */
function matcher(term: string): RegExp {
  const source = term
    .replaceAll(/[.+^${}()|[\]\\/-]/gu, String.raw`\$&`)
    .replaceAll("*", String.raw`[^\s]*`)
    .replaceAll("?", String.raw`[^\s]`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${source}(?![\p{L}\p{N}])`, "iu");
}

/**
 * Compiles a search term: words that must all be found, `OR` between alternatives, `AND NOT` before what must not,
 * quotes around phrases.
 *
 * @throws SalesforceError MALFORMED_SEARCH for a term of less than two characters
 */
export function compileSearch(text: string, shown: readonly FieldSchema[], scope: SearchScope): (row: Row) => boolean {
  const plain = text.replaceAll(/\\(.)/gu, "$1").trim();
  if (plain.replaceAll(/[*?"\s]/gu, "").length < 2) {
    throw malformedSearch(`search term must be longer than one character: ${plain}`);
  }
  const alternatives = plain.split(/\s+OR\s+/u).map((alternative) => {
    const [wanted = "", ...unwanted] = alternative.split(/\s+AND\s+NOT\s+/u);
    const words = (part: string): RegExp[] =>
      [...part.matchAll(/"([^"]+)"|(\S+)/gu)]
        .map((found) => found[1] ?? found[2] ?? "")
        .filter((each) => each !== "AND")
        .map(matcher);
    return { wanted: words(wanted), unwanted: unwanted.flatMap(words) };
  });
  const fields = fieldsOf(shown, scope);
  return (row) => {
    const values = fields.map((field) => readField(field, row)).filter((each) => typeof each === "string");
    const holds = (word: RegExp): boolean => values.some((each) => word.test(each));
    return alternatives.some(({ wanted, unwanted }) => wanted.every(holds) && !unwanted.some(holds));
  };
}
