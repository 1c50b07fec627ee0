import type { Entity, JsonObject, NormalisedEntity } from "../../model/index.ts";

/** All live records of the reference streams, by stream and id. */
export type ReferenceRecords = Readonly<Record<string, ReadonlyMap<string, JsonObject>>>;

export interface NormaliserOptions<Settings> {
  readonly system: string;
  readonly tenant: string;
  readonly settings: Settings;
  readonly references: ReferenceRecords;
}

/** Pure: the same entity and references give the same result. Throws HubError `skip-record` for a record that does not fit. */
export type Normaliser = (entity: Entity) => NormalisedEntity;
