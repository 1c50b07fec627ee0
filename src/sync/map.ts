import { HubError, toProblem } from "../model/index.ts";
import type { Entity, Fence, MappedCommit, MappedEntity, StorePort, StoredRejectInput } from "../model/index.ts";
import type { ProgressListener } from "./progress.ts";

/** Maps one entity; pure. Throws HubError `skip-record` for one that does not fit. */
export type EntityMapper = (entity: Entity) => MappedEntity;

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
}

/** Entities per transaction: large enough that the commit costs little, small enough that memory and a stop do not wait. */
const BATCH = 2000;
const NOTHING: MappedEntity = { objects: [], events: [], unmapped: [] };

/** Maps the listed entities until the list is empty; each entity's outputs are replaced as a set. */
export async function mapEntities(options: MapOptions): Promise<MapReport> {
  const { store, fence, progress, signal } = options;
  const total = await store.mapping.pendingCount();
  const report = { mapped: 0, objects: 0, events: 0, rejected: 0 };
  const mappers = new Map<string, EntityMapper | null>();
  for (;;) {
    signal.throwIfAborted();
    const entities = await store.mapping.pending(BATCH);
    if (entities.length === 0) return report;
    const commits: MappedCommit[] = [];
    const rejects: StoredRejectInput[] = [];
    for (const entity of entities) {
      const tenant = `${entity.system}/${entity.tenant}`;
      let mapper = mappers.get(tenant);
      if (mapper === undefined) {
        mapper = await options.mapperOf(entity.system, entity.tenant);
        mappers.set(tenant, mapper);
      }
      const outputs = mapOne(entity, mapper, rejects, options.now());
      report.objects += outputs.objects.length;
      report.events += outputs.events.length;
      commits.push({ entity, outputs });
    }
    await store.mapping.replace(fence, commits, rejects);
    report.mapped += entities.length;
    report.rejected += rejects.length;
    progress({ kind: "count", step: "map", done: report.mapped, of: total, unit: "entities" });
  }
}

/** History rows without their record map to nothing; the record's arrival lists the entity again. */
function mapOne(
  entity: Entity,
  mapper: EntityMapper | null,
  rejects: StoredRejectInput[],
  seenAt: number,
): MappedEntity {
  if (mapper === null || entity.content === null) return NOTHING;
  try {
    return mapper(entity);
  } catch (error) {
    if (!(error instanceof HubError) || error.disposition !== "skip-record") throw error;
    const { system, tenant, stream, id } = entity;
    rejects.push({
      key: { system, tenant, stream },
      stream,
      id,
      content: entity.content,
      problem: toProblem(error),
      seenAt,
    });
    return NOTHING;
  }
}
