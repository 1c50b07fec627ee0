import { permissionRoutes } from "../content/permissions.ts";
import { siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { cancelJob, getJob, listJobs } from "./jobs.ts";
import { getUser, listGroups, listGroupsOfUser, listUsers, listUsersOfGroup } from "./people.ts";
import { createProject, deleteProject, listProjects, updateProject } from "./projects.ts";
import { getSite } from "./server-info.ts";
import { appendToUpload, createUpload } from "./uploads.ts";

/** The site itself, its people and projects, uploads and jobs. */
export const SITE_ROUTES: readonly Route[] = [
  siteRoute("GET", "", "sites.get", ["content:read", "sites:read"], getSite),
  siteRoute("GET", "users", "users.list", "users:read", listUsers),
  siteRoute("GET", "users/:user", "users.get", "users:read", getUser),
  siteRoute("GET", "users/:user/groups", "users.groups", ["users:read", "groups:read"], listGroupsOfUser),
  siteRoute("GET", "groups", "groups.list", "groups:read", listGroups),
  siteRoute("GET", "groups/:group/users", "groups.users", "groups:read", listUsersOfGroup),
  siteRoute("GET", "projects", "projects.list", "content:read", listProjects),
  siteRoute("POST", "projects", "projects.create", "projects:create", createProject),
  siteRoute("PUT", "projects/:project", "projects.update", "projects:update", updateProject),
  siteRoute("DELETE", "projects/:project", "projects.delete", "projects:delete", deleteProject),
  ...permissionRoutes("projects/:project", "permissions"),
  ...permissionRoutes("projects/:project", "default-permissions/:defaultKind"),
  siteRoute("POST", "fileUploads", "fileUploads.create", "file_uploads:create", createUpload),
  siteRoute("PUT", "fileUploads/:upload", "fileUploads.append", "file_uploads:create", appendToUpload),
  siteRoute("GET", "jobs", "jobs.list", "jobs:read", listJobs),
  siteRoute("GET", "jobs/:job", "jobs.get", "jobs:read", getJob),
  siteRoute("PUT", "jobs/:job", "jobs.cancel", "jobs:update", cancelJob),
];
