import { badRequest } from "./errors.ts";

type Data = Readonly<Record<string, unknown>>;

/** What a request carries: its `data` and the options given in body or query. */
export interface Input {
  readonly data: Data;
  readonly optFields: string | null;
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
      else if (!name.startsWith("opt_")) data[name] = value;
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
  return { data: (data as Data | undefined) ?? {}, optFields: chosen ?? fromQuery };
}
