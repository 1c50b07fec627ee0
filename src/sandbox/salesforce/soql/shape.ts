import type { AddressValue, FieldSchema, Row, Value } from "../schema/index.ts";
import { bindPath } from "./names.ts";
import type { BoundPath, ParentStep, Scope, Target } from "./names.ts";

/** A JSON object under construction. */
export type Json = Record<string, unknown>;

/** Writes part of a record into its JSON form. */
export type Writer = (out: Json, row: Row) => void;

/** Prints a value as REST does: datetimes end in `+0000` (reference salesforce.md §5). */
export function printValue(field: FieldSchema, value: Value | AddressValue): unknown {
  if (field.type === "datetime" && typeof value === "string" && value.endsWith("Z")) {
    return `${value.slice(0, -1)}+0000`;
  }
  return value;
}

/** The `attributes` every record carries. */
export function attributes(version: string, object: string, id: string): Json {
  return { type: object, url: `/services/data/v${version}/sobjects/${object}/${id}` };
}

interface Node {
  readonly step: ParentStep | null;
  readonly fields: BoundPath[];
  readonly nodes: Map<string, Node>;
  /** Fields and parents in SELECT order. */
  readonly order: (BoundPath | Node)[];
}

function node(step: ParentStep | null): Node {
  return { step, fields: [], nodes: new Map(), order: [] };
}

/** Collects the plain columns of a SELECT; paths through one parent end up in one nested object. */
export class ColumnTree {
  readonly #scope: Scope;
  readonly #root = node(null);

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Adds a path; false when it is selected already. */
  add(path: string, offset: number): boolean {
    const bound = bindPath(this.#scope, path, offset);
    let at = this.#root;
    for (const step of bound.steps) {
      let next = at.nodes.get(step.name);
      if (next === undefined) {
        next = node(step);
        at.nodes.set(step.name, next);
        at.order.push(next);
      }
      at = next;
    }
    if (at.fields.some((each) => each.field.name === bound.field.name)) return false;
    at.fields.push(bound);
    at.order.push(bound);
    return true;
  }

  /** Compiles the collected columns; `version` is the API version of the record urls. */
  writers(version: string): Writer[] {
    const object = this.#scope.object;
    const write = compileNode(this.#root, version);
    return [
      (out, row) => {
        write(out, { object, row });
      },
    ];
  }
}

function compileNode(tree: Node, version: string): (out: Json, target: Target) => void {
  const parts = tree.order.map((each): ((out: Json, target: Target) => void) => {
    if ("readTarget" in each) {
      const { field, readTarget } = each;
      const { name } = field;
      return field.type === "datetime"
        ? (out, target) => {
            out[name] = printValue(field, readTarget(target));
          }
        : (out, target) => {
            out[name] = readTarget(target);
          };
    }
    const { step } = each;
    if (step === null) throw new TypeError("a parent without a step");
    const inner = compileNode(each, version);
    return (out, target) => {
      const parent = step.follow(target.row);
      if (parent === null) {
        out[step.name] = null;
        return;
      }
      const nested: Json = { attributes: attributes(version, parent.object.name, parent.row.Id) };
      inner(nested, parent);
      out[step.name] = nested;
    };
  });
  return (out, target) => {
    for (const part of parts) part(out, target);
  };
}
