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

/** What all that is published has, below its own path. */
function publishedRoutes(items: "datasources" | "workbooks", item: string): readonly Route[] {
  const one = `${items}/:${item}`;
  return [
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
  siteRoute("GET", "datasources", "datasources.list", "content:read", listDatasources),
  siteRoute("POST", "datasources", "datasources.publish", "datasources:create", publishDatasource),
  siteRoute("GET", "datasources/:datasource", "datasources.get", "content:read", getDatasource),
  siteRoute("PUT", "datasources/:datasource", "datasources.update", "datasources:update", updateDatasource),
  siteRoute("DELETE", "datasources/:datasource", "datasources.delete", "datasources:delete", deleteDatasource),
  siteRoute(
    "GET",
    "datasources/:datasource/connections",
    "connections.list",
    ["datasource_connections:read", "content:read"],
    listConnections,
  ),
  siteRoute("PATCH", "datasources/:datasource/data", "data.update", DATA, updateData),
  siteRoute("PATCH", "datasources/:datasource/connections/:connection/data", "data.update", DATA, updateData),
  ...publishedRoutes("datasources", "datasource"),
  siteRoute("GET", "workbooks", "workbooks.list", "content:read", listWorkbooks),
  siteRoute("POST", "workbooks", "workbooks.publish", "workbooks:create", publishWorkbook),
  siteRoute("POST", "workbooks/validateWorkbookAndUpload", "workbooks.validate", "workbooks:create", validateWorkbook),
  siteRoute("GET", "workbooks/:workbook", "workbooks.get", "content:read", getWorkbook),
  siteRoute("PUT", "workbooks/:workbook", "workbooks.update", "workbooks:update", updateWorkbook),
  siteRoute("DELETE", "workbooks/:workbook", "workbooks.delete", "workbooks:delete", deleteWorkbook),
  siteRoute(
    "GET",
    "workbooks/:workbook/connections",
    "workbooks.connections",
    ["workbook_connections:read", "content:read"],
    listWorkbookConnections,
  ),
  siteRoute("GET", "workbooks/:workbook/views", "workbooks.views", "content:read", listWorkbookViews),
  ...publishedRoutes("workbooks", "workbook"),
  siteRoute("GET", "views", "views.list", "content:read", listViews),
  siteRoute("GET", "views/:view", "views.get", "content:read", getView),
  siteRoute("PUT", "views/:view/tags", "tags.add", "view_tags:update", addViewTags),
  siteRoute("DELETE", "views/:view/tags/:label", "tags.delete", "view_tags:delete", deleteViewTag),
  ...WARNING_ROUTES,
];
