import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

type Tree = Record<string, unknown>;

/** The file is large and known to be well formed. */
const READING = { merge: true, maxAliasCount: -1, uniqueKeys: false, prettyErrors: false, strict: false } as const;

/** One operation of the specification. */
interface Operation {
  readonly template: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly literals: number;
  readonly node: Tree;
  readonly query: ReadonlyMap<string, Tree>;
}

/** Parameters the service takes though its specification does not say so. */
const UNDECLARED_QUERY: Readonly<Record<string, readonly string[]>> = {
  "GET /workspaces/{workspace_gid}/tasks/search": ["limit", "custom_fields."],
  "GET /tasks": ["tag", "user_task_list"],
  "GET /workspaces/{workspace_gid}/events": ["sync"],
};
const NULL = { type: "null" };

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Rewrites what is OpenAPI 3.0 only, or wrong, into JSON schema (reference asana.md §19). */
function patched(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((one) => patched(one, name));
  if (!isTree(value)) return value;
  const tree: Tree = {};
  for (const [key, below] of Object.entries(value)) {
    const told = key === "description" && typeof below === "string";
    if (key !== "example" && key !== "default" && !told) tree[key] = patched(below, key);
  }
  const nullable = value["nullable"] === true || NULLABLE.test(name);
  delete tree["nullable"];
  // Domains such as `example.com` are declared as addresses.
  if (tree["format"] === "uri") delete tree["format"];
  // A template's dates say date-time, while their text and their example say a day.
  if (tree["format"] === "date-time" && /^\d{4}-\d\d-\d\d$/u.test(String(value["example"]))) delete tree["format"];
  if (name === "color") delete tree["enum"];
  const { allOf } = value;
  if (!Array.isArray(allOf)) return nullable ? orNull(tree) : tree;
  const parts = allOf.filter(isTree);
  tree["allOf"] = parts.filter((part) => part["nullable"] !== true).map((part) => patched(part, ""));
  return nullable || parts.some((part) => part["nullable"] === true) ? { anyOf: [NULL, tree] } : tree;
}

/** Names whose values are null in real answers though the specification does not allow it. */
const NULLABLE =
  /^(?:user|parent|created_by|author|last_success_at|last_failure_at|next_attempt_after|failure_deletion_timestamp|old_.*|new_(?!value).*|color|completed_by|owner|current_status|current_status_update|next_page|project_brief|created_from_template|requested_.*|photo|team|assigned_by|html_text|display_value|text_value|number_value|enum_value|date_value|date_time|start_on|due_on|due_at)$/u;

function orNull(tree: Tree): Tree {
  const { type, enum: values } = tree;
  if (typeof type !== "string") {
    const says = ["properties", "$ref", "oneOf", "anyOf"].some((key) => tree[key] !== undefined);
    return says ? { anyOf: [NULL, tree] } : tree;
  }
  if (Array.isArray(values)) tree["enum"] = [...(values as unknown[]), null];
  tree["type"] = [type, "null"];
  return tree;
}

/** The official description of the API as an oracle for requests and answers. */
export class AsanaSpec {
  readonly #ajv: Ajv;
  readonly #document: Tree;
  readonly #operations: readonly Operation[];
  readonly #anything: Tree;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(path: string) {
    const raw = parse(readFileSync(path, "utf8"), READING) as Tree;
    this.#document = {
      paths: patchedPaths(raw["paths"] as Tree),
      components: patchedComponents(raw["components"] as Tree),
    };
    this.#anything = this.#at("/components/schemas/AsanaNamedResource");
    this.#ajv = new Ajv({ strict: false, allErrors: false, addUsedSchema: false, validateSchema: false });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: "oas", ...this.#document });
    this.#operations = Object.entries(this.#document["paths"] as Record<string, Tree>).flatMap(([template, node]) =>
      METHODS.flatMap((method) => {
        const operation = node[method];
        return isTree(operation) ? [this.#operation(template, method, operation, node)] : [];
      }),
    );
  }

  /** The operation of a call as `GET /tasks/{task_gid}`, null when there is none. */
  nameOf(method: string, path: string): string | null {
    const found = this.#find(method, path);
    return found === null ? null : `${found.method.toUpperCase()} ${found.template}`;
  }

  has(name: string): boolean {
    return this.#operations.some((one) => `${one.method.toUpperCase()} ${one.template}` === name);
  }

  /** What is wrong with a request: its path, its query parameters, its JSON body. */
  requestFaults(method: string, pathAndQuery: string, body: string): string[] {
    const url = new URL(pathAndQuery, "http://asana");
    const operation = this.#find(method, url.pathname);
    if (operation === null) return [`${method} ${url.pathname} is not in the specification`];
    const name = `${method} ${operation.template}`;
    const extra = UNDECLARED_QUERY[name] ?? [];
    const faults: string[] = [];
    for (const [parameter, value] of url.searchParams) {
      const schema = operation.query.get(parameter);
      if (schema !== undefined) faults.push(...queryFault(name, parameter, value, schema));
      else if (!extra.some((one) => parameter === one || (one.endsWith(".") && parameter.startsWith(one))))
        faults.push(`${name}: query parameter ${parameter} is not in the specification`);
    }
    if (body === "") return faults;
    const pointer = `${pointerOf(operation)}/requestBody/content/application~1json/schema`;
    // Memberships of a new task are declared read-only, though the service takes them.
    const wrong = this.#check(`${name} request`, pointer, JSON.parse(body));
    return [...faults, ...wrong.filter((fault) => !fault.includes("/data/memberships"))];
  }

  /** What is wrong with an answer; errors of any status have the one error shape. */
  answerFaults(method: string, path: string, status: number, body: unknown): string[] {
    const operation = this.#find(method, path);
    if (operation === null) return [`${method} ${path} is not in the specification`];
    const name = `${method} ${operation.template} ${status}`;
    if (status >= 400) return this.#check(name, "/components/schemas/ErrorResponse", body);
    const responses = operation.node["responses"] as Tree;
    if (responses[String(status)] === undefined) return [`${name} is not a declared status`];
    const pointer = `${pointerOf(operation)}/responses/${status}/content/application~1json/schema`;
    return [...this.#check(name, pointer, body), ...this.#unknownKeys(name, pointer, body)];
  }

  /** Keys of an answer the specification does not know at that place. */
  #unknownKeys(name: string, pointer: string, body: unknown): string[] {
    const faults: string[] = [];
    const walk = (schemas: readonly Tree[], value: unknown, place: string): void => {
      if (Array.isArray(value)) {
        const items = schemas.flatMap((schema) => (isTree(schema["items"]) ? this.#flat(schema["items"]) : []));
        for (const one of value) walk(items, one, `${place}[]`);
        return;
      }
      if (!isTree(value)) return;
      const properties = schemas.flatMap((schema) => (isTree(schema["properties"]) ? [schema["properties"]] : []));
      // Resources of any kind are declared by name only.
      if (properties.length === 0 || schemas.some((schema) => schema === this.#anything)) return;
      for (const [key, below] of Object.entries(value)) {
        const declared = properties.flatMap((one) => (isTree(one[key]) ? [one[key]] : []));
        if (declared.length === 0) faults.push(`${name}: ${place}.${key} is not in the specification`);
        else
          walk(
            declared.flatMap((one) => this.#flat(one)),
            below,
            `${place}.${key}`,
          );
      }
    };
    walk(this.#flat(this.#at(pointer)), body, "");
    return [...new Set(faults)];
  }

  /** A schema with its references and alternatives taken apart. */
  #flat(schema: Tree, depth = 0): readonly Tree[] {
    if (depth > 12) return [];
    const reference = schema["$ref"];
    if (typeof reference === "string") {
      // `opt_fields` may ask for every field of the full form where the specification shows the compact one.
      const full = reference.replace(/Compact$/u, "Response");
      const forms = full === reference ? [reference] : [reference, full];
      return forms.flatMap((form) => this.#flat(this.#at(form.slice(1)), depth + 1));
    }
    const parts = ["allOf", "anyOf", "oneOf"].flatMap((key) => {
      const list = schema[key];
      return Array.isArray(list) ? list.filter(isTree).flatMap((one) => this.#flat(one, depth + 1)) : [];
    });
    return [schema, ...parts];
  }

  #at(pointer: string): Tree {
    let at: unknown = this.#document;
    for (const part of pointer.split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      at = isTree(at) ? at[key] : undefined;
    }
    return isTree(at) ? at : {};
  }

  #check(name: string, pointer: string, value: unknown): string[] {
    let validate = this.#compiled.get(pointer);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `oas#${pointer}` });
      this.#compiled.set(pointer, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${name}: ${error.instancePath} ${error.message ?? ""}`);
  }

  #find(method: string, path: string): Operation | null {
    const bare = path.replace(/^\/api\/1\.0(?=\/)/u, "");
    const fitting = this.#operations.filter((one) => one.method === method.toLowerCase() && one.pattern.test(bare));
    return fitting.sort((a, b) => b.literals - a.literals)[0] ?? null;
  }

  #operation(template: string, method: string, node: Tree, parent: Tree): Operation {
    const declared = [...((parent["parameters"] ?? []) as Tree[]), ...((node["parameters"] ?? []) as Tree[])];
    const query = new Map<string, Tree>();
    for (const one of declared) {
      const parameter = typeof one["$ref"] === "string" ? this.#at(one["$ref"].slice(1)) : one;
      if (parameter["in"] === "query") query.set(String(parameter["name"]), (parameter["schema"] ?? {}) as Tree);
    }
    const pattern = new RegExp(`^${template.replaceAll(/\{[^}]+\}/gu, "[^/]+")}$`, "u");
    const literals = template.split("/").filter((part) => !part.startsWith("{")).length;
    return { template, method, pattern, literals, node, query };
  }
}

const METHODS = ["get", "put", "post", "delete"];

function pointerOf({ template, method }: Operation): string {
  return `/paths/${encodeURIComponent(template.replaceAll("/", "~1"))}/${method}`;
}

function queryFault(name: string, parameter: string, value: string, schema: Tree): string[] {
  const { type } = schema;
  const wrong = [`${name}: query parameter ${parameter} is not ${String(type)}: ${value}`];
  if (type === "integer" && !/^\d+$/u.test(value)) return wrong;
  if (type === "boolean" && value !== "true" && value !== "false") return wrong;
  if (Array.isArray(schema["enum"]) && !schema["enum"].includes(value)) return wrong;
  return [];
}

function patchedPaths(paths: Tree): Tree {
  const out: Tree = {};
  for (const [template, node] of Object.entries(paths)) out[template] = patched(node, template);
  return out;
}

function patchedComponents(components: Tree): Tree {
  const out = patched({ schemas: components["schemas"], parameters: components["parameters"] }, "components") as Tree;
  const schemas = out["schemas"] as Record<string, Tree>;
  // Values of custom fields are of any kind, in requests above all.
  loosen(schemas, "custom_fields", (tree) => tree["additionalProperties"] !== undefined);
  for (const schema of Object.values(schemas)) decimals(schema);
  return out;
}

/** Replaces properties of one name by anything, where a condition holds. */
function loosen(node: unknown, name: string, when: (tree: Tree) => boolean): void {
  if (Array.isArray(node)) for (const one of node) loosen(one, name, when);
  if (!isTree(node)) return;
  const { properties } = node;
  if (isTree(properties) && isTree(properties[name]) && when(properties[name])) properties[name] = { type: "object" };
  for (const below of Object.values(node)) loosen(below, name, when);
}

/** Numbers of stories are declared whole but can be decimal. */
function decimals(node: unknown): void {
  if (Array.isArray(node)) for (const one of node) decimals(one);
  if (!isTree(node)) return;
  const { properties } = node;
  if (isTree(properties)) {
    for (const name of ["old_number_value", "new_number_value"]) {
      if (isTree(properties[name])) properties[name] = { type: ["number", "null"] };
    }
  }
  for (const below of Object.values(node)) decimals(below);
}
