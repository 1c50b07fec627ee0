import { z } from "zod";
import { HubError } from "../../model/index.ts";
import { thereAre } from "../kit/index.ts";
import type { AsanaGateway, Params, Query } from "./gateway.ts";

const namedSchema = z.looseObject({ gid: z.string(), name: z.string() });
type Named = z.output<typeof namedSchema>;

/** Where things of a kind are listed. */
export interface Listing {
  readonly path: string;
  readonly params?: Params;
  readonly query?: Query;
}

export const foldName = (name: string): string => name.trim().toLowerCase();

/** Everything a listing shows, with gid and name. */
export async function listNamed(
  gateway: AsanaGateway,
  { path, params = {}, query = { opt_fields: "name" } }: Listing,
  signal: AbortSignal,
): Promise<readonly Named[]> {
  const things: Named[] = [];
  for await (const page of gateway.list(path, params, query, signal))
    for (const row of page.rows) {
      const parsed = namedSchema.safeParse(row);
      if (parsed.success) things.push(parsed.data);
    }
  return things;
}

/** The one of them with a gid or name. @throws HubError HUB-1418 when there is none, or several of the name. */
export function pickNamed<T extends { readonly gid: string; readonly name: string }>(
  things: readonly T[],
  name: string,
  path: string,
): T {
  const byGid = things.find(({ gid }) => gid === name);
  if (byGid !== undefined) return byGid;
  const fitting = things.filter((one) => foldName(one.name) === foldName(name));
  const [found] = fitting;
  if (found !== undefined && fitting.length === 1) return found;
  throw new HubError("HUB-1418", `Asana has ${found === undefined ? "no" : fitting.length} ${name} at ${path}.`, {
    disposition: "operator",
    place: { system: "asana", request: `GET ${path}` },
    remedy:
      found === undefined
        ? `Correct the name, or create it in Asana. ${thereAre(things.map((one) => one.name))}`
        : "Name the gid: several have the name.",
  });
}

export async function gidByName(
  gateway: AsanaGateway,
  listing: Listing,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  return pickNamed(await listNamed(gateway, listing, signal), name, listing.path).gid;
}

export async function sectionGid(
  gateway: AsanaGateway,
  project: string,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const listing = { path: "/projects/{project_gid}/sections", params: { project_gid: project } };
  return gidByName(gateway, listing, name, signal);
}
