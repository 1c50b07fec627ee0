import type { StreamDefinition, StreamDescription } from "../connectors/kit/index.ts";
import type { Configuration, ConfiguredConnection } from "../configuration/index.ts";
import { nearest } from "../mappings/index.ts";
import { compareShapes, HubError } from "../model/index.ts";
import type { ShapeChange, StreamCount, StreamShape } from "../model/index.ts";
import { withConnection } from "./check.ts";
import type { LookContext } from "./check.ts";
import type { RunContext } from "./context.ts";
import { neededStreams } from "./pull/streams.ts";

/** A stream on offer, with what the configuration and the store make of it. */
export interface DiscoveredStream {
  readonly definition: StreamDefinition;
  readonly mappings: readonly string[];
  /** Whether a sync reads it: because it is mapped, or because something mapped needs it. */
  readonly read: boolean;
  readonly stored: StreamCount | null;
}

export interface DiscoveredField {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  /** Whether a mapping or its `keep:` list asks for it. */
  readonly asked: boolean;
}

/** @throws HubError HUB-0008 for a connection that hub.yaml does not name. */
export function connectionNamed(configuration: Configuration, name: string): ConfiguredConnection {
  const configured = configuration.connections.get(name);
  if (configured !== undefined) return configured;
  throw unknown("connection", name, [...configuration.connections.keys()]);
}

/** The streams of a connection; asks the store, not the system. */
export async function discoverStreams(
  { configuration, store }: Pick<LookContext, "configuration" | "store">,
  connection: string,
): Promise<readonly DiscoveredStream[]> {
  const { connector, settings, name } = connectionNamed(configuration, connection);
  const offered = connector.streams(settings);
  const mapped = configuration.mappings.streams(name);
  const read = new Set(neededStreams(offered, new Set(mapped)).map((stream) => stream.name));
  const pin = (await store.records.pins()).find((each) => each.connection === name);
  const counts = pin === undefined ? [] : await store.records.counts(pin);
  return offered.map((definition) => ({
    definition,
    mappings: configuration.mappings.mappings
      .filter((mapping) => mapping.connection === name && mapping.stream === definition.name)
      .map((mapping) => mapping.name),
    read: read.has(definition.name),
    stored: counts.find((count) => count.stream === definition.name) ?? null,
  }));
}

/** A stream's fields as they are now, and how they differ from those that were accepted last. */
export interface DiscoveredFields {
  readonly fields: readonly DiscoveredField[];
  readonly changes: readonly ShapeChange[];
}

/** The fields of a stream, as the system describes them now. @throws HubError HUB-0008 for an unknown stream. */
export async function discoverFields(
  context: LookContext,
  connection: string,
  stream: string,
): Promise<DiscoveredFields> {
  const configured = connectionNamed(context.configuration, connection);
  const offered = configured.connector.streams(configured.settings).map((each) => each.name);
  if (!offered.includes(stream)) throw unknown(`stream of ${connection}`, stream, offered);
  const asked = new Set(context.configuration.mappings.selection(connection)[stream] ?? []);
  const { fields }: StreamDescription = await withConnection(context, configured, async (open) => {
    await open.identify(context.signal);
    return open.describe(stream, context.signal);
  });
  const pin = (await context.store.records.pins()).find((each) => each.connection === connection);
  const accepted = pin === undefined ? null : await context.store.shapes.accepted({ ...pin, stream });
  return {
    fields: fields.map((field) => ({ ...field, asked: asked.has(field.name) })),
    changes: accepted === null ? [] : compareShapes(accepted.shape, shapeOf(fields)),
  };
}

/**
 * Takes a stream's fields for granted as they are: what was frozen is read again, what was kept out can be replayed, and
 * fields may be as empty as they are.
 */
export async function acceptFields(
  context: RunContext,
  connection: string,
  stream: string,
  fields: readonly DiscoveredField[],
): Promise<void> {
  const { store, fence, dependencies } = context;
  const pin = (await store.records.pins()).find((each) => each.connection === connection);
  if (pin === undefined) return;
  const key = { system: pin.system, tenant: pin.tenant, stream };
  await store.shapes.accept(fence, key, shapeOf(fields), dependencies.clock.now());
  await store.shapes.acceptFills(fence, key);
}

function shapeOf(fields: StreamDescription["fields"]): StreamShape {
  return Object.fromEntries(fields.map(({ name, label, type }) => [name, { label, type }]));
}

function unknown(what: string, name: string, known: readonly string[]): HubError {
  const hint = nearest(name, known);
  return new HubError("HUB-0008", `There is no ${what} "${name}".`, {
    disposition: "operator",
    remedy: hint === undefined ? `Use one of ${known.join(", ")}.` : `Did you mean "${hint}"?`,
  });
}
