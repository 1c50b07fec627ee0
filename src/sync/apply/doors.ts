import type { Connection, ReadFace, WriteFace } from "../../connectors/kit/index.ts";
import { formatRecordKey, HubError } from "../../model/index.ts";
import type { Canonical, Instant, ModelObject, RemovalCause } from "../../model/index.ts";
import { commandInShownWords, bindingsOf } from "../bindings/index.ts";
import type { CommandWords } from "../bindings/index.ts";
import { closeConnection } from "../closing.ts";
import type { RunContext } from "../context.ts";
import { mapEntities } from "../map.ts";
import type { EntityMapper } from "../map.ts";
import { createMapper } from "../mappers.ts";
import { beginSession, connect } from "../pull/session.ts";
import { pullSources } from "../sources.ts";

/** A record as it is now, read through pull's own door and mapped. */
export interface Seen {
  readonly key: string;
  /** What it was mapped to. */
  readonly objects: readonly ModelObject[];
  readonly modifiedAt: Instant | null;
  readonly removed: RemovalCause | null;
  /** How many contents of it are known; grows when it changed. */
  readonly versions: number;
}

/** A connection that may be written to, and looked through. */
export interface Door {
  readonly connection: string;
  readonly system: string;
  readonly tenant: string;
  /** Whose name the connection writes under, in its system. */
  readonly account: string;
  readonly write: WriteFace;
  /** A command's fields in the words the system shows now, where names were pinned. @param id of a record that is there */
  inShownWords(command: CommandWords, id: string | null): Promise<Readonly<Record<string, Canonical>>>;
  /** Reads one record again, stores it as pull does, and maps it. */
  look(stream: string, id: string): Promise<Seen>;
}

/** Opens connections when they are first needed. Close them all. */
export interface Doors {
  /** @throws HubError when it cannot be signed in to or offers no writes (HUB-2629). */
  open(connection: string): Promise<Door>;
  close(): Promise<void>;
}

export function createDoors(context: RunContext): Doors {
  const { signal } = context;
  const opened = new Map<string, Promise<Door>>();
  const connections: Connection[] = [];
  const mappers = new Map<string, Promise<EntityMapper | null>>();
  const mapperOf = (system: string, tenant: string): Promise<EntityMapper | null> => {
    const name = `${system}/${tenant}`;
    const known = mappers.get(name) ?? createMapper(context, system, tenant);
    mappers.set(name, known);
    return known;
  };
  return {
    open: (name) => {
      const known = opened.get(name) ?? openDoor(context, name, connections, mapperOf);
      opened.set(name, known);
      return known;
    },
    close: async () => {
      for (const connection of connections) await closeConnection(connection, signal);
    },
  };
}

async function openDoor(
  context: RunContext,
  name: string,
  connections: Connection[],
  mapperOf: (system: string, tenant: string) => Promise<EntityMapper | null>,
): Promise<Door> {
  const { store, fence, dependencies, signal } = context;
  const [source] = pullSources(context, { connections: [name] });
  if (source === undefined) throw noWrites(name);
  const options = {
    store,
    fence,
    signal,
    mode: "incremental" as const,
    dependencies: { ...dependencies, priority: "write" as const },
  };
  const connection = await connect(source, options);
  connections.push(connection);
  const { read, write } = connection;
  if (read === undefined || write === undefined) throw noWrites(name);
  const { identity, writer, context: reading } = await beginSession(source, connection, options);
  const { system } = connection;
  const configured = context.configuration.connections.get(name);
  const bindings = configured === undefined ? null : await bindingsOf(context, configured);
  const { tenant } = identity;
  /** Returns why the record is gone, as far as the system told. */
  const again = async (face: ReadFace, stream: string, id: string): Promise<RemovalCause | null> => {
    let end: RemovalCause | null = null;
    for await (const page of face.reread(stream, [id], reading)) {
      await writer.reread({ system, tenant, stream }, page);
      end = page.tombstones.find((each) => each.stream === stream && each.id === id)?.cause ?? end;
    }
    const now = (): Instant => dependencies.clock.now();
    await mapEntities({ store, fence, mapperOf, now, progress: () => undefined, signal });
    return end;
  };
  return {
    connection: name,
    system,
    tenant,
    account: identity.user,
    write,
    inShownWords: async (command, id) => {
      const lists = bindings?.lists ?? [];
      const key = id === null || lists.length === 0 ? null : { system, tenant, stream: command.stream, id };
      const partition = key === null ? null : ((await store.records.history(key))?.partition ?? null);
      return commandInShownWords(lists, command, partition);
    },
    look: async (stream, id) => {
      const end = await again(read, stream, id);
      const key = { system, tenant, stream, id };
      const history = await store.records.history(key);
      const { objects } = await store.model.ofEntity(key);
      return {
        key: formatRecordKey(key),
        objects,
        modifiedAt: history?.modifiedAt ?? null,
        // What was gone before it was ever stored leaves nothing in the store that could have ended.
        removed: history === null ? end : (history.removed?.cause ?? null),
        versions: history?.versions.length ?? 0,
      };
    },
  };
}

export function noWrites(connection: string): HubError {
  return new HubError("HUB-2629", `The connection ${connection} offers no writes.`, {
    disposition: "operator",
    place: { connection },
    remedy: "Let the contract's target live in a system that the hub can write to.",
  });
}
