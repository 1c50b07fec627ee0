import { z } from "zod";
import { jsonParserError, methodNotAllowed } from "../errors.ts";
import type { ObjectSchema } from "../schema/index.ts";
import { runQuery } from "../soql/index.ts";
import type { Json } from "../soql/index.ts";
import { jsonBody } from "./call.ts";
import type { Call, Reply, RestState } from "./call.ts";
import { compileSearch, malformedSearch } from "./search-terms.ts";
import type { SearchScope } from "./search-terms.ts";

/** What is returned of one object. */
interface Returning {
  readonly name: string;
  readonly fields: readonly string[];
  /** WHERE and ORDER BY as written. */
  readonly clauses: string;
  readonly limit: number | null;
}

const MOST = 2000;
const SCOPES: readonly SearchScope[] = ["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"];
/** Searched when nothing is named. */
const USUAL = ["Account", "Contact", "Lead", "Opportunity", "Case", "Campaign", "User"];

function scopeNamed(name: string): SearchScope {
  const scope = SCOPES.find((each) => each === name.toUpperCase());
  if (scope === undefined) throw malformedSearch(`unexpected token: ${name}`);
  return scope;
}

/** Splits at commas outside parentheses and quotes. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'" && text.charAt(at - 1) !== "\\") quoted = !quoted;
    if (quoted) continue;
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character !== "," || depth > 0) continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  parts.push(text.slice(from));
  return parts.map((each) => each.trim()).filter((each) => each !== "");
}

function parseReturning(text: string): Returning {
  const parts = /^(\w+)\s*(?:\((.*)\))?$/su.exec(text);
  if (parts === null) throw malformedSearch(`unexpected token: ${text}`);
  const inside = (parts[2] ?? "").trim();
  const limit = /\sLIMIT\s+(\d+)\s*$/iu.exec(inside);
  const rest = limit === null ? inside : inside.slice(0, limit.index);
  const clauses = /\s(?:WHERE|ORDER\s+BY)\s.*$/isu.exec(rest);
  const fields = splitList(clauses === null ? rest : rest.slice(0, clauses.index));
  return {
    name: parts[1] ?? "",
    fields: fields.length === 0 ? ["Id"] : fields,
    clauses: clauses?.[0] ?? "",
    limit: limit === null ? null : Number(limit[1]),
  };
}

interface Search {
  readonly term: string;
  readonly scope: SearchScope;
  readonly returning: readonly Returning[];
  readonly limit: number;
}

/** Parses `FIND {term} IN … FIELDS RETURNING … LIMIT n`. */
function parseSosl(sosl: string): Search {
  const head = /^\s*FIND\s*\{((?:[^}\\]|\\.)*)\}/iu.exec(sosl);
  if (head === null) throw malformedSearch("No search term found. The search term must be enclosed in braces.");
  let rest = sosl.slice(head[0].length).trim();
  const fields = /^IN\s+(\w+)\s+FIELDS\b/iu.exec(rest);
  if (fields !== null) rest = rest.slice(fields[0].length).trim();
  const limit = /\bLIMIT\s+(\d+)\s*$/iu.exec(rest);
  const outer = limit !== null && !rest.slice(limit.index).includes(")") ? limit : null;
  if (outer !== null) rest = rest.slice(0, outer.index).trim();
  rest = rest.replace(/\bWITH\s+.*$/isu, "").trim();
  const returning = /^RETURNING\s+(.*)$/isu.exec(rest);
  if (returning === null && rest !== "") throw malformedSearch(`unexpected token: ${rest.split(/\s/u)[0] ?? ""}`);
  return {
    term: head[1] ?? "",
    scope: scopeNamed(fields?.[1] ?? "ALL"),
    returning: returning === null ? [] : splitList(returning[1] ?? "").map(parseReturning),
    limit: Math.min(MOST, outer === null ? MOST : Number(outer[1])),
  };
}

function run(state: RestState, call: Call, search: Search): Json[] {
  const { org } = state;
  const named: readonly Returning[] =
    search.returning.length > 0
      ? search.returning
      : USUAL.map((name) => ({ name, fields: ["Id"], clauses: "", limit: null }));
  const found: Json[] = [];
  for (const { name, fields, clauses, limit } of named) {
    const object: ObjectSchema | undefined = org.schema.object(name);
    const ids = fields.some((each) => each.toLowerCase() === "id") ? fields : ["Id", ...fields];
    // An unknown object or field is refused as a query would refuse it.
    const answer = runQuery(org, `SELECT ${ids.join(", ")} FROM ${name}${clauses}`, {
      version: call.version,
      includeDeleted: false,
    });
    if (object === undefined) continue;
    const matches = compileSearch(search.term, org.visibility.fields(object), search.scope);
    const table = org.table(object);
    let own = 0;
    for (let at = 0; at < answer.length; at += 1) {
      if (found.length >= search.limit || (limit !== null && own >= limit)) break;
      const record = answer.render(at);
      const id = record["Id"];
      const row = typeof id === "string" ? table.get(id) : undefined;
      if (row === undefined || !matches(row)) continue;
      found.push(record);
      own += 1;
    }
  }
  return found;
}

/** `GET search?q=FIND …` (reference salesforce.md §14). */
export function searchResource(state: RestState, call: Call): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const q = call.search.get("q");
  if (q === null) throw malformedSearch("No search string was given.");
  return { status: 200, body: { searchRecords: run(state, call, parseSosl(q)) } };
}

const PARAMETERS = z.object({
  q: z.string(),
  fields: z.array(z.string()).default(["Id"]),
  sobjects: z
    .array(
      z.object({
        name: z.string(),
        fields: z.array(z.string()).optional(),
        where: z.string().optional(),
        orderBy: z.string().optional(),
        limit: z.number().int().optional(),
      }),
    )
    .default([]),
  in: z.string().default("ALL"),
  overallLimit: z.number().int().default(MOST),
  defaultLimit: z.number().int().optional(),
});

function fromUrl(search: URLSearchParams): unknown {
  const list = (name: string): string[] | undefined => search.get(name)?.split(",");
  return {
    q: search.get("q") ?? undefined,
    fields: list("fields"),
    in: search.get("in") ?? undefined,
    overallLimit: search.has("overallLimit") ? Number(search.get("overallLimit")) : undefined,
    sobjects: search.getAll("sobject").flatMap((names) =>
      names.split(",").map((name) => ({
        name,
        fields: list(`${name}.fields`),
        where: search.get(`${name}.where`) ?? undefined,
        limit: search.has(`${name}.limit`) ? Number(search.get(`${name}.limit`)) : undefined,
      })),
    ),
  };
}

/** `GET|POST parameterizedSearch`. */
export function parameterizedSearch(state: RestState, call: Call): Reply {
  if (call.method !== "GET" && call.method !== "POST") throw methodNotAllowed(call.method);
  const parsed = PARAMETERS.safeParse(call.method === "POST" ? jsonBody(call) : fromUrl(call.search));
  if (!parsed.success) throw jsonParserError(z.prettifyError(parsed.error));
  const { q, fields, sobjects, in: scope, overallLimit, defaultLimit } = parsed.data;
  const returning = sobjects.map((each) => ({
    name: each.name,
    fields: each.fields ?? fields,
    clauses:
      (each.where === undefined ? "" : ` WHERE ${each.where}`)
      + (each.orderBy === undefined ? "" : ` ORDER BY ${each.orderBy}`),
    limit: each.limit ?? defaultLimit ?? null,
  }));
  const search = { term: q, scope: scopeNamed(scope), returning, limit: Math.min(MOST, overallLimit) };
  return { status: 200, body: { searchRecords: run(state, call, search) } };
}
