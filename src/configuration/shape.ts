import { z } from "zod";
import { nearest } from "../mappings/index.ts";
import { isJsonObject } from "../model/index.ts";
import type { Problem } from "../model/index.ts";
import { pathText } from "./yaml-file.ts";
import type { NodePath, YamlFile } from "./yaml-file.ts";

type Issue = z.core.$ZodIssue;

/** A checked file, or what does not fit in it. */
export type Shaped<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly Problem[] };

/** Checks a file's data against its schema; every misfit becomes a problem with line, column and the nearest known word. */
export function checkShape<T>(
  yaml: YamlFile,
  schema: z.ZodType<T>,
  code: string,
  data: unknown = yaml.data,
  prefix: NodePath = [],
): Shaped<T> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return { value: parsed.data, problems: [] };
  const shape = toJsonSchema(schema);
  const problems = parsed.error.issues.flatMap((issue) => tell(issue, [], { yaml, code, data, prefix, shape }));
  return { value: null, problems };
}

/** The JSON Schema of what an admin may write. */
export function toJsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" });
}

interface Telling {
  readonly yaml: YamlFile;
  readonly code: string;
  readonly data: unknown;
  readonly prefix: NodePath;
  readonly shape: z.core.JSONSchema.BaseSchema;
}

function tell(issue: Issue, base: NodePath, telling: Telling): readonly Problem[] {
  const inner: NodePath = [...base, ...issue.path.filter((part) => typeof part !== "symbol")];
  const path: NodePath = [...telling.prefix, ...inner];
  const value = valueAt(telling.data, inner);
  const name = path.length === 0 ? "The file" : `\`${pathText(path)}\``;
  const problem = (message: string, remedy?: string): readonly Problem[] => [
    { code: telling.code, message, place: telling.yaml.placeOf(path), ...(remedy === undefined ? {} : { remedy }) },
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, inner, path, telling));
    case "invalid_type":
      if (value === undefined) return [missing(path, telling)];
      return problem(`${name} is ${kindOf(value)}; ${wordFor(issue.expected)} is needed.`);
    case "invalid_value": {
      const choices = issue.values.map(String);
      if (value === undefined) return [missing(path, telling)];
      return problem(
        `${name} is ${quote(value)}, which is not known.`,
        suggestion(isText(value) ? value : quote(value), choices),
      );
    }
    case "invalid_union":
      return (
        unionBranch(issue, inner, value, telling) ?? problem(`${name} is ${quote(value)}, which does not fit here.`)
      );
    case "invalid_format":
    case "custom":
      return problem(`${name} ${predicate(issue.message)}${isText(value) ? `; found ${quote(value)}` : ""}.`);
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((nested) => problem(`The name ${name} ${predicate(nested.message)}.`));
    case "too_small":
    case "too_big":
    case "not_multiple_of":
      return problem(`${name} does not fit: ${lowerFirst(issue.message)}.`);
    default:
      return problem(`${name} does not fit.`);
  }
}

function unknownKey(key: string, inner: NodePath, path: NodePath, telling: Telling): Problem {
  const known = knownNames(telling.shape, inner);
  const where = path.length === 0 ? "this file" : `\`${pathText(path)}\``;
  return {
    code: telling.code,
    message: `\`${key}\` is not known in ${where}.`,
    place: telling.yaml.placeOf([...path, key], { atKey: true }),
    ...(known.length === 0 ? {} : { remedy: suggestion(key, known) }),
  };
}

function missing(path: NodePath, telling: Telling): Problem {
  return {
    code: telling.code,
    message: `\`${pathText(path)}\` is missing.`,
    place: telling.yaml.placeOf(path),
    remedy: `Add \`${String(path.at(-1))}:\`.`,
  };
}

/** Tells the misfits of the branch the author most likely meant: the one that gets furthest. */
function unionBranch(
  issue: Issue & { readonly code: "invalid_union" },
  inner: NodePath,
  value: unknown,
  telling: Telling,
): readonly Problem[] | undefined {
  const branches = issue.errors.filter(
    (issues) => !issues.some((each) => each.code === "invalid_type" && each.path.length === 0),
  );
  const candidates = branches.length > 0 ? branches : [];
  const best = candidates.toSorted((a, b) => badness(a) - badness(b))[0];
  if (best !== undefined) return best.flatMap((each) => tell(each, inner, telling));
  const expected = issue.errors
    .flatMap((issues) => issues.filter((each) => each.code === "invalid_type"))
    .map((each) => wordFor(each.expected));
  const values = issue.errors
    .flatMap((issues) => issues.filter((each) => each.code === "invalid_value"))
    .flatMap((each) => each.values);
  if (expected.length === 0 && values.length === 0) return undefined;
  const path = [...telling.prefix, ...inner];
  if (value === undefined) return [missing(path, telling)];
  return [
    {
      code: telling.code,
      message: `\`${pathText(path)}\` is ${kindOf(value)}; ${[...new Set(expected)].join(" or ")} is needed.`,
      place: telling.yaml.placeOf(path),
    },
  ];
}

function badness(issues: readonly Issue[]): number {
  return issues.reduce(
    (sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1) - issue.path.length / 10,
    0,
  );
}

/** The member names that the schema allows at a path. */
function knownNames(schema: unknown, path: NodePath): readonly string[] {
  if (!isJsonObject(schema)) return [];
  const branches = ["anyOf", "oneOf", "allOf"].flatMap((key) => {
    const list = schema[key];
    return Array.isArray(list) ? list : [];
  });
  const nested = branches.flatMap((branch) => knownNames(branch, path));
  const [head, ...rest] = path;
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  if (head === undefined) return [...new Set([...Object.keys(properties), ...nested])];
  const member = typeof head === "number" ? schema["items"] : (properties[head] ?? schema["additionalProperties"]);
  return [...new Set([...knownNames(member, rest), ...nested])];
}

/** "Did you mean …" with the nearest word, else the list of known ones. */
export function suggestion(word: string, known: readonly string[]): string {
  const hint = nearest(word, known);
  return hint === undefined ? `Known: ${known.slice(0, 30).join(", ")}.` : `Did you mean \`${hint}\`?`;
}

function valueAt(data: unknown, path: NodePath): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a set of names and values";
  return quote(value);
}

function wordFor(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a set of names and values",
    record: "a set of names and values",
    null: "nothing",
  };
  return words[expected] ?? expected;
}

function quote(value: unknown): string {
  const text = isText(value) ? `"${value}"` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Rooms word their messages as "is …", "says …", or only name what is wanted ("a day as YYYY-MM-DD"). */
function predicate(message: string): string {
  const text = message.replace(/\.$/u, "");
  if (/^(a|an|one|two) /u.test(text)) return `is not ${text}`;
  return /^[a-z]/u.test(text) ? text : `does not fit: ${lowerFirst(text)}`;
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
