import type { Handler } from "./call.ts";

interface Node {
  readonly literal: Map<string, Node>;
  variable: Node | null;
  /** By method: the handler and the route's name (`GET /tasks/{gid}`). */
  readonly handlers: Map<string, { readonly handler: Handler; readonly name: string }>;
}

export interface Match {
  readonly handler: Handler;
  readonly name: string;
  readonly params: readonly string[];
}

function node(): Node {
  return { literal: new Map(), variable: null, handlers: new Map() };
}

/** Routes by path segments; a `{…}` segment takes any value, literal segments win. */
export class Router {
  readonly #root = node();

  /** The names of all routes: `GET /tasks/{task_gid}`. */
  readonly names: string[] = [];

  add(method: string, path: string, handler: Handler): void {
    this.names.push(`${method} ${path}`);
    let at = this.#root;
    for (const segment of path.split("/").filter((one) => one !== "")) {
      if (segment.startsWith("{")) {
        at.variable ??= node();
        at = at.variable;
        continue;
      }
      let next = at.literal.get(segment);
      if (next === undefined) {
        next = node();
        at.literal.set(segment, next);
      }
      at = next;
    }
    at.handlers.set(method, { handler, name: `${method} ${path}` });
  }

  /** The route of a call, or null for an unknown path or method alike. */
  match(method: string, path: string): Match | null {
    let at = this.#root;
    const params: string[] = [];
    for (const segment of path.split("/")) {
      if (segment === "") continue;
      const literal = at.literal.get(segment);
      if (literal !== undefined) at = literal;
      else if (at.variable !== null) {
        at = at.variable;
        try {
          params.push(decodeURIComponent(segment));
        } catch {
          return null;
        }
      } else return null;
    }
    const found = at.handlers.get(method);
    return found === undefined ? null : { ...found, params };
  }
}
