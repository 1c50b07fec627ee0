import { part } from "./cell-parts.ts";
import type { Column, Item } from "./parts.ts";
import { scalarText } from "./scalar-text.ts";

/**
 * What a formula column shows: arithmetic (+ - * / and brackets) over number texts, `{column}` references and texts in
 * quotes joined by &. `textOf` tells what another column of the item shows. Anything else shows nothing, as the real API does for formulas it cannot compute.
 */
export function formulaText(
  column: Column,
  item: Item,
  columns: readonly Column[],
  textOf: (column: Column) => string,
): string {
  const source = scalarText(part(column.extra, "formula"));
  const tokens = source.match(/\{[^}]*\}|"[^"]*"|\d+(?:\.\d+)?|[-+*/()&]/gu) ?? [];
  if (tokens.length === 0 || source.replaceAll(/\{[^}]*\}|"[^"]*"|[\d.\s+*/()&-]/gu, "") !== "") return "";
  let at = 0;
  const referenced = (name: string): string => {
    const id = name.slice(1, -1);
    const other = columns.find((candidate) => candidate.id === id || candidate.title === id);
    if (other === undefined || other.type === "formula") return id === "name" ? item.name : "";
    return textOf(other);
  };
  const atom = (): string => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) return "";
    if (token === "(") {
      const inside = joined();
      at += 1;
      return inside;
    }
    if (token === "-") return String(-Number(atom()));
    if (token.startsWith("{")) return referenced(token);
    return token.startsWith('"') ? token.slice(1, -1) : token;
  };
  const product = (): string => {
    let left = atom();
    for (let sign = tokens[at]; sign === "*" || sign === "/"; sign = tokens[at]) {
      at += 1;
      const right = Number(atom());
      left = String(sign === "*" ? Number(left) * right : Number(left) / right);
    }
    return left;
  };
  const sum = (): string => {
    let left = product();
    for (let sign = tokens[at]; sign === "+" || sign === "-"; sign = tokens[at]) {
      at += 1;
      const right = Number(product());
      left = String(sign === "+" ? Number(left) + right : Number(left) - right);
    }
    return left;
  };
  const joined = (): string => {
    let left = sum();
    while (tokens[at] === "&") {
      at += 1;
      left += sum();
    }
    return left;
  };
  const shown = joined();
  return shown === "NaN" || shown.endsWith("Infinity") ? "" : shown;
}
