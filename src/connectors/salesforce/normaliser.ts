import { HubError, parseInstant } from "../../model/index.ts";
import type { Entity, NormalisedEntity } from "../../model/index.ts";
import type { Normaliser, NormaliserOptions } from "../kit/index.ts";
import type { SalesforceSettings } from "./settings.ts";
import { actorOf, transitionsOf } from "./transitions.ts";
import { factsOf, fieldsOf } from "./values.ts";
import type { ObjectFacts } from "./values.ts";

/** Brings stored rows and their histories to the common shape. Stamps are whole seconds (reference salesforce.md §5). */
export function salesforceNormaliser(options: NormaliserOptions<SalesforceSettings>): Normaliser {
  const facts = new Map<string, ObjectFacts>();
  return (entity) => {
    let own = facts.get(entity.stream);
    if (own === undefined) {
      own = factsOf(entity.stream, options.references);
      facts.set(entity.stream, own);
    }
    return normalise(entity, own);
  };
}

function normalise(entity: Entity, facts: ObjectFacts): NormalisedEntity {
  const { system, tenant, stream, id, content, tombstone } = entity;
  const createdAt = content === null ? null : creationOf(entity, content["CreatedDate"]);
  const created = content === null || createdAt === null ? null : { at: createdAt, by: actorOf(content) };
  const fields = content === null ? {} : fieldsOf(content, facts);
  return {
    key: { system, tenant, stream, id },
    fields,
    ...transitionsOf(entity, fields, created, facts),
    created: created === null ? null : { ...created, precision: "s" },
    removed: tombstone,
    url: facts.instanceUrl === null ? null : `${facts.instanceUrl}/${id}`,
  };
}

function creationOf(entity: Entity, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  const instant = typeof value === "string" ? parseInstant(value) : undefined;
  if (instant !== undefined) return instant;
  throw new HubError("HUB-1316", `${entity.stream} ${entity.id} has a CreatedDate that is no time.`, {
    disposition: "skip-record",
    place: { system: "salesforce", stream: entity.stream, record: entity.id, path: "CreatedDate" },
    remedy: "Look at the record in Salesforce; it is kept in the dead letters and can be replayed.",
  });
}
