import { Environment, EvaluationError, ParseError } from "@marcbachmann/cel-js";
import type { Actor, Canonical, LinkedObject } from "../../model/index.ts";

/** A checked `where` or `unless`. */
export interface Condition {
  readonly text: string;
  /** Null when it cannot be known, because a value it needs is empty. */
  holds(source: LinkedObject): boolean | null;
}

/** Attribute → kind, as the mappings declare them; null when the object type is not known yet. */
export type AttributeKinds = ReadonlyMap<string, string> | null;

const CEL_TYPES: Readonly<Record<string, string>> = {
  number: "double",
  flag: "bool",
  text: "string",
  option: "string",
  date: "string",
  person: "string",
};

const MONEY = { amount: "double", currency: "string", corporate: "double" };

/**
 * Compiles one line of CEL over the source object, which it names by its type (`opportunity.amount.corporate < 5000`).
 * Variables are typed by their attributes' kinds. Whole numbers are read as decimals, so that `amount + 1` works.
 * @returns the condition, or a sentence that says what is wrong with it.
 */
export function compileCondition(
  text: string,
  type: string,
  kinds: AttributeKinds,
): { readonly condition: Condition } | { readonly slip: string } {
  const variable = type.replaceAll("-", "_");
  try {
    const environment = new Environment({ limits: { maxAstNodes: 200, maxDepth: 25 } });
    if (kinds === null || kinds.size === 0) environment.registerVariable(variable, "dyn");
    else environment.registerVariable(variable, { schema: schemaOf(kinds) });
    const program = environment.parse(withDecimals(text));
    const checked = program.check();
    if (!checked.valid) return { slip: firstLine(checked.error?.message ?? "it has no type") };
    if (checked.type !== "bool" && checked.type !== "dyn") return { slip: `it gives a ${checked.type}, not yes or no` };
    return {
      condition: {
        text,
        holds: (source) => {
          try {
            const result: unknown = program({ [variable]: valuesOf(source) });
            return typeof result === "boolean" ? result : null;
          } catch (error) {
            // An empty attribute is left out, so that reaching for it ends here: the answer is not known.
            if (error instanceof EvaluationError) return null;
            throw error;
          }
        },
      },
    };
  } catch (error) {
    if (error instanceof ParseError || error instanceof TypeError || error instanceof EvaluationError) {
      return { slip: firstLine(error.message) };
    }
    throw error;
  }
}

function schemaOf(kinds: ReadonlyMap<string, string>): Readonly<Record<string, string | typeof MONEY>> {
  return Object.fromEntries(
    [...kinds].map(([name, kind]) => [name, kind === "money" ? MONEY : (CEL_TYPES[kind] ?? "dyn")]),
  );
}

/** Writes whole numbers outside texts as decimals: CEL does not add an int to a double. */
function withDecimals(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])\d+(?![\w.])/gu, (part) =>
    /^\d/u.test(part) ? `${part}.0` : part,
  );
}

function valuesOf(source: LinkedObject): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(source.object.attributes)) {
    const plain = plainOf(value, source.persons[name] ?? null);
    if (plain !== null) values[name] = plain;
  }
  return values;
}

function plainOf(value: Canonical, person: Actor | null): unknown {
  if (value === null || typeof value !== "object") return value;
  if ("person" in value) return person?.name ?? value.person;
  if ("day" in value) return value.day;
  if ("amount" in value) {
    const { amount, currency, corporate } = value;
    return corporate === null ? { amount, currency } : { amount, currency, corporate };
  }
  if ("at" in value && typeof value.at === "number") return value.at;
  return value;
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
