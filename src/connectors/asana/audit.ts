import { z } from "zod";
import type { Position } from "../../model/index.ts";
import type { Audit, Estimate, Partition, ReadContext } from "../kit/index.ts";
import { refusalBehind } from "./failures.ts";
import type { AsanaGateway } from "./gateway.ts";
import { projectsOf } from "./task-details.ts";

const PAGE_SIZE = 100;
const countSchema = z.looseObject({ num_tasks: z.number() });

/** How many tasks Asana itself counts in a project; null where it does not say. */
async function countTasks(gateway: AsanaGateway, project: string, signal: AbortSignal): Promise<number | null> {
  try {
    const { num_tasks: count } = await gateway.read(
      {
        method: "GET",
        path: "/projects/{project_gid}/task_counts",
        params: { project_gid: project },
        query: { opt_fields: "num_tasks" },
      },
      countSchema,
      signal,
    );
    return count;
  } catch (error) {
    const status = refusalBehind(error)?.status;
    if (status === 402 || status === 403 || status === 404) return null;
    throw error;
  }
}

/** Asana's own count of a project's tasks; subtasks and tasks outside projects are left out. Null for other streams. */
export async function auditPartition(
  gateway: AsanaGateway,
  { stream, id, title }: Partition,
  signal: AbortSignal,
): Promise<Audit | null> {
  if (stream !== "tasks") return null;
  const count = await countTasks(gateway, id, signal);
  if (count === null) return null;
  const name = `${title} (${id})`;
  return {
    of: "tasks of each project",
    buckets: [{ name, count }],
    bucketOf: ({ content }) => (projectsOf(content).includes(id) ? name : null),
    among: "stream",
  };
}

/** A task costs a call for its history when it is new; a project that was read before costs one when nothing changed. */
export async function estimateReading(
  gateway: AsanaGateway,
  { stream, id }: Partition,
  position: Position | null,
  context: ReadContext,
): Promise<Estimate> {
  const partition = stream === "tasks" || stream === "sections" ? id : undefined;
  let known = 0;
  for await (const page of context.known.records(stream, partition)) known += page.length;
  if (stream === "events") return { calls: 1, records: null, exact: false };
  const again = position !== null && context.mode === "incremental";
  if (stream === "sections") return { calls: again ? 0 : 1, records: position === null ? null : known, exact: false };
  if (stream !== "tasks") return { calls: pages(known), records: known === 0 ? null : known, exact: false };
  if (again) return { calls: 1, records: known, exact: false };
  const records = position === null ? await countTasks(gateway, id, context.signal) : known;
  const histories = position === null || context.mode === "full" ? (records ?? 0) : 0;
  return { calls: pages(records ?? 0) + histories, records, exact: false };
}

const pages = (rows: number): number => Math.max(1, Math.ceil(rows / PAGE_SIZE));
