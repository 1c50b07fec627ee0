import { z } from "zod";
import { HubError } from "../../model/index.ts";
import { refusalBehind } from "./failures.ts";
import type { CustomFieldListing } from "./custom-field-definitions.ts";
import type { AsanaGateway } from "./gateway.ts";
import type { AsanaSettings } from "./settings.ts";

const meSchema = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  workspaces: z.array(z.looseObject({ gid: z.string(), name: z.string().nullish() })),
});

/** Who the token is, and the one workspace this connection reads. */
export interface Tenant {
  readonly gid: string;
  readonly name: string;
  readonly user: string;
  readonly userName: string;
}

/** Asks who the token is and settles the workspace. Errors: HUB-1415 when it is not the one configured, or not just one. */
export async function resolveTenant(
  gateway: AsanaGateway,
  settings: AsanaSettings,
  signal: AbortSignal,
): Promise<Tenant> {
  const me = await gateway.read(
    {
      method: "GET",
      path: "/users/{user_gid}",
      params: { user_gid: "me" },
      query: { opt_fields: "gid,name,email,workspaces.gid,workspaces.name" },
    },
    meSchema,
    signal,
  );
  const wanted = settings.workspace;
  const fitting = wanted === undefined ? me.workspaces : me.workspaces.filter(({ gid }) => gid === wanted);
  const [workspace, second] = fitting;
  if (workspace === undefined || second !== undefined) {
    const seen = me.workspaces.map(({ gid, name }) => `${gid} (${name ?? ""})`).join(", ");
    throw new HubError("HUB-1415", `The token sees ${fitting.length} workspaces that fit: ${seen}.`, {
      disposition: "operator",
      place: { system: "asana", path: "workspace" },
      remedy: "Name one gid as `workspace` of the connection in hub.yaml.",
    });
  }
  return {
    gid: workspace.gid,
    name: workspace.name ?? workspace.gid,
    user: me.gid,
    userName: me.name ?? me.email ?? me.gid,
  };
}

/** The free plan's calls a minute (reference asana.md §7). */
const FREE_PER_MINUTE = 150;

/** What the workspace's plan lacks, asked at connect time; calls are then paced as that plan allows. */
export async function planNotes(
  gateway: AsanaGateway,
  customFields: CustomFieldListing,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    await customFields(signal);
    return [];
  } catch (error) {
    const status = refusalBehind(error)?.status;
    if (status === 403)
      return [
        "The token may not see the workspace's custom fields: give it the scope custom_fields:read, or none is read.",
      ];
    if (status !== 402) throw error;
    gateway.pace(FREE_PER_MINUTE);
    return [
      "The workspace's plan has no custom fields: those that mappings name stay unknown.",
      `The plan allows ${FREE_PER_MINUTE} calls a minute: a first reading takes a minute for about as many tasks.`,
    ];
  }
}

/** Remembers a result and asks again only after a failure. */
export function once<T>(make: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let pending: Promise<T> | null = null;
  return (signal) => {
    const made = pending ?? make(signal);
    pending = made;
    made.catch(() => {
      if (pending === made) pending = null;
    });
    return made;
  };
}
