import type { NameList, NormaliserOptions } from "../../connectors/kit/index.ts";
import { listKey, pinnedNames, resolveNames } from "../../configuration/index.ts";
import type { BindingsFile, Configuration, ConfiguredConnection } from "../../configuration/index.ts";
import { foldValue, usedNames } from "../../mappings/index.ts";
import type { UsedNames } from "../../mappings/index.ts";
import type { JsonObject, NormalisedEntity, StorePort } from "../../model/index.ts";
import type { ListBindings } from "./list-bindings.ts";
import { translatorOf } from "./translate.ts";

/** What the lock file comes to for one connection. */
export interface ConnectionBindings {
  readonly lists: readonly ListBindings[];
  /** Lists that are pinned and no longer shown: by stream and key. */
  readonly vanished: readonly { readonly stream: string; readonly key: string }[];
  /**
   * Puts the names of the mappings in the place of the system's; null for an entity whose meaning is in doubt. Null when
   * there is nothing to do.
   */
  readonly translate: ((entity: NormalisedEntity) => NormalisedEntity | null) | null;
  /** Changes exactly when `translate` does. */
  readonly effect: string;
}

type Context = { readonly configuration: Configuration; readonly store: Pick<StorePort, "records"> };

/** Of every connection that was read before and whose names have ids. */
export async function resolveBindings(context: Context): Promise<ReadonlyMap<string, ConnectionBindings>> {
  const found = new Map<string, ConnectionBindings>();
  for (const connection of context.configuration.connections.values()) {
    const bindings = await bindingsOf(context, connection);
    if (bindings !== null) found.set(connection.name, bindings);
  }
  return found;
}

/** Null for a connection that was never read, or whose system has no names with ids. */
export async function bindingsOf(
  { configuration, store }: Context,
  { name, system, settings, connector }: ConfiguredConnection,
): Promise<ConnectionBindings | null> {
  const names = connector.names;
  const pin = (await store.records.pins()).find((each) => each.connection === name && each.system === system);
  if (names === undefined || pin === undefined) return null;
  const references: Record<string, ReadonlyMap<string, JsonObject>> = {};
  for (const stream of names.streams) {
    const records = new Map<string, JsonObject>();
    for await (const page of store.records.live({ system, tenant: pin.tenant, stream })) {
      for (const record of page) records.set(record.id, record.content);
    }
    references[stream] = records;
  }
  const options: NormaliserOptions<unknown> = { system, tenant: pin.tenant, settings, references };
  return resolveLists(name, names.lists(options), usesOf(configuration, name), configuration.bindings[name] ?? {});
}

interface Use extends UsedNames {
  readonly stream: string;
  readonly fields: readonly string[];
}

function usesOf({ mappingFiles }: Configuration, connection: string): readonly Use[] {
  return mappingFiles
    .filter(({ mapping }) => mapping.connection === connection)
    .map(({ mapping, file }) => ({ stream: mapping.stream, fields: mapping.selection, ...usedNames(file) }));
}

function resolveLists(
  connection: string,
  lists: readonly NameList[],
  uses: readonly Use[],
  pinned: BindingsFile[string],
): ConnectionBindings {
  const found: ListBindings[] = [];
  /** Whether a mapping reads what the list belongs to; known facts are told in the names of the mappings. */
  const usersOf = (list: NameList): readonly Use[] => {
    const { stream, scope } = list;
    const own = uses.filter((use) => use.stream === stream);
    const known = scope === null ? null : translatorOf(everywhere(found, stream))?.facts(scope.known);
    return scope === null ? own : own.filter((use) => use.mayTake(known ?? scope.known));
  };
  const add = (list: NameList, field: string | null, used: readonly string[]): void => {
    if (used.length === 0) return;
    const key = listKey(field, list.scope?.id ?? null);
    const pins = pinnedNames(pinned[list.stream]?.[key]);
    const bindings = resolveNames(pins, used, list.shown, list.holds === "ids");
    if (bindings.length > 0) found.push({ connection, list, field, key, bindings });
  };
  // Lists that hold everywhere come first: what they say of a project's name decides whose its sections are.
  const ordered = [...lists.filter(({ scope }) => scope === null), ...lists.filter(({ scope }) => scope !== null)];
  for (const list of ordered.filter(({ field }) => field === null)) {
    add(list, null, [...new Set(usersOf(list).flatMap(({ fields }) => fields))]);
  }
  for (const list of ordered) {
    if (list.field === null) continue;
    const field = mappingsName(found, list) ?? list.field;
    add(list, field, [...new Set(usersOf(list).flatMap(({ values }) => values.get(field) ?? []))]);
  }
  const keys = new Set(found.map(({ list, key }) => `${list.stream}/${key}`));
  const translator = translatorOf(found);
  return {
    lists: found,
    vanished: Object.entries(pinned).flatMap(([stream, own]) =>
      Object.keys(own).flatMap((key) => (keys.has(`${stream}/${key}`) ? [] : [{ stream, key }])),
    ),
    translate: translator === null ? null : (entity) => translator.entity(entity),
    effect: translator?.effect ?? "",
  };
}

function everywhere(found: readonly ListBindings[], stream: string): readonly ListBindings[] {
  return found.filter(({ list }) => list.stream === stream && list.scope === null);
}

/** What mappings call a field that the system shows under another name now. */
function mappingsName(found: readonly ListBindings[], { stream, field, scope }: NameList): string | undefined {
  return found
    .filter(({ list }) => list.field === null && list.stream === stream)
    .filter(({ list }) => list.scope === null || list.scope.id === scope?.id)
    .flatMap(({ bindings }) => bindings)
    .find(
      ({ name, state, shown }) =>
        (state === "renamed" || state === "unchanged")
        && shown?.name === field
        && foldValue(name) !== foldValue(shown.name),
    )?.name;
}

/** Names of fields that mappings go on using although the system shows others now. */
export function pinnedFields(bindings: ConnectionBindings | null, stream: string): readonly string[] {
  return (bindings?.lists ?? [])
    .filter(({ list }) => list.field === null && list.stream === stream)
    .flatMap((list) => list.bindings)
    .flatMap(({ name, pin, shown, state }) => (pin !== null && shown !== null && state !== "reused" ? [name] : []));
}
