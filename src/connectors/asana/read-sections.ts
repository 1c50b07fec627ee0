import { z } from "zod";
import type { Instant, JsonObject, Page, Position, SourceRecord, Tombstone } from "../../model/index.ts";
import { cover } from "../kit/index.ts";
import type { Partition, ReadContext } from "../kit/index.ts";
import { readNotes, trustedEpoch } from "./baseline.ts";
import { endingOf } from "./endings.ts";
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

/** What this run has seen of a project before its sections are asked for. */
export interface ProjectSeen {
  readonly modifiedAt: string;
  /** Up to when both the event feed and the list of projects were read; null when either was not. */
  readonly until: Instant | null;
}

/**
 * Reads a project's sections when the project itself changed or events may have been missed; section events are
 * followed by the feed. An unchanged project costs no call: its sections are known up to where feed and projects were
 * read, and nothing more is claimed when they were not.
 */
export async function* readSections(
  gateway: AsanaGateway,
  partition: Partition,
  position: Position | null,
  context: ReadContext,
  { modifiedAt: projectModifiedAt, until }: ProjectSeen,
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
  if (context.mode === "incremental" && unchanged) {
    if (until === null) return;
    const covered = cover(position?.covered ?? [], { from: 0, to: until });
    yield { records: [], tombstones: [], rejects: [], position: { covered, state: state.data } };
    return;
  }
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
  // One that was moved up while its project was listed, over the edge of two pages, was on neither.
  const seen = new Set([...listed, ...rejects.flatMap(({ id }) => id ?? [])]);
  const absent = await readSectionsByName(
    gateway,
    await absentSections(context, partition.id, seen),
    context,
    () => true,
  );
  for (const { id } of absent.records) listed.add(id);
  yield {
    records: [...good.map((section) => sectionRecord(contentOf(section))), ...absent.records],
    tombstones: absent.tombstones,
    rejects: [...rejects, ...absent.rejects],
    position: {
      covered: cover(position?.covered ?? [], { from: 0, to: startedAt }),
      state: { epoch, goneAt, projectModifiedAt },
    },
    ...(context.mode === "incremental" ? {} : { sourceCount: { count: listed.size, of: "sections listed" } }),
  };
}

/** Known sections that their project's listing left out. */
async function absentSections(
  context: ReadContext,
  project: string,
  listed: ReadonlySet<string>,
): Promise<readonly string[]> {
  const absent: string[] = [];
  for (const partition of [project, ...SHARED]) {
    for await (const page of context.known.records("sections", partition)) {
      for (const { id, content } of page) {
        const home = (content["project"] as { readonly gid?: unknown } | null | undefined)?.gid;
        if (home === project && !listed.has(id)) absent.push(id);
      }
    }
  }
  return absent;
}

/** Asks for sections by name: each as it is now, or why it is gone. */
export async function readSectionsByName(
  gateway: AsanaGateway,
  gids: readonly string[],
  context: ReadContext,
  inScope: (projects: readonly string[]) => boolean,
): Promise<Omit<Page, "position">> {
  const actions = gids.map((gid) => ({ relativePath: `/sections/${gid}`, fields: SECTION_FIELDS }));
  const results = await gateway.readMany(actions, context.signal);
  const found: unknown[] = [];
  const tombstones: Tombstone[] = [];
  for (const [i, result] of results.entries()) {
    if (result.status === 200) found.push((result.body as { readonly data?: unknown }).data);
    else tombstones.push(endingOf("sections", gids[i] ?? "", result));
  }
  const { good, rejects } = accept("sections", sectionSchema, found);
  const records = good
    .filter((section) => inScope([section.project?.gid ?? ""]))
    .map((section) => sectionRecord(contentOf(section)));
  return { records, tombstones, rejects };
}
