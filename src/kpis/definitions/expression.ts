import { Environment, ParseError } from "@marcbachmann/cel-js";
import type { ASTNode } from "@marcbachmann/cel-js";
import { FUNCTIONS } from "./expression-functions.ts";
import { nearest, quoteList, suggest } from "./problems.ts";
import type { StarJoin, StarName, StarType } from "./star-names.ts";

/** An expression over one fact as SQL; only columns of the star and literals are in it. */
export interface Expression {
  readonly sql: string;
  readonly type: StarType;
  /** Tables it leads to, by name. */
  readonly joins: ReadonlyMap<string, StarJoin>;
  /** Names of the columns it reads. */
  readonly columns: readonly string[];
}

/** What is wrong with an expression; `offset` in characters from its start. */
export interface ExpressionSlip {
  readonly kind: "grammar" | "name";
  readonly message: string;
  readonly offset: number;
  readonly remedy: string;
}

/** What an expression may name, and texts that a column can only hold. */
export interface ExpressionNames {
  readonly names: ReadonlyMap<string, StarName>;
  /** `process.name` → the processes there are: comparing with another text is a slip, not an empty population. */
  readonly known: ReadonlyMap<string, readonly string[]>;
  /** The as-of in SQL, for the word `as_of`. */
  readonly asOf: string;
}

/** A part of an expression. */
export interface Term {
  readonly sql: string;
  readonly type: StarType | "nothing";
  /** The column it is, when it is one and nothing else. */
  readonly column?: string;
  /** The text it is, when it is a literal. */
  readonly text?: string;
}

const MOST_CHARACTERS = 1000;

/**
 * Compiles one line of CEL over the columns of a fact to SQL. The parser is the one of mappings; what it names is checked against
 * the star. A comparison with something empty is unknown and does not hold; only `==` and `!=` see emptiness (`region == null`).
 */
export function compileExpression(
  text: string,
  scope: ExpressionNames,
): { readonly expression: Expression } | { readonly slip: ExpressionSlip } {
  if (text.length > MOST_CHARACTERS) {
    const message = `The expression is longer than ${MOST_CHARACTERS} characters.`;
    return { slip: { kind: "grammar", message, offset: MOST_CHARACTERS, remedy: "Write two KPIs." } };
  }
  const compiler = new Compiler(scope);
  try {
    const environment = new Environment({ unlistedVariablesAreDyn: true, limits: { maxAstNodes: 200, maxDepth: 25 } });
    const term = compiler.term(environment.parse(text).ast);
    if (term.type === "nothing") throw new Slip("grammar", "The expression is nothing.", 0, "Name a column.");
    return {
      expression: { sql: term.sql, type: term.type, joins: compiler.joins, columns: [...compiler.columns] },
    };
  } catch (error) {
    if (error instanceof Slip) return { slip: error };
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? error.node?.pos ?? 0;
    const single = text.charAt(offset) === "=" && !text.slice(offset - 1, offset + 2).includes("==");
    const remedy = single ? "Compare with `==`." : "Write it as a condition of a mapping, with `&&`, `||` and `!`.";
    return { slip: { kind: "grammar", message: `The expression cannot be read: ${error.summary}.`, offset, remedy } };
  }
}

/** Leaves the compiler from any depth; never leaves this module. */
class Slip extends Error implements ExpressionSlip {
  readonly kind: ExpressionSlip["kind"];
  readonly offset: number;
  readonly remedy: string;

  constructor(kind: ExpressionSlip["kind"], message: string, offset: number, remedy: string) {
    super(message);
    this.kind = kind;
    this.offset = offset;
    this.remedy = remedy;
  }
}

const WORDS: Readonly<Record<Term["type"], string>> = {
  "yes/no": "yes or no",
  flag: "yes or no",
  number: "a number",
  seconds: "a length of time",
  text: "a text",
  instant: "a point in time",
  day: "a day",
  nothing: "nothing",
};

class Compiler {
  readonly #scope: ExpressionNames;
  readonly joins = new Map<string, StarJoin>();
  readonly columns = new Set<string>();

  constructor(scope: ExpressionNames) {
    this.#scope = scope;
  }

  term(node: ASTNode): Term {
    switch (node.op) {
      case "value":
        return this.#literal(node);
      case "id":
      case ".":
        return this.#column(node);
      case "==":
      case "!=":
        return this.#equal(node, node.args, node.op === "==");
      case "<":
      case "<=":
      case ">":
      case ">=":
        return this.#order(node, node.args, node.op);
      case "+":
      case "-":
      case "*":
      case "/":
        return this.#arithmetic(node.args, node.op);
      case "-_": {
        const inner = this.#number(node.args);
        return { sql: `(-${inner.sql})`, type: inner.type };
      }
      case "!_":
        return { sql: `(NOT ${this.condition(node.args)})`, type: "yes/no" };
      case "&&":
      case "||": {
        const [left, right] = [this.condition(node.args[0]), this.condition(node.args[1])];
        return { sql: `(${left} ${node.op === "&&" ? "AND" : "OR"} ${right})`, type: "yes/no" };
      }
      case "?:":
        return this.#choice(node, node.args);
      case "in":
        return this.#member(node.args);
      case "call":
        return this.#call(node, node.args[0], node.args[1]);
      case "rcall":
        return this.#call(node, node.args[0], [node.args[1], ...node.args[2]]);
      default:
        throw refuse(
          node,
          "A formula knows no lists but after `in`, no maps and no remainders.",
          "Write it otherwise.",
        );
    }
  }

  /** A yes or no as a condition in SQL. */
  condition(node: ASTNode): string {
    const term = this.term(node);
    if (term.type === "flag") return `(${term.sql} = 1)`;
    if (term.type === "yes/no") return term.sql;
    throw refuse(node, `Here yes or no is needed, not ${WORDS[term.type]}.`, "Compare it with something.");
  }

  #literal(node: ASTNode & { readonly op: "value" }): Term {
    const value = typeof node.args === "bigint" ? Number(node.args) : node.args;
    if (value === null) return { sql: "NULL", type: "nothing" };
    if (typeof value === "number") return { sql: String(value), type: "number" };
    if (typeof value === "boolean") return { sql: value ? "TRUE" : "FALSE", type: "yes/no" };
    if (typeof value === "string") return { sql: `'${value.replaceAll("'", "''")}'`, type: "text", text: value };
    throw refuse(node, "Bytes and unsigned numbers are not used in formulas.", "Write a plain number or text.");
  }

  #column(node: ASTNode): Term {
    const name = dottedName(node);
    if (name === "as_of") return { sql: this.#scope.asOf, type: "instant" };
    const found = name === null ? undefined : this.#scope.names.get(name);
    if (name === null || found === undefined) {
      throw new Slip("name", `There is no column "${name ?? "?"}".`, startOf(node), this.#columnsLike(name ?? ""));
    }
    this.columns.add(name);
    if (found.join !== null) this.joins.set(found.join.name, found.join);
    return { sql: found.sql, type: found.type, column: name };
  }

  /** The nearest column, else those of the table that was meant, or the fact's own and where it leads. */
  #columnsLike(name: string): string {
    const names = [...this.#scope.names.keys()].filter(
      (each) => !each.endsWith("_local") && !each.endsWith("as_of_key"),
    );
    const [best] = nearest(name, names);
    if (best !== undefined) return `Did you mean "${best}"?`;
    const prefix = `${name.split(".")[0] ?? ""}.`;
    const near = names.filter((each) => each.startsWith(prefix));
    const own = names.filter((each) => !each.includes("."));
    const tables = [...new Set(names.flatMap((each) => (each.includes(".") ? [`${each.split(".")[0] ?? ""}.…`] : [])))];
    return `Known are ${quoteList(near.length > 0 ? near : [...own, ...tables])}.`;
  }

  #equal(node: ASTNode, [a, b]: readonly [ASTNode, ASTNode], wanted: boolean): Term {
    const [left, right] = [this.term(a), this.term(b)];
    if (left.type !== "nothing" && right.type !== "nothing" && family(left.type) !== family(right.type)) {
      throw refuse(
        node,
        `${sentence(WORDS[left.type])} is compared with ${WORDS[right.type]}.`,
        "Compare what is alike.",
      );
    }
    this.#checkText(a, left, right);
    this.#checkText(b, right, left);
    const [leftSql, rightSql] = [asValue(left, right), asValue(right, left)];
    return { sql: `(${leftSql} IS ${wanted ? "NOT " : ""}DISTINCT FROM ${rightSql})`, type: "yes/no" };
  }

  /** A text that a column can never hold would make an empty population, not an error, at run time. */
  #checkText(node: ASTNode, literal: Term, other: Term): void {
    if (literal.text === undefined || other.column === undefined) return;
    const known = this.#scope.known.get(other.column);
    if (known === undefined || known.includes(literal.text)) return;
    throw new Slip("name", `There is no ${other.column} "${literal.text}".`, node.start, suggest(literal.text, known));
  }

  #order(node: ASTNode, [a, b]: readonly [ASTNode, ASTNode], op: "<" | "<=" | ">" | ">="): Term {
    const [left, right] = [this.term(a), this.term(b)];
    const kind = family(left.type);
    if (kind !== family(right.type) || kind === "yes/no" || kind === "nothing") {
      throw refuse(node, `\`${op}\` compares two numbers, two texts or two points in time.`, "Compare what is alike.");
    }
    return { sql: `(${left.sql} ${op} ${right.sql})`, type: "yes/no" };
  }

  #arithmetic([a, b]: readonly [ASTNode, ASTNode], op: "+" | "-" | "*" | "/"): Term {
    const [left, right] = [this.#number(a), this.#number(b)];
    // A length of time divided by another is a number; multiplied by a number it stays one.
    const both = left.type === "seconds" && right.type === "seconds";
    const some = left.type === "seconds" || right.type === "seconds";
    const type = op === "/" && both ? "number" : some ? "seconds" : "number";
    const sql = op === "/" ? `(${left.sql} / nullif(${right.sql}, 0))` : `(${left.sql} ${op} ${right.sql})`;
    return { sql, type };
  }

  #number(node: ASTNode): Term {
    const term = this.term(node);
    if (term.type === "flag") return { sql: term.sql, type: "number" };
    if (term.type === "number" || term.type === "seconds") return term;
    throw refuse(node, `Here a number is needed, not ${WORDS[term.type]}.`, "Name a column that holds a number.");
  }

  #choice(node: ASTNode, [condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode]): Term {
    const test = this.condition(condition);
    const [first, second] = [this.term(yes), this.term(no)];
    if (first.type !== "nothing" && second.type !== "nothing" && family(first.type) !== family(second.type)) {
      throw refuse(node, "The two sides of `? :` are not alike.", "Give two numbers, or two texts.");
    }
    const type = first.type === "nothing" || second.type === "seconds" ? second.type : first.type;
    return { sql: `(CASE WHEN ${test} THEN ${first.sql} ELSE ${second.sql} END)`, type };
  }

  #member([value, list]: readonly [ASTNode, ASTNode]): Term {
    const left = this.term(value);
    if (list.op !== "list" || list.args.length === 0) {
      throw refuse(list, "`in` is followed by a list.", 'Write `segment.name in ["SMB", "Enterprise"]`.');
    }
    const members = list.args.map((member) => {
      const term = this.term(member);
      if (family(term.type) !== family(left.type)) {
        throw refuse(member, `${sentence(WORDS[left.type])} cannot be ${WORDS[term.type]}.`, "List what is alike.");
      }
      this.#checkText(member, term, left);
      return term.sql;
    });
    return { sql: `(${left.sql} IN (${members.join(", ")}))`, type: "yes/no" };
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): Term {
    const known = FUNCTIONS.get(name);
    if (known === undefined) {
      throw refuse(node, `\`${name}\` is not known in formulas.`, suggest(name, [...FUNCTIONS.keys()]));
    }
    const terms = args.map((arg) => this.term(arg));
    const fits =
      terms.length === known.takes.length
      && terms.every(({ type }, index) => known.takes[index] === "any" || family(type) === known.takes[index]);
    if (!fits) throw refuse(node, `\`${name}\` does not take these.`, `Write it like \`${known.example}\`.`);
    return known.make(terms);
  }
}

/** What compares with what. */
function family(type: Term["type"]): "yes/no" | "number" | "text" | "instant" | "nothing" {
  switch (type) {
    case "flag":
    case "number":
    case "seconds":
      return "number";
    case "instant":
    case "day":
      return "instant";
    default:
      return type;
  }
}

/** A flag beside a yes or no is one, too. */
function asValue(term: Term, other: Term): string {
  return term.type === "flag" && other.type === "yes/no" ? `(${term.sql} = 1)` : term.sql;
}

function dottedName(node: ASTNode): string | null {
  if (node.op === "id") return node.args;
  if (node.op !== ".") return null;
  const head = dottedName(node.args[0]);
  return head === null ? null : `${head}.${node.args[1]}`;
}

/** A path is placed where it begins, not at its dot. */
function startOf(node: ASTNode): number {
  return node.op === "." ? startOf(node.args[0]) : node.start;
}

function refuse(node: ASTNode, message: string, remedy: string): Slip {
  return new Slip("grammar", message, startOf(node), remedy);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
