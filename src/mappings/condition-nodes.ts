import type { ASTNode } from "@marcbachmann/cel-js";
import { assertNever } from "../model/index.ts";
import type { FieldValue } from "../model/index.ts";
import { FUNCTIONS, METHODS, macroOf } from "./condition-functions.ts";
import type { NodeType, Plain } from "./condition-values.ts";
import { nearest } from "./nearest.ts";
import { isList, isOption, isPerson, isRecord } from "./values.ts";
import type { Fields } from "./values.ts";

/** A slip inside a condition; `offset` in characters from its start. */
export interface ConditionSlip {
  readonly message: string;
  readonly offset: number;
  readonly remedy?: string;
}

export interface CompiledNode {
  readonly type: NodeType;
  readonly evaluate: (fields: Fields, locals: readonly Plain[]) => Plain;
}

export interface CompileScope {
  /** The field name that an identifier stands for. */
  nameOf(identifier: string): string;
  field(name: string): void;
  slip(slip: ConditionSlip): void;
  /** Names bound by `exists` and `all`, outermost first. */
  readonly locals: readonly string[];
}

type Evaluate = CompiledNode["evaluate"];

/** Turns a parsed condition into closures; slips are reported to the scope and compiled to "unknown". */
export function compileNode(node: ASTNode, scope: CompileScope): CompiledNode {
  switch (node.op) {
    case "value":
      return literal(node, scope);
    case "id":
      return identifier(node.args, scope);
    case ".": {
      const path = dottedName(node, scope);
      if (path !== null) return field(path, scope);
      return refuse(node, scope, "A dot can only follow a field's name.");
    }
    case "==":
    case "!=": {
      const [left, right] = both(node.args, scope);
      const wanted = node.op === "==";
      return { type: "bool", evaluate: (f, l) => equal(left.evaluate(f, l), right.evaluate(f, l)) === wanted };
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordering(node, node.op, scope);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return arithmetic(node, node.op, scope);
    case "-_": {
      const inner = operand(node.args, scope, "number");
      return {
        type: "number",
        evaluate: (f, l) => {
          const value = inner.evaluate(f, l);
          return typeof value === "number" ? -value : null;
        },
      };
    }
    case "!_": {
      const inner = operand(node.args, scope, "bool");
      return {
        type: "bool",
        evaluate: (f, l) => {
          const value = inner.evaluate(f, l);
          return typeof value === "boolean" ? !value : null;
        },
      };
    }
    case "&&":
    case "||": {
      const [left, right] = [operand(node.args[0], scope, "bool"), operand(node.args[1], scope, "bool")];
      return { type: "bool", evaluate: logical(left.evaluate, right.evaluate, node.op === "||") };
    }
    case "?:": {
      const condition = operand(node.args[0], scope, "bool");
      const [yes, no] = [compileNode(node.args[1], scope), compileNode(node.args[2], scope)];
      const type = yes.type === no.type ? yes.type : "any";
      return { type, evaluate: (f, l) => (condition.evaluate(f, l) === true ? yes : no).evaluate(f, l) };
    }
    case "in": {
      const [left, right] = both(node.args, scope);
      return {
        type: "bool",
        evaluate: (f, l) => {
          const list = right.evaluate(f, l);
          const value = left.evaluate(f, l);
          return Array.isArray(list) ? list.some((member: Plain) => equal(member, value)) : null;
        },
      };
    }
    case "list": {
      const members = node.args.map((member) => compileNode(member, scope));
      return { type: "list", evaluate: (f, l) => members.map((member) => member.evaluate(f, l)) };
    }
    case "call":
      return call(node, scope, node.args[0], null, node.args[1]);
    case "rcall":
      return call(node, scope, node.args[0], node.args[1], node.args[2]);
    case "map":
    case "[]":
    case ".?":
    case "[?]":
      return refuse(node, scope, "Conditions know no maps and no positions in lists.", "Use `in` or `exists`.");
    default:
      return assertNever(node);
  }
}

/** A field's value as conditions see it: choices by name, people and records by id. */
export function plainOf(value: FieldValue | undefined): Plain {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map(plainOf);
  if (isOption(value)) return value.name;
  if (isPerson(value)) return value.person;
  return isRecord(value) ? value.id : null;
}

function literal(node: ASTNode & { readonly op: "value" }, scope: CompileScope): CompiledNode {
  const value = typeof node.args === "bigint" ? Number(node.args) : node.args;
  if (value === null) return { type: "null", evaluate: () => null };
  if (typeof value === "number") return { type: "number", evaluate: () => value };
  if (typeof value === "string") return { type: "text", evaluate: () => value };
  if (typeof value === "boolean") return { type: "bool", evaluate: () => value };
  return refuse(node, scope, "Bytes and unsigned numbers are not used in conditions.", "Write a plain number or text.");
}

function identifier(name: string, scope: CompileScope): CompiledNode {
  const local = scope.locals.lastIndexOf(name);
  if (local !== -1) return { type: "any", evaluate: (_fields, locals) => locals[local] ?? null };
  return field(scope.nameOf(name), scope);
}

function field(name: string, scope: CompileScope): CompiledNode {
  scope.field(name);
  return { type: "any", evaluate: (fields) => plainOf(fields[name]) };
}

function dottedName(node: ASTNode, scope: CompileScope): string | null {
  if (node.op === "id") return scope.locals.includes(node.args) ? null : scope.nameOf(node.args);
  if (node.op !== ".") return null;
  const head = dottedName(node.args[0], scope);
  return head === null ? null : `${head}.${node.args[1]}`;
}

function both(args: readonly [ASTNode, ASTNode], scope: CompileScope): [CompiledNode, CompiledNode] {
  return [compileNode(args[0], scope), compileNode(args[1], scope)];
}

function operand(node: ASTNode, scope: CompileScope, wanted: NodeType): CompiledNode {
  const compiled = compileNode(node, scope);
  if (compiled.type !== wanted && compiled.type !== "any") {
    const words = { bool: "yes or no", number: "a number", text: "a text", list: "a list", null: "nothing", any: "" };
    return refuse(node, scope, `Here ${words[wanted]} is needed, not ${words[compiled.type]}.`);
  }
  return compiled;
}

function equal(a: Plain, b: Plain): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b));
}

function ordering(
  node: ASTNode & { readonly args: readonly [ASTNode, ASTNode] },
  op: "<" | "<=" | ">" | ">=",
  scope: CompileScope,
): CompiledNode {
  const [left, right] = both(node.args, scope);
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const mixed = side.type === "number" && other.type === "text";
    if (mixed || side.type === "bool" || side.type === "list" || side.type === "null") {
      return refuse(node, scope, `\`${op}\` compares two numbers or two texts.`);
    }
  }
  const compare: Record<typeof op, (a: number | string, b: number | string) => boolean> = {
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
  };
  const test = compare[op];
  return {
    type: "bool",
    evaluate: (f, l) => {
      const a = left.evaluate(f, l);
      const b = right.evaluate(f, l);
      if (typeof a === "number") return typeof b === "number" ? test(a, b) : null;
      return typeof a === "string" && typeof b === "string" ? test(a, b) : null;
    },
  };
}

function arithmetic(
  node: ASTNode & { readonly args: readonly [ASTNode, ASTNode] },
  op: "+" | "-" | "*" | "/" | "%",
  scope: CompileScope,
): CompiledNode {
  const [left, right] = both(node.args, scope);
  const texts = op === "+" && (left.type === "text" || right.type === "text");
  for (const side of [left, right]) {
    if (side.type !== "any" && side.type !== (texts ? "text" : "number")) {
      return refuse(node, scope, `\`${op}\` works on two numbers${op === "+" ? " or two texts" : ""}.`);
    }
  }
  const compute: Record<typeof op, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
  };
  const apply = compute[op];
  return {
    type: texts ? "text" : op === "+" ? "any" : "number",
    evaluate: (f, l) => {
      const a = left.evaluate(f, l);
      const b = right.evaluate(f, l);
      if (typeof a === "number" && typeof b === "number") {
        const result = apply(a, b);
        return Number.isFinite(result) ? result : null;
      }
      return op === "+" && typeof a === "string" && typeof b === "string" ? a + b : null;
    },
  };
}

/** Three-valued: unknown only where the other side does not decide. */
function logical(left: Evaluate, right: Evaluate, decides: boolean): Evaluate {
  return (f, l) => {
    const a = left(f, l);
    if (a === decides) return decides;
    const b = right(f, l);
    if (b === decides) return decides;
    return typeof a === "boolean" && typeof b === "boolean" ? !decides : null;
  };
}

function call(
  node: ASTNode,
  scope: CompileScope,
  name: string,
  receiver: ASTNode | null,
  args: readonly ASTNode[],
): CompiledNode {
  if (receiver !== null) {
    const macro = macroOf(name);
    if (macro !== undefined) return listMacro(node, scope, macro, receiver, args);
  }
  if (receiver === null && name === "field" && args.length === 1) {
    const [argument] = args;
    if (argument?.op === "value" && typeof argument.args === "string") return field(argument.args, scope);
  }
  const table = receiver === null ? FUNCTIONS : METHODS;
  const known = table.get(name);
  if (known === undefined) {
    const hint = nearest(name, [...table.keys()]);
    return refuse(
      node,
      scope,
      `\`${name}\` is not known in conditions.`,
      hint === undefined ? `Known: ${[...table.keys()].join(", ")}.` : `Did you mean \`${hint}\`?`,
    );
  }
  if (args.length !== known.parameters.length) {
    return refuse(node, scope, `\`${name}\` takes ${String(known.parameters.length)} value(s).`);
  }
  const inputs = receiver === null ? [...args] : [receiver, ...args];
  const wanted = receiver === null ? known.parameters : [known.receiver, ...known.parameters];
  const operands = inputs.map((input, index) => operand(input, scope, wanted[index] ?? "any"));
  const literals = inputs.map((input) => (input.op === "value" ? plainLiteral(input.args) : undefined));
  const built = known.build(literals);
  if ("why" in built) return refuse(node, scope, built.why);
  const run = built.run;
  return { type: known.type, evaluate: (f, l) => run(operands.map((each) => each.evaluate(f, l))) };
}

function plainLiteral(value: unknown): Plain | undefined {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

function listMacro(
  node: ASTNode,
  scope: CompileScope,
  macro: "exists" | "all",
  receiver: ASTNode,
  args: readonly ASTNode[],
): CompiledNode {
  const [variable, body] = args;
  if (variable?.op !== "id" || body === undefined || args.length !== 2) {
    return refuse(node, scope, `\`${macro}\` is written \`list.${macro}(x, condition about x)\`.`);
  }
  const list = operand(receiver, scope, "list");
  const test = operand(body, { ...scope, locals: [...scope.locals, variable.args] }, "bool");
  return {
    type: "bool",
    evaluate: (f, l) => {
      const members = list.evaluate(f, l);
      if (!Array.isArray(members)) return null;
      const passes = (member: Plain): boolean => test.evaluate(f, [...l, member]) === true;
      return macro === "exists" ? members.some(passes) : members.every(passes);
    },
  };
}

function refuse(node: ASTNode, scope: CompileScope, message: string, remedy?: string): CompiledNode {
  scope.slip({ message, offset: node.start, ...(remedy === undefined ? {} : { remedy }) });
  return { type: "any", evaluate: () => null };
}
