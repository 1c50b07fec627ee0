import { z } from "zod";
import type { GraphQLCall } from "./engine.ts";
import type { UploadedFile } from "./resolve-update-writes.ts";

const mapSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/**
 * A GraphQL call sent as a form (reference monday.md §1): `query`, `variables` and `map` with the files under the names
 * the map tells, `operations` of the multipart specification, or `variables[file]` alone. Null when it is none of them.
 */
export async function parseForm(request: Request): Promise<GraphQLCall | null> {
  const form = await request.formData().catch(() => null);
  if (form === null) return null;
  const text = (name: string): string | null => {
    const value = form.get(name);
    return typeof value === "string" ? value : null;
  };
  const parsed = (name: string): unknown => {
    const value = text(name);
    if (value === null || value === "") return null;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return undefined;
    }
  };
  const operations = z
    .object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() })
    .safeParse(parsed("operations"));
  const query = operations.success ? operations.data.query : text("query");
  if (query === null) return null;
  const given = operations.success ? operations.data.variables : parsed("variables");
  const variables: Record<string, unknown> = typeof given === "object" && given !== null ? { ...given } : {};
  const map = mapSchema.safeParse(parsed("map"));
  const targets = new Map<string, readonly string[]>();
  if (map.success) {
    for (const [name, paths] of Object.entries(map.data))
      targets.set(name, typeof paths === "string" ? [paths] : paths);
  }
  for (const [name, value] of form.entries()) {
    if (typeof value === "string") continue;
    const file: UploadedFile = { name: value.name, content: new Uint8Array(await value.arrayBuffer()) };
    const paths = targets.get(name) ?? [name.replace(/^variables\[(.+)\]$/u, "variables.$1")];
    for (const path of paths) place(variables, path.replace(/^variables\./u, "").split("."), file);
  }
  return { query, variables, operationName: null };
}

function place(target: Record<string, unknown>, path: readonly string[], file: UploadedFile): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = file;
    return;
  }
  const inner = target[key];
  if (typeof inner === "object" && inner !== null) place(inner as Record<string, unknown>, rest, file);
}
