import { route, siteRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { refreshNow } from "./refresh.ts";
import { createSchedule, deleteSchedule, getSchedule, listSchedules, updateSchedule } from "./schedules.ts";
import { addToSchedule, createTask, deleteTask, getTask, listTasks, runTask, updateTask } from "./tasks.ts";

const TASK = "tasks/extractRefreshes/:task";

/** Refreshes of extracts, now and at times. */
export const SCHEDULE_ROUTES: readonly Route[] = [
  siteRoute(
    "POST",
    "datasources/:datasource/refresh",
    "datasources.refresh",
    ["tasks:run", "datasources:update"],
    refreshNow,
  ),
  siteRoute("POST", "workbooks/:workbook/refresh", "workbooks.refresh", ["tasks:run", "workbooks:update"], refreshNow),
  siteRoute("GET", "tasks/extractRefreshes", "tasks.list", "tasks:read", listTasks),
  siteRoute("POST", "tasks/extractRefreshes", "tasks.create", "tasks:write", createTask),
  siteRoute("GET", TASK, "tasks.get", "tasks:read", getTask),
  siteRoute("POST", TASK, "tasks.update", "tasks:write", updateTask),
  siteRoute("DELETE", TASK, "tasks.delete", "tasks:delete", deleteTask),
  siteRoute("POST", `${TASK}/runNow`, "tasks.run", "tasks:run", runTask),
  siteRoute("PUT", "schedules/:schedule/datasources", "schedules.add", "none", addToSchedule),
  siteRoute("PUT", "schedules/:schedule/workbooks", "schedules.add", "none", addToSchedule),
  route("GET", "schedules", "schedules.list", listSchedules),
  route("POST", "schedules", "schedules.create", createSchedule),
  route("GET", "schedules/:schedule", "schedules.get", getSchedule),
  route("PUT", "schedules/:schedule", "schedules.update", updateSchedule),
  route("DELETE", "schedules/:schedule", "schedules.delete", deleteSchedule),
];
