import { badRequest } from "./errors.ts";

type Data = Readonly<Record<string, unknown>>;

/** What a request carries: its `data` and the options given in body or query. */
export interface Input {
  readonly data: Data;
  readonly optFields: string | null;
  /** Whether the body asks for an indented answer. */
  readonly pretty?: boolean;
}

/** `opt_fields` from the query: comma list, repeated keys, or both. */
export function queryFields(query: URLSearchParams): string | null {
  const given = query.getAll("opt_fields").filter((one) => one !== "");
  return given.length === 0 ? null : given.join(",");
}

/** Parses a JSON or form body. Errors: 400 as the service words it (reference asana.md §4, §6). */
export function parseBody(text: string, contentType: string, fromQuery: string | null): Input {
  if (text === "") return { data: {}, optFields: fromQuery };
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    const data: Record<string, unknown> = {};
    let optFields = fromQuery;
    for (const [name, value] of new URLSearchParams(text)) {
      if (name === "opt_fields") optFields = value;
      else if (name === "options[fields]" || name === "options.fields") optFields = value;
      else if (!name.startsWith("opt_")) put(data, name, value);
    }
    return { data, optFields };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw badRequest("Could not parse request data, invalid JSON");
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw badRequest("Could not parse request data, invalid JSON");
  return envelope(parsed as Data, fromQuery);
}

/** `tags[]=1`, `custom_fields[12]=x` and `projects[0]=1` name places inside of lists and objects. */
function put(data: Record<string, unknown>, name: string, value: string): void {
  const match = /^([^[\]]+)\[([^[\]]*)\]$/u.exec(name);
  if (match === null) {
    data[name] = value;
    return;
  }
  const [, key = "", place = ""] = match;
  const before = data[key];
  if (place === "" || /^\d{1,3}$/u.test(place))
    data[key] = [...(Array.isArray(before) ? (before as unknown[]) : []), value];
  else data[key] = { ...(before as Data | undefined), [place]: value };
}

/** Takes `{data, options}` apart. Errors: 400 for any other key. */
function envelope(body: Data, fromQuery: string | null): Input {
  for (const name of Object.keys(body)) {
    if (name !== "data" && name !== "options")
      throw badRequest(
        `Unrecognized request field ${name} . The only allowed keys at the top level are: data, options. Make sure your request body is wrapped in data.`,
      );
  }
  const { data, options } = body;
  if (data !== undefined && (data === null || typeof data !== "object" || Array.isArray(data)))
    throw badRequest("data: Value is not an object");
  const fields = (options as Data | undefined)?.["fields"];
  const chosen = Array.isArray(fields) ? fields.join(",") : typeof fields === "string" ? fields : null;
  const pretty = (options as Data | undefined)?.["pretty"] === true;
  return { data: (data as Data | undefined) ?? {}, optFields: chosen ?? fromQuery, pretty };
}

/** The body of a request, of whatever kind; multipart files become `{name, size, type}`. */
export async function bodyOf(request: Request, fromQuery: string | null): Promise<Input> {
  if (request.method === "GET") return { data: {}, optFields: fromQuery };
  const contentType = request.headers.get("content-type") ?? "";
  if (!contentType.startsWith("multipart/form-data")) return parseBody(await request.text(), contentType, fromQuery);
  const data: Record<string, unknown> = {};
  for (const [name, value] of await request.formData()) {
    data[name] = typeof value === "string" ? value : { name: value.name, size: value.size, type: value.type };
  }
  return { data, optFields: fromQuery };
}
