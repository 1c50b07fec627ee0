import { Environment, ParseError } from "@marcbachmann/cel-js";
import type { ASTNode } from "@marcbachmann/cel-js";
import { compileNode } from "./condition-nodes.ts";
import type { ConditionSlip } from "./condition-nodes.ts";
import type { Fields } from "./values.ts";

/** A checked condition: which fields it reads, and whether a record fulfils it. */
export interface Condition {
  readonly text: string;
  readonly fields: readonly string[];
  /** True only when the condition is known to hold; a comparison with an empty field is unknown. */
  holds(fields: Fields): boolean;
}

/**
 * Compiles one line of CEL over a record's fields (stack reference §8). The parser is the library's; evaluation is our
 * own closures, so that every number is a double, `amount > 5000` and `amount + 1` work, an empty field makes a
 * comparison unknown instead of an error, and `matches` cannot hang. A name with blanks is written `` `Deal amount` ``.
 */
export function compileCondition(text: string): { readonly condition: Condition } | { readonly slip: ConditionSlip } {
  const quoted = hideQuotedNames(text);
  const ast = parse(quoted.text);
  if ("message" in ast) return { slip: ast };
  const fields = new Set<string>();
  const slips: ConditionSlip[] = [];
  const node = compileNode(ast.node, {
    nameOf: (identifier) => quoted.names.get(identifier) ?? identifier,
    field: (name) => fields.add(name),
    slip: (slip) => slips.push(slip),
    locals: [],
  });
  const first = slips[0];
  if (first !== undefined) return { slip: first };
  // A sum of two fields could be a text or a number: never an answer either way.
  if ((node.type !== "bool" && node.type !== "any") || ast.node.op === "+") {
    const found = node.type === "any" ? "sum" : node.type;
    const message = `The condition gives a ${found}, not yes or no.`;
    return { slip: { message, offset: 0, remedy: "Compare it with something." } };
  }
  const evaluate = node.evaluate;
  return {
    condition: { text, fields: [...fields], holds: (record) => evaluate(record, NO_LOCALS) === true },
  };
}

const NO_LOCALS: readonly never[] = [];

function parse(text: string): { readonly node: ASTNode } | ConditionSlip {
  if (text.length > 1000) return { message: "The condition is longer than 1,000 characters.", offset: 1000 };
  try {
    const environment = new Environment({ unlistedVariablesAreDyn: true, limits: { maxAstNodes: 200, maxDepth: 25 } });
    return { node: environment.parse(text).ast };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? error.node?.pos ?? 0;
    const single = text.charAt(offset) === "=" && !text.slice(offset - 1, offset + 2).includes("==");
    return {
      message: `The condition cannot be read: ${error.summary}.`,
      offset,
      ...(single ? { remedy: "Compare with `==`." } : {}),
    };
  }
}

/** Puts an identifier of the same length in the place of each `` `name with blanks` ``, so that positions stay true. */
function hideQuotedNames(text: string): { readonly text: string; readonly names: ReadonlyMap<string, string> } {
  const names = new Map<string, string>();
  const hidden = text.replaceAll(/`([^`]+)`/gu, (whole: string, name: string) => {
    const identifier = `q${String(names.size)}`.padEnd(whole.length, "_");
    names.set(identifier, name);
    return identifier;
  });
  return { text: hidden, names };
}
