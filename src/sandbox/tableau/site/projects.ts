import { bodyOf, pathOf, projectOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { allPublished } from "../content/published.ts";
import { removePublished } from "../content/remove.ts";
import { addProject, findProject, laterStamp, stamp } from "../state.ts";
import type { Project } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { badRequest, notFound, TableauError } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import type { ListingFields } from "../wire/listing.ts";
import { asTree, requiredText, textOf } from "../wire/request-body.ts";

const CONTENT_PERMISSIONS = new Set(["ManagedByOwner", "LockedToProject", "LockedToProjectWithoutNested"]);

const FIELDS: ListingFields<Project> = {
  values: {
    name: (project) => project.name,
    parentProjectId: (project) => project.parentId,
    topLevelProject: (project) => project.parentId === undefined,
  },
  instants: { createdAt: (project) => project.createdAt, updatedAt: (project) => project.updatedAt },
};

function projectElement(project: Project): Element {
  return element(
    "project",
    {
      id: project.id,
      name: project.name,
      description: project.description,
      createdAt: stamp(project.createdAt),
      updatedAt: stamp(project.updatedAt),
      contentPermissions: project.contentPermissions,
      parentProjectId: project.parentId,
      topLevelProject: project.parentId === undefined,
      writeable: true,
    },
    [element("owner", { id: project.ownerId })],
  );
}

/** `GET /projects` */
export function listProjects(call: SiteCall): Reply {
  const page = listPage(call.site.projects.values(), call.query, FIELDS);
  return {
    status: 200,
    elements: [page.pagination, collection("projects", "project", page.items.map(projectElement))],
  };
}

/** `POST /projects`: 201, or 409006 when the parent already has one of this name. */
export async function createProject(call: SiteCall): Promise<Reply> {
  const values = asTree((await bodyOf(call))["project"]);
  const name = requiredText(values, "name", "project");
  const parentId = parentIn(call, textOf(values, "parentProjectId"));
  refuseTaken(call, name, parentId, undefined);
  const project = addProject(call.state, call.site, {
    name,
    ownerId: call.login.userId,
    description: textOf(values, "description") ?? "",
    parentId,
    contentPermissions: contentPermissions(textOf(values, "contentPermissions") ?? "ManagedByOwner"),
  });
  return { status: 201, elements: [projectElement(project)] };
}

/** `PUT /projects/{id}`: only the attributes given change. */
export async function updateProject(call: SiteCall): Promise<Reply> {
  const project = projectOf(call, pathOf(call, "project"));
  const values = asTree((await bodyOf(call))["project"]);
  const name = textOf(values, "name") ?? project.name;
  const requested = textOf(values, "parentProjectId");
  const parentId = requested === undefined ? project.parentId : parentIn(call, requested);
  for (let above = parentId; above !== undefined; above = call.site.projects.get(above)?.parentId) {
    if (above === project.id) throw badRequest("A project cannot be moved under itself.");
  }
  refuseTaken(call, name, parentId, project);
  project.name = name;
  project.parentId = parentId;
  project.description = textOf(values, "description") ?? project.description;
  project.contentPermissions = contentPermissions(textOf(values, "contentPermissions") ?? project.contentPermissions);
  project.updatedAt = laterStamp(call.state, project.updatedAt);
  return { status: 200, elements: [projectElement(project)] };
}

/** `DELETE /projects/{id}`: takes the projects under it and everything in them along. */
export function deleteProject(call: SiteCall): Reply {
  const doomed = new Set([projectOf(call, pathOf(call, "project")).id]);
  let size = 0;
  while (size < doomed.size) {
    size = doomed.size;
    for (const project of call.site.projects.values()) {
      if (project.parentId !== undefined && doomed.has(project.parentId)) doomed.add(project.id);
    }
  }
  for (const item of allPublished(call.site)) if (doomed.has(item.projectId)) removePublished(call, item);
  for (const id of doomed) call.site.projects.delete(id);
  return { status: 204 };
}

/** An empty id means the top level. */
function parentIn(call: SiteCall, id: string | undefined): string | undefined {
  if (id === undefined || id === "") return undefined;
  if (!call.site.projects.has(id)) throw notFound("404005", `Project '${id}'`);
  return id;
}

function refuseTaken(call: SiteCall, name: string, parentId: string | undefined, self: Project | undefined): void {
  const taken = findProject(call.site, name, parentId);
  if (taken !== undefined && taken !== self) {
    throw new TableauError("409006", "Resource Conflict", `There is already a project named '${name}'.`);
  }
}

function contentPermissions(text: string): string {
  if (!CONTENT_PERMISSIONS.has(text)) throw badRequest(`'${text}' is not a kind of content permissions.`);
  return text;
}
