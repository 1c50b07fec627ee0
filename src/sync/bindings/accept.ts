import { acceptedPin, pinnedNames } from "../../configuration/index.ts";
import type { Binding, BindingsFile, Pin } from "../../configuration/index.ts";
import { foldValue, nearest } from "../../mappings/index.ts";
import { HubError } from "../../model/index.ts";
import type { ConnectionBindings } from "./resolve.ts";

/**
 * The lock file with names as they are now.
 * @param names those to accept, also where an id was reused; null for all but those: then pins that no mapping uses and
 * lists that are gone are let go of, too.
 * @throws HubError HUB-0008 for a name that is none.
 */
export function acceptBindings(
  lock: BindingsFile,
  resolved: ReadonlyMap<string, ConnectionBindings>,
  names: readonly string[] | null,
): BindingsFile {
  const wanted = names === null ? null : new Set(names.map((name) => foldValue(name)));
  if (wanted !== null) refuseUnknown(names ?? [], resolved);
  const accepts = (binding: Binding): boolean =>
    wanted === null
      ? binding.state !== "reused"
      : [binding.name, binding.shown?.name ?? ""].some((name) => wanted.has(foldValue(name)));
  const result: Record<string, Record<string, Record<string, Record<string, string | Pin>>>> = structuredClone(lock);
  for (const [connection, { lists }] of resolved) {
    const streams = wanted === null ? {} : (result[connection] ?? {});
    for (const { list, key, bindings } of lists) {
      const before = pinnedNames(lock[connection]?.[list.stream]?.[key]);
      const pins = new Map<string, Pin>(wanted === null ? [] : Object.entries(before));
      for (const binding of bindings) {
        const pin = accepts(binding) ? acceptedPin(binding) : binding.pin;
        // The file may spell the name otherwise.
        for (const name of pins.keys()) if (foldValue(name) === foldValue(binding.name)) pins.delete(name);
        if (pin !== null) pins.set(binding.name, pin);
      }
      const stream = (streams[list.stream] ??= {});
      stream[key] = Object.fromEntries([...pins].map(([name, pin]) => [name, shortPin(pin)]));
    }
    result[connection] = streams;
  }
  return result;
}

/** What the projects or boards of the lists are called, by `connection/stream/list`. */
export function listTitles(resolved: ReadonlyMap<string, ConnectionBindings>): ReadonlyMap<string, string> {
  return new Map(
    [...resolved].flatMap(([connection, { lists }]) =>
      lists.flatMap(({ list, key }) =>
        list.scope === null ? [] : [[`${connection}/${list.stream}/${key}`, list.scope.title] as const],
      ),
    ),
  );
}

function shortPin({ id, means, now }: Pin): string | Pin {
  if (means === undefined && now === undefined) return id;
  return { id, ...(means === undefined ? {} : { means }), ...(now === undefined ? {} : { now }) };
}

function refuseUnknown(names: readonly string[], resolved: ReadonlyMap<string, ConnectionBindings>): void {
  const known = [...resolved.values()].flatMap(({ lists }) =>
    lists.flatMap(({ bindings }) =>
      bindings.flatMap(({ name, shown }) => [name, ...(shown === null ? [] : [shown.name])]),
    ),
  );
  const folded = new Set(known.map((name) => foldValue(name)));
  for (const name of names) {
    if (folded.has(foldValue(name))) continue;
    const hint = nearest(name, known);
    throw new HubError("HUB-0008", `No mapping uses a name "${name}" that has an id.`, {
      disposition: "operator",
      remedy: hint === undefined ? "`hub config bindings` lists the names." : `Did you mean "${hint}"?`,
    });
  }
}
