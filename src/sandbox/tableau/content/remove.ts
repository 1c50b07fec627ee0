import type { SiteCall } from "../call.ts";
import type { PublishedItem } from "./published.ts";

/** Takes something off its site, with the tasks that refresh it. */
export function removePublished(call: SiteCall, item: PublishedItem): void {
  const { datasources, workbooks, tasks } = call.site;
  (item.kind === "datasource" ? datasources : workbooks).delete(item.id);
  for (const task of tasks.values()) if (task.itemId === item.id) tasks.delete(task.id);
  call.state.webhooks.tell(call.site, item.kind === "datasource" ? "DatasourceDeleted" : "WorkbookDeleted", item);
}
