import type { Connection, StreamDefinition } from "../../connectors/kit/index.ts";
import { compareShapes, formatShapeChange, HubError, toProblem } from "../../model/index.ts";
import type {
  Drift,
  DriftPolicy,
  Fence,
  Instant,
  Problem,
  ShapeChange,
  StorePort,
  StreamKey,
  StreamShape,
} from "../../model/index.ts";

export const EVERYTHING_EVOLVES: DriftPolicy = {
  added: "evolve",
  removed: "evolve",
  retyped: "evolve",
  relabelled: "evolve",
};

export const NO_DRIFT: Drift = { changes: [], frozen: null, quarantine: null };

export interface DriftCheck {
  readonly connection: Connection;
  readonly stream: StreamDefinition;
  readonly key: StreamKey;
  /** Fields that mappings and `keep:` name: others may come, go and change as they like. */
  readonly selected: readonly string[];
  readonly policy: DriftPolicy;
  readonly store: StorePort;
  readonly fence: Fence;
  readonly now: Instant;
  /** Whether to ask the system: it costs a call. */
  readonly look: boolean;
  readonly signal: AbortSignal;
}

/**
 * Compares how the system describes a stream now with what was accepted of it, at first sight and in sweeps; in between
 * what was found then holds. The first description is accepted as it is; later ones are where every change may evolve.
 */
export async function checkDrift(check: DriftCheck): Promise<Drift> {
  const { connection, stream, key, policy, store, fence, now } = check;
  const accepted = await store.shapes.accepted(key);
  if (accepted !== null && !check.look) return (await store.shapes.held(key)) ?? NO_DRIFT;
  const current = await describeShape(connection, stream.name, check.signal);
  if (accepted === null) {
    await store.shapes.accept(fence, key, current, now);
    return NO_DRIFT;
  }
  const changes = compareShapes(accepted.shape, current);
  const held = changes.filter((change) => isHeld(change, check.selected, policy));
  if (held.length === 0) {
    await store.shapes.accept(fence, key, current, now);
    return { ...NO_DRIFT, changes };
  }
  const frozen = held.filter(({ kind }) => policy[kind] === "freeze");
  const quarantined = held.filter(({ kind }) => policy[kind] === "quarantine");
  const drift: Drift = {
    changes,
    frozen: frozen.length === 0 ? null : problemOf("HUB-1230", check, frozen, "is not read"),
    quarantine:
      quarantined.length === 0
        ? null
        : problemOf("HUB-1231", check, quarantined, "is read, and what arrives is kept with the rejects"),
  };
  await store.shapes.hold(fence, key, drift);
  return drift;
}

export async function describeShape(
  connection: Pick<Connection, "describe">,
  stream: string,
  signal: AbortSignal,
): Promise<StreamShape> {
  const { fields } = await connection.describe(stream, signal);
  return Object.fromEntries(fields.map(({ name, label, type }) => [name, { label, type }]));
}

function isHeld(change: ShapeChange, selected: readonly string[], policy: DriftPolicy): boolean {
  return policy[change.kind] !== "evolve" && (change.kind === "added" || selected.includes(change.field));
}

function problemOf(
  code: "HUB-1230" | "HUB-1231",
  { connection, stream }: DriftCheck,
  changes: readonly ShapeChange[],
  what: string,
): Problem {
  return toProblem(
    new HubError(
      code,
      `${stream.name} has changed (${changes.map(formatShapeChange).join("; ")}) and ${what} until that is accepted.`,
      {
        disposition: code === "HUB-1230" ? "stop-stream" : "skip-record",
        place: { connection: connection.name, stream: stream.name },
        remedy: `Correct the mapping where it needs it, then \`hub discover ${connection.name} ${stream.name} --accept\`${code === "HUB-1231" ? " and `hub rejects replay`" : ""}.`,
      },
    ),
  );
}
