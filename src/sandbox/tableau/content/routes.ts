import type { Reply, SiteCall } from "../call.ts";
import { updateData } from "../data/update-data.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { deleteDatasource, getDatasource, listConnections, listDatasources, updateDatasource } from "./datasources.ts";
import { permissionRoutes } from "./permissions.ts";
import { publishDatasource } from "./publish-datasource.ts";
import { publishWorkbook } from "./publish-workbook.ts";
import { downloadNewest, downloadRevision, listRevisions } from "./revisions.ts";
import { addTags, deleteTag } from "./tags.ts";
import { validateWorkbook } from "./validate-workbook.ts";
import { WARNING_ROUTES } from "./warnings.ts";
import {
  addViewTags,
  deleteViewTag,
  deleteWorkbook,
  getView,
  getWorkbook,
  listViews,
  listWorkbookConnections,
  listWorkbooks,
  listWorkbookViews,
  updateWorkbook,
} from "./workbooks.ts";

type Handler = (call: SiteCall) => Reply | Promise<Reply>;

/** What is different between data sources and workbooks. */
interface Handlers {
  readonly list: Handler;
  readonly publish: Handler;
  readonly get: Handler;
  readonly update: Handler;
  readonly remove: Handler;
  readonly connections: Handler;
}

/** What all that is published has. */
function publishedRoutes(item: "datasource" | "workbook", handlers: Handlers): readonly Route[] {
  const items = `${item}s`;
  const one = `${items}/:${item}`;
  const connections = [`${item}_connections:read`, "content:read"];
  return [
    siteRoute("GET", items, `${items}.list`, "content:read", handlers.list),
    siteRoute("POST", items, `${items}.publish`, `${items}:create`, handlers.publish),
    siteRoute("GET", one, `${items}.get`, "content:read", handlers.get),
    siteRoute("PUT", one, `${items}.update`, `${items}:update`, handlers.update),
    siteRoute("DELETE", one, `${items}.delete`, `${items}:delete`, handlers.remove),
    siteRoute("GET", `${one}/connections`, `${items}.connections`, connections, handlers.connections),
    siteRoute("GET", `${one}/content`, `${items}.download`, `${items}:download`, downloadNewest),
    siteRoute("GET", `${one}/revisions`, "revisions.list", "content:read", listRevisions),
    siteRoute("GET", `${one}/revisions/:revision/content`, "revisions.download", `${items}:download`, downloadRevision),
    siteRoute("PUT", `${one}/tags`, "tags.add", `${item}_tags:update`, addTags),
    siteRoute("DELETE", `${one}/tags/:label`, "tags.delete", `${item}_tags:delete`, deleteTag),
    ...permissionRoutes(one, "permissions"),
  ];
}

const DATA = "datasources:update";

/** Data sources, workbooks and what is about them. */
export const CONTENT_ROUTES: readonly Route[] = [
  ...publishedRoutes("datasource", {
    list: listDatasources,
    publish: publishDatasource,
    get: getDatasource,
    update: updateDatasource,
    remove: deleteDatasource,
    connections: listConnections,
  }),
  siteRoute("PATCH", "datasources/:datasource/data", "data.update", DATA, updateData),
  siteRoute("PATCH", "datasources/:datasource/connections/:connection/data", "data.update", DATA, updateData),
  ...publishedRoutes("workbook", {
    list: listWorkbooks,
    publish: publishWorkbook,
    get: getWorkbook,
    update: updateWorkbook,
    remove: deleteWorkbook,
    connections: listWorkbookConnections,
  }),
  siteRoute("POST", "workbooks/validateWorkbookAndUpload", "workbooks.validate", "workbooks:create", validateWorkbook),
  siteRoute("GET", "workbooks/:workbook/views", "workbooks.views", "content:read", listWorkbookViews),
  siteRoute("GET", "views", "views.list", "content:read", listViews),
  siteRoute("GET", "views/:view", "views.get", "content:read", getView),
  siteRoute("PUT", "views/:view/tags", "tags.add", "view_tags:update", addViewTags),
  siteRoute("DELETE", "views/:view/tags/:label", "tags.delete", "view_tags:delete", deleteViewTag),
  ...WARNING_ROUTES,
];
