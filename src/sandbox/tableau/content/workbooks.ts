import { bodyOf, pathOf, projectOf, workbookOf } from "../call.ts";
import type { Reply, SiteCall } from "../call.ts";
import { laterStamp, stamp } from "../state.ts";
import { collection, element } from "../wire/element.ts";
import type { Element } from "../wire/element.ts";
import { nameExists, notFound } from "../wire/errors.ts";
import { listPage } from "../wire/listing.ts";
import type { ListingFields } from "../wire/listing.ts";
import { asTree, flagOf, textOf } from "../wire/request-body.ts";
import { findPublished } from "./published.ts";
import type { View, Workbook } from "./published.ts";
import { removePublished } from "./remove.ts";
import { addTagsTo, deleteTagOf, tagsElement } from "./tags.ts";
import { megabytes, webPage } from "./web-page.ts";

export function workbookElement(call: SiteCall, workbook: Workbook): Element {
  const visible = workbook.views.filter(({ hidden }) => !hidden);
  return element(
    "workbook",
    {
      id: workbook.id,
      name: workbook.name,
      description: workbook.description,
      contentUrl: workbook.contentUrl,
      webpageUrl: webPage(call, "workbooks", workbook),
      showTabs: workbook.showTabs,
      size: megabytes(workbook),
      createdAt: stamp(workbook.createdAt),
      updatedAt: stamp(workbook.updatedAt),
      encryptExtracts: "false",
      defaultViewId: visible[0]?.id,
    },
    [
      element("project", { id: workbook.projectId, name: call.site.projects.get(workbook.projectId)?.name }),
      element("owner", { id: workbook.ownerId }),
      tagsElement(workbook.tags),
      collection(
        "views",
        "view",
        visible.map((view) => viewElement(workbook, view)),
      ),
    ],
  );
}

function viewElement(workbook: Workbook, view: View, children: readonly Element[] = []): Element {
  return element(
    "view",
    {
      id: view.id,
      name: view.name,
      contentUrl: view.contentUrl,
      createdAt: stamp(workbook.createdAt),
      updatedAt: stamp(workbook.updatedAt),
      viewUrlName: view.contentUrl.split("/").at(-1),
      sheetType: view.sheetType,
    },
    children,
  );
}

function listingFields(call: SiteCall): ListingFields<Workbook> {
  return {
    values: {
      name: (workbook) => workbook.name,
      contentUrl: (workbook) => workbook.contentUrl,
      displayTabs: (workbook) => workbook.showTabs,
      size: megabytes,
      tags: (workbook) => [...workbook.tags],
      projectName: (workbook) => call.site.projects.get(workbook.projectId)?.name,
      ownerName: (workbook) => call.state.users.get(workbook.ownerId)?.name,
    },
    instants: { createdAt: (workbook) => workbook.createdAt, updatedAt: (workbook) => workbook.updatedAt },
  };
}

/** `GET /workbooks` */
export function listWorkbooks(call: SiteCall): Reply {
  const page = listPage(call.site.workbooks.values(), call.query, listingFields(call));
  const items = page.items.map((workbook) => {
    const { children, ...rest } = workbookElement(call, workbook);
    // A listing has everything but the views.
    return { ...rest, children: children.filter(({ name }) => name !== "views") };
  });
  return { status: 200, elements: [page.pagination, collection("workbooks", "workbook", items)] };
}

/** `GET /workbooks/{id}` */
export function getWorkbook(call: SiteCall): Reply {
  return { status: 200, elements: [workbookElement(call, workbookOf(call))] };
}

/** `PUT /workbooks/{id}`: renames, moves, gives away, shows tabs; only what is given changes. */
export async function updateWorkbook(call: SiteCall): Promise<Reply> {
  const workbook = workbookOf(call);
  const values = asTree((await bodyOf(call))["workbook"]);
  const name = textOf(values, "name") ?? workbook.name;
  const projectId = projectOf(call, textOf(asTree(values["project"]), "id") ?? workbook.projectId).id;
  const ownerId = textOf(asTree(values["owner"]), "id") ?? workbook.ownerId;
  if (!call.state.users.has(ownerId)) throw notFound("404002", `User '${ownerId}'`);
  const taken = findPublished(call.site.workbooks, name, projectId);
  if (taken !== undefined && taken !== workbook) throw nameExists("workbook", name);
  workbook.name = name;
  workbook.projectId = projectId;
  workbook.ownerId = ownerId;
  workbook.description = textOf(values, "description") ?? workbook.description;
  workbook.showTabs = flagOf(values, "showTabs") ?? workbook.showTabs;
  workbook.updatedAt = laterStamp(call.state, workbook.updatedAt);
  return { status: 200, elements: [workbookElement(call, workbook)] };
}

/** `DELETE /workbooks/{id}`: 204. */
export function deleteWorkbook(call: SiteCall): Reply {
  removePublished(call, workbookOf(call));
  return { status: 204 };
}

/** `GET /workbooks/{id}/connections` */
export function listWorkbookConnections(call: SiteCall): Reply {
  const connections = workbookOf(call).connections.map(({ id, type, serverAddress, serverPort, datasource }) =>
    element("connection", { id, type, serverAddress, serverPort, userName: "" }, [
      element("datasource", { id: datasource.id, name: datasource.name }),
    ]),
  );
  return { status: 200, elements: [collection("connections", "connection", connections)] };
}

/** `GET /workbooks/{id}/views`: those that are not hidden. */
export function listWorkbookViews(call: SiteCall): Reply {
  const workbook = workbookOf(call);
  const views = workbook.views.filter(({ hidden }) => !hidden).map((view) => viewElement(workbook, view));
  return { status: 200, elements: [collection("views", "view", views)] };
}

interface Shown {
  readonly workbook: Workbook;
  readonly view: View;
}

function shownViews(call: SiteCall): readonly Shown[] {
  return [...call.site.workbooks.values()].flatMap((workbook) =>
    workbook.views.filter(({ hidden }) => !hidden).map((view) => ({ workbook, view })),
  );
}

function shownElement({ workbook, view }: Shown): Element {
  return viewElement(workbook, view, [
    element("workbook", { id: workbook.id }),
    element("owner", { id: workbook.ownerId }),
    element("project", { id: workbook.projectId }),
    tagsElement(view.tags),
  ]);
}

/** `GET /views`: of all workbooks. */
export function listViews(call: SiteCall): Reply {
  const page = listPage(shownViews(call), call.query, {
    values: {
      name: ({ view }) => view.name,
      contentUrl: ({ view }) => view.contentUrl,
      sheetType: ({ view }) => view.sheetType,
      viewUrlName: ({ view }) => view.contentUrl.split("/").at(-1),
    },
    instants: { createdAt: ({ workbook }) => workbook.createdAt, updatedAt: ({ workbook }) => workbook.updatedAt },
  });
  return { status: 200, elements: [page.pagination, collection("views", "view", page.items.map(shownElement))] };
}

function shownOf(call: SiteCall): Shown {
  const id = pathOf(call, "view");
  const shown = shownViews(call).find(({ view }) => view.id === id);
  if (shown === undefined) throw notFound("404011", `View '${id}'`);
  return shown;
}

/** `GET /views/{id}` */
export function getView(call: SiteCall): Reply {
  return { status: 200, elements: [shownElement(shownOf(call))] };
}

/** `PUT /views/{id}/tags` */
export function addViewTags(call: SiteCall): Promise<Reply> {
  return addTagsTo(call, shownOf(call).view);
}

/** `DELETE /views/{id}/tags/{label}` */
export function deleteViewTag(call: SiteCall): Reply {
  return deleteTagOf(call, shownOf(call).view);
}
