import { HubError } from "../../model/index.ts";
import { CEILING } from "./failures.ts";
import type { AsanaGateway, Query } from "./gateway.ts";
import { accept, objectSchema } from "./shapes.ts";

/**
 * A project's tasks, page by page. Where Asana cuts the listing off (tens of thousands of results), it is listed section
 * by section instead, so that tasks may come twice: callers go by gid.
 * @throws HubError HUB-1408 when a single section is too long.
 */
export async function* listProjectTasks(
  gateway: AsanaGateway,
  project: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  try {
    for await (const { rows } of gateway.list("/tasks", {}, { ...query, project }, signal)) yield rows;
    return;
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== CEILING) throw error;
  }
  const sections: string[] = [];
  const path = "/projects/{project_gid}/sections";
  for await (const { rows } of gateway.list(path, { project_gid: project }, { opt_fields: "gid" }, signal))
    sections.push(...accept("sections", objectSchema, rows).good.map(({ gid }) => gid));
  for (const section of sections)
    for await (const { rows } of gateway.list("/tasks", {}, { ...query, section }, signal)) yield rows;
}
