import { HubError, parseInstant } from "../../model/index.ts";
import type { ActorEvidence, Entity, FieldValue, Instant, JsonObject } from "../../model/index.ts";
import type { Normaliser, NormaliserOptions } from "../kit/index.ts";
import type { AsanaSettings } from "./settings.ts";
import { projectFields, taskFields } from "./task-fields.ts";
import { actorOf, storiesOf, transitionsOf } from "./transitions.ts";
import { gidOf, nameOf, namesOf, textOf } from "./values.ts";

/** Stories this close to a task's creation were written by whoever created it. */
const AT_CREATION_MS = 5_000;

/** Brings stored tasks with their stories, projects and the small lists to the common shape. */
export function asanaNormaliser(options: NormaliserOptions<AsanaSettings>): Normaliser {
  const services = serviceAccounts(options);
  const projects = options.references["projects"];
  const names = namesOf(options.references);
  return (entity) => {
    const { system, tenant, stream, id, content, tombstone } = entity;
    const frame = { key: { system, tenant, stream, id }, removed: tombstone };
    if (content === null) return { ...frame, fields: {}, transitions: [], created: null, url: null, gaps: [] };
    const at = createdAt(entity, content);
    const url = textOf(content["permalink_url"]);
    if (stream === "tasks") {
      const fields = taskFields(content, projects, names);
      const created =
        at === null ? null : { at, precision: "ms" as const, by: creatorOf(entity, content, at, services) };
      return { ...frame, fields, ...transitionsOf(entity, content, fields, at, services, names), created, url };
    }
    const fields = stream === "projects" ? projectFields(content, names) : plainFields(content);
    // A project does not tell who made it.
    const created =
      at === null ? null : { at, precision: "ms" as const, by: { person: null, kind: "unknown" as const } };
    return { ...frame, fields, transitions: [], created, url, gaps: [] };
  };
}

function createdAt({ stream, id }: Entity, content: JsonObject): Instant | null {
  const value = content["created_at"];
  if (value === undefined || value === null) return null;
  const instant = typeof value === "string" ? parseInstant(value) : undefined;
  if (instant !== undefined) return instant;
  throw new HubError("HUB-1414", `${stream} ${id} has a created_at that is no time.`, {
    disposition: "skip-record",
    place: { system: "asana", stream, record: id, path: "created_at" },
    remedy: "Look at the object in Asana; it is kept in the dead letters and can be replayed.",
  });
}

/** The first story tells how the task came about, if it is of the same moment and person. */
function creatorOf(
  entity: Entity,
  content: JsonObject,
  at: Instant,
  services: ReadonlyMap<string, string>,
): ActorEvidence {
  const person = gidOf(content["created_by"]);
  const first = storiesOf(entity)[0];
  if (first !== undefined) {
    const told = parseInstant(textOf(first.content["created_at"]) ?? "");
    const by = actorOf(first.content, services);
    if (told !== undefined && told - at <= AT_CREATION_MS && by.person === person) return by;
  }
  if (person === null) return { person: null, kind: "automation" };
  const client = services.get(person);
  return client === undefined ? { person, kind: "unknown" } : { person, kind: "api", client };
}

/** Names of the registered service accounts by their gid. */
function serviceAccounts({ settings, references }: NormaliserOptions<AsanaSettings>): ReadonlyMap<string, string> {
  const registered = new Set((settings.serviceAccounts ?? []).map((account) => account.trim().toLowerCase()));
  const services = new Map<string, string>();
  if (registered.size === 0) return services;
  for (const [gid, user] of references["users"] ?? []) {
    const email = textOf(user["email"])?.toLowerCase() ?? "";
    if (registered.has(gid) || registered.has(email)) services.set(gid, nameOf(user) ?? email);
  }
  for (const account of registered)
    if (/^\d+$/u.test(account) && !services.has(account)) services.set(account, account);
  return services;
}

/** Text, numbers and yes-or-no of the small lists, as they are. */
function plainFields(content: JsonObject): Readonly<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(content)) {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      fields[name] = value;
  }
  return fields;
}
