import { z } from "zod";
import type { OrganisationChange } from "../kit/fault.ts";
import { OrganisationError } from "../kit/system.ts";
import { addProject, findProject } from "./state.ts";
import type { Project, ServerState, Site } from "./state.ts";

const project = z.string().min(1);

const CHANGE = z.discriminatedUnion("do", [
  /** Removes a project with all that is in it and makes another of the same name: who knew its id finds nothing. */
  z.strictObject({ do: z.literal("replace-project"), project }),
  z.strictObject({ do: z.literal("rename-project"), project, to: z.string().min(1) }),
  /** Somebody else signs in with the same token, which ends the session it had. */
  z.strictObject({ do: z.literal("sign-in-elsewhere"), token: z.string().optional() }),
  z.strictObject({ do: z.literal("revoke-token"), token: z.string() }),
]);

/** Changes what an administrator of the site could change. @throws OrganisationError for what is not known */
export function changeOrganisation(state: ServerState, change: OrganisationChange): unknown {
  const read = CHANGE.safeParse(change);
  if (!read.success) throw new OrganisationError(`Tableau: ${z.prettifyError(read.error)}`);
  const wanted = read.data;
  switch (wanted.do) {
    case "replace-project":
      return replaceProject(state, wanted.project);
    case "rename-project": {
      const found = projectAt(state, wanted.project);
      found.project.name = wanted.to;
      return { project: found.project.id };
    }
    case "sign-in-elsewhere":
      return { sessions: endLogins(state, wanted.token) };
    default:
      if (!state.accessTokens.delete(wanted.token)) throw new OrganisationError(`There is no token ${wanted.token}.`);
      return { sessions: endLogins(state, wanted.token) };
  }
}

function replaceProject(state: ServerState, path: string): { readonly project: string } {
  const { site, project: old } = projectAt(state, path);
  for (const items of [site.datasources, site.workbooks]) {
    for (const item of items.values()) if (item.projectId === old.id) items.delete(item.id);
  }
  site.projects.delete(old.id);
  const { name, ownerId, parentId } = old;
  return { project: addProject(state, site, { name, ownerId, parentId }).id };
}

/** @param path names from the top, separated by `/` */
function projectAt(state: ServerState, path: string): { readonly site: Site; readonly project: Project } {
  for (const site of state.sites.values()) {
    let found: Project | undefined;
    for (const name of path.split("/")) found = findProject(site, name.trim(), found?.id);
    if (found !== undefined) return { site, project: found };
  }
  throw new OrganisationError(`There is no project ${path}.`);
}

/** Ends the sessions of a personal access token, or of all of them. */
export function endLogins(state: ServerState, tokenName: string | undefined): number {
  let ended = 0;
  for (const login of state.logins.values()) {
    if (login.tokenName === undefined || (tokenName !== undefined && login.tokenName !== tokenName)) continue;
    state.logins.delete(login.token);
    ended += 1;
  }
  return ended;
}
