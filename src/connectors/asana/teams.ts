import { foldName, listNamed, pickNamed } from "./named-things.ts";
import type { Listing } from "./named-things.ts";
import type { WriterParts } from "./writer-parts.ts";

/** The gid of a team, by gid or name. Errors: HUB-1418. */
export async function teamNamed(parts: WriterParts, name: string, signal: AbortSignal): Promise<string> {
  const listing = await teams(parts, signal);
  return pickNamed(await listNamed(parts.gateway, listing, signal), name, listing.path).gid;
}

export async function isTeam(parts: WriterParts, name: string, signal: AbortSignal): Promise<boolean> {
  const all = await listNamed(parts.gateway, await teams(parts, signal), signal);
  return all.some((team) => team.gid === name || foldName(team.name) === foldName(name));
}

async function teams({ workspace }: WriterParts, signal: AbortSignal): Promise<Listing> {
  return { path: "/workspaces/{workspace_gid}/teams", params: { workspace_gid: await workspace(signal) } };
}
