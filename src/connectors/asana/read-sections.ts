import { z } from "zod";
import type { JsonObject, Page, Position, SourceRecord, Tombstone } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { Partition, ReadContext } from "../kit/index.ts";
import { readNotes, trustedEpoch } from "./baseline.ts";
import type { AsanaGateway } from "./gateway.ts";
import { accept, contentOf, sectionSchema } from "./shapes.ts";
import { SHARED } from "./streams.ts";
import { textOf } from "./values.ts";

export const SECTION_FIELDS = "gid,name,created_at,project.gid";

const stateSchema = z.object({
  epoch: z.number().nullable(),
  goneAt: z.string().nullable(),
  projectModifiedAt: z.string(),
});

export function sectionRecord(content: JsonObject): SourceRecord {
  return { stream: "sections", id: textOf(content["gid"]) ?? "", content };
}

/**
 * Reads a project's sections when the project itself changed or events may have been missed; section events are
 * followed by the feed. An unchanged project costs no call and gives no page.
 */
export async function* readSections(
  gateway: AsanaGateway,
  partition: Partition,
  position: Position | null,
  context: ReadContext,
  projectModifiedAt: string,
): AsyncGenerator<Page> {
  const notes = await readNotes(context.known);
  const epoch = trustedEpoch(notes);
  const goneAt = notes.goneAt.get(partition.id) ?? null;
  const state = stateSchema.safeParse(position?.state);
  const unchanged =
    state.success
    && epoch !== null
    && state.data.epoch === epoch
    && state.data.goneAt === goneAt
    && state.data.projectModifiedAt === projectModifiedAt;
  if (context.mode === "incremental" && unchanged) return;
  const startedAt = gateway.now();
  const rows: unknown[] = [];
  const params = { project_gid: partition.id };
  for await (const page of gateway.list(
    "/projects/{project_gid}/sections",
    params,
    { opt_fields: SECTION_FIELDS },
    context.signal,
  ))
    rows.push(...page.rows);
  const { good, rejects } = accept("sections", sectionSchema, rows);
  const listed = new Set(good.map(({ gid }) => gid));
  yield {
    records: good.map((section) => sectionRecord(contentOf(section))),
    tombstones: await absentSections(context, partition.id, listed),
    rejects,
    position: {
      covered: cover(position?.covered ?? [], { from: 0, to: startedAt }),
      state: { epoch, goneAt, projectModifiedAt },
    },
    ...(context.mode === "incremental" ? {} : { sourceCount: { count: good.length, of: "sections listed" } }),
  };
}

/** Sections never move between projects, so one that its project no longer lists is deleted. */
async function absentSections(
  context: ReadContext,
  project: string,
  listed: ReadonlySet<string>,
): Promise<readonly Tombstone[]> {
  const tombstones: Tombstone[] = [];
  for (const partition of [project, ...SHARED]) {
    for await (const page of context.known.records("sections", partition)) {
      for (const { id, content } of page) {
        const home = (content["project"] as { readonly gid?: unknown } | null | undefined)?.gid;
        if (home === project && !listed.has(id))
          tombstones.push({ stream: "sections", id, cause: "deleted", at: null });
      }
    }
  }
  return tombstones;
}
