import { HubError, toProblem } from "../model/index.ts";
import type { Entity, Fence, Mapped, MappedEntity, StorePort } from "../model/index.ts";
import { breathe } from "./breath.ts";
import type { ProgressListener } from "./progress.ts";

/**
 * Maps one entity; pure. Null for one whose names are in doubt: what it was mapped to before stays. Throws HubError
 * `skip-record` for one that does not fit.
 */
export type EntityMapper = (entity: Entity) => MappedEntity | null;

export interface MapOptions {
  readonly store: StorePort;
  readonly fence: Fence;
  /** The mapper of a tenant's entities; null when no connection of the configuration belongs to that tenant. */
  readonly mapperOf: (system: string, tenant: string) => Promise<EntityMapper | null>;
  readonly now: () => number;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
}

export interface MapReport {
  readonly mapped: number;
  readonly objects: number;
  readonly events: number;
  readonly rejected: number;
  /** Left as they were mapped before, because names in them are in doubt. */
  readonly held: number;
}

/** Entities per transaction: large enough that the commit costs little, small enough that memory and a stop do not wait. */
const BATCH = 2000;
const NOTHING: MappedEntity = { objects: [], events: [], unmapped: [] };

/** Maps the listed entities until the list is empty; each entity's outputs are replaced as a set. */
export async function mapEntities(options: MapOptions): Promise<MapReport> {
  const { store, fence, progress, signal } = options;
  const total = await store.mapping.pendingCount();
  const report = { mapped: 0, objects: 0, events: 0, rejected: 0, held: 0 };
  const mappers = new Map<string, EntityMapper | null>();
  for (const { system, tenant } of await store.mapping.pendingTenants()) {
    mappers.set(`${system}/${tenant}`, await options.mapperOf(system, tenant));
  }
  const seenAt = options.now();
  const map = (entity: Entity): Mapped => {
    const mapped = mapOne(entity, mappers.get(`${entity.system}/${entity.tenant}`) ?? null, seenAt);
    if (mapped.outputs === null) report.held += 1;
    report.objects += mapped.outputs?.objects.length ?? 0;
    report.events += mapped.outputs?.events.length ?? 0;
    if (mapped.reject !== undefined) report.rejected += 1;
    return mapped;
  };
  for (;;) {
    await breathe(signal);
    const done = await store.mapping.mapPending(fence, BATCH, map);
    if (done === 0) return report;
    report.mapped += done;
    progress({ kind: "count", step: "map", done: report.mapped, of: total, unit: "entities" });
  }
}

/** History rows without their record map to nothing; the record's arrival lists the entity again. */
function mapOne(entity: Entity, mapper: EntityMapper | null, seenAt: number): Mapped {
  if (mapper === null || entity.content === null) return { outputs: NOTHING };
  try {
    return { outputs: mapper(entity) };
  } catch (error) {
    if (!(error instanceof HubError) || error.disposition !== "skip-record") throw error;
    const { system, tenant, stream, id, content } = entity;
    const key = { system, tenant, stream };
    return { outputs: NOTHING, reject: { key, stream, id, content, problem: toProblem(error), seenAt } };
  }
}
