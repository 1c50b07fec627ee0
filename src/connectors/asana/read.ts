import { HubError } from "../../model/index.ts";
import type { Instant, JsonObject, Page, Position } from "../../model/index.ts";
import type { Partition, ReadContext, ReadFace, Reread } from "../kit/index.ts";
import { auditPartition, estimateReading } from "./audit.ts";
import { assertFieldsInSight, readNotes } from "./baseline.ts";
import type { CustomFieldListing } from "./custom-field-definitions.ts";
import type { AsanaGateway } from "./gateway.ts";
import { readEvents } from "./read-events.ts";
import { readWholeList, rereadList, wholeLists } from "./read-lists.ts";
import { readProjects, settleProjects } from "./read-projects.ts";
import { readSections, readSectionsByName } from "./read-sections.ts";
import { partitionOf, readProjectTasks } from "./read-tasks.ts";
import { selectingByGid } from "./renamed-fields.ts";
import { projectsAsked, tasksAsked } from "./selection.ts";
import type { AsanaSettings } from "./settings.ts";
import { FEED, WHOLE } from "./streams.ts";
import { settleTasks } from "./task-settling.ts";
import { textOf } from "./values.ts";

/** Records asked for by name per page. */
const CHUNK = 100;

/** Whether a project belongs to the teams the connection is configured to look at. */
export function projectFilter(settings: AsanaSettings): (project: JsonObject) => boolean {
  const teams = settings.projects?.teams;
  if (teams === undefined) return () => true;
  const wanted = new Set(teams.map((team) => team.trim().toLowerCase()));
  return (project) => {
    const team = project["team"] as { readonly gid?: string; readonly name?: string | null } | null | undefined;
    if (team === null || team === undefined) return false;
    return wanted.has(team.gid ?? "") || wanted.has((team.name ?? "").trim().toLowerCase());
  };
}

/** The reading side of one connection. `workspace` resolves the tenant's gid, once. */
export function readFace(
  gateway: AsanaGateway,
  settings: AsanaSettings,
  workspace: (signal: AbortSignal) => Promise<string>,
  customFields: CustomFieldListing,
): ReadFace {
  const inScope = projectFilter(settings);
  /** `modified_at` of the projects last seen, for the sections. */
  let projects = new Map<string, string>();
  /** A new epoch of the event feed began in this run. */
  let newEpoch = false;
  /** Up to when the event feed and the list of projects were read to their ends. */
  const readUntil: { feed: Instant | null; projects: Instant | null } = { feed: null, projects: null };

  async function knownProjects(context: ReadContext): Promise<readonly Partition[]> {
    const found: Partition[] = [];
    const stamps = new Map<string, string>();
    for await (const page of context.known.records("projects")) {
      for (const { id, content } of page) {
        if (!inScope(content)) continue;
        found.push(partitionOf("", id, content));
        stamps.set(id, textOf(content["modified_at"]) ?? "");
      }
    }
    projects = stamps;
    return found;
  }

  async function feedScope(context: ReadContext): Promise<(gids: readonly string[]) => boolean> {
    if (settings.projects?.teams === undefined) return (gids) => gids.some((gid) => gid !== "");
    await knownProjects(context);
    const ours = projects;
    return (gids) => gids.some((gid) => ours.has(gid));
  }

  async function* read(partition: Partition, position: Position | null, given: ReadContext): AsyncGenerator<Page> {
    const { signal } = given;
    const context = await selectingByGid(given);
    const tenant = await workspace(signal);
    const list = wholeLists(tenant)[partition.stream];
    if (list !== undefined) {
      yield* readWholeList(gateway, list, customFields, position, context);
      return;
    }
    switch (partition.stream) {
      case "events": {
        const scope = await feedScope(context);
        const news = {
          newEpoch: () => {
            newEpoch = true;
          },
        };
        const startedAt = gateway.now();
        yield* readEvents(gateway, tenant, position, context, scope, news);
        readUntil.feed = startedAt;
        return;
      }
      case "projects": {
        const startedAt = gateway.now();
        yield* readProjects(gateway, tenant, position, context, inScope);
        readUntil.projects = startedAt;
        return;
      }
      case "sections": {
        if (!projects.has(partition.id)) await knownProjects(context);
        const { feed, projects: listed } = readUntil;
        yield* readSections(gateway, partition, position, context, {
          modifiedAt: projects.get(partition.id) ?? "",
          until: feed === null || listed === null ? null : Math.min(feed, listed),
        });
        return;
      }
      case "tasks":
        if (!projects.has(partition.id)) await knownProjects(context);
        yield* readProjectTasks(gateway, partition, position, context, {
          listsAll: newEpoch || context.mode !== "incremental",
          isOurs: (project) => projects.has(project),
        });
        return;
      default:
        throw unknownStream(partition.stream);
    }
  }

  async function* reread(stream: string, ids: readonly string[], given: ReadContext): AsyncGenerator<Reread> {
    const gids = [...new Set(ids)];
    const context = await selectingByGid(given);
    const list = wholeLists(await workspace(context.signal))[stream];
    const notes = await readNotes(context.known);
    for (let at = 0; at < gids.length; at += CHUNK) {
      const chunk = gids.slice(at, at + CHUNK);
      if (list !== undefined) yield await rereadList(gateway, list, chunk, context);
      else if (stream === "sections") yield await readSectionsByName(gateway, chunk, context, await feedScope(context));
      else if (stream === "projects") {
        const asked = projectsAsked(context.selection);
        assertFieldsInSight(notes, asked);
        yield await settleProjects(gateway, chunk, asked, context, inScope);
      } else if (stream === "tasks") {
        assertFieldsInSight(notes, tasksAsked(context.selection));
        yield await settleTasks(gateway, chunk, context);
      } else throw unknownStream(stream);
    }
  }

  return {
    reread,
    audit: (partition, context) => auditPartition(gateway, partition, context.signal),
    estimate: (partition, position, context) => estimateReading(gateway, partition, position, context),
    partitions: async (stream, context) => {
      if (stream === "stories") return [];
      if (stream === "events") return [{ stream, id: FEED, title: "Workspace events" }];
      if (stream === "tasks" || stream === "sections")
        return (await knownProjects(context)).map((partition) => ({ ...partition, stream }));
      if (stream !== "projects" && wholeLists("")[stream] === undefined) throw unknownStream(stream);
      return [{ stream, id: WHOLE, title: "Workspace" }];
    },
    read,
  };
}

function unknownStream(stream: string): HubError {
  return new HubError("HUB-1413", `This Asana connection does not read ${stream}.`, {
    disposition: "stop-stream",
    place: { system: "asana", stream },
    remedy: "See `hub discover` for the streams there are.",
  });
}
