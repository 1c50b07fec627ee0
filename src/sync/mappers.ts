import { withMarker } from "./apply/marked.ts";
import type { Normaliser, ReferenceRecords } from "../connectors/kit/index.ts";
import type { JsonObject } from "../model/index.ts";
import type { RunContext } from "./context.ts";
import { bindingsOf } from "./bindings/index.ts";
import type { ConnectionBindings } from "./bindings/index.ts";
import type { FillTallies } from "./fill.ts";
import type { EntityMapper } from "./map.ts";

const uncounted = (): void => undefined;

/**
 * The mapper of a tenant's entities: its connector's normaliser with the reference records it looks things up in, then
 * the configuration's mappings. Names that are pinned are put in the place of those shown now. Null when no configured connection is pinned to the tenant.
 */
export async function createMapper(
  context: Pick<RunContext, "configuration" | "store">,
  system: string,
  tenant: string,
  tallies?: FillTallies,
  bindings?: ReadonlyMap<string, ConnectionBindings>,
): Promise<EntityMapper | null> {
  const { configuration, store } = context;
  // A connection that was renamed leaves the pin of its old name behind.
  const pin = (await store.records.pins()).find(
    (each) => each.system === system && each.tenant === tenant && configuration.connections.has(each.connection),
  );
  const connection = pin === undefined ? undefined : configuration.connections.get(pin.connection);
  if (connection === undefined) return null;
  const { connector, settings, name } = connection;
  const references: Record<string, ReadonlyMap<string, JsonObject>> = {};
  for (const stream of new Set(connector.streams(settings).flatMap((each) => each.references ?? []))) {
    const records = new Map<string, JsonObject>();
    for await (const page of store.records.live({ system, tenant, stream })) {
      for (const record of page) records.set(record.id, record.content);
    }
    references[stream] = records;
  }
  const normalise: Normaliser = connector.normaliser({
    system,
    tenant,
    settings,
    references: references satisfies ReferenceRecords,
  });
  const counters = new Map(
    Object.entries(configuration.mappings.selection(name)).map(([stream, fields]) => [
      stream,
      tallies?.of(name, { system, tenant, stream }, fields) ?? uncounted,
    ]),
  );
  const own = bindings === undefined ? await bindingsOf(context, connection) : bindings.get(name);
  const translate = own?.translate ?? null;
  return (entity) => {
    const count = counters.get(entity.stream);
    if (count === undefined) return { objects: [], events: [], unmapped: [] };
    const seen = normalise(entity);
    const normalised = translate === null ? seen : translate(seen);
    if (normalised === null) return null;
    count(normalised);
    const { objects, events, unmapped } = configuration.mappings.apply(name, normalised, {
      firstSeenAt: entity.firstSeenAt,
    });
    return { objects: withMarker(objects, entity.content), events, unmapped };
  };
}
