import type { StreamDefinition } from "../../connectors/kit/index.ts";

/**
 * The streams a connection has to read for its mappings: those mapped, the histories of their entities, what their
 * normalisers look things up in, and what must be read before them; in the connector's own order.
 */
export function neededStreams(
  offered: readonly StreamDefinition[],
  mapped: ReadonlySet<string>,
): readonly StreamDefinition[] {
  const needed = new Set(mapped);
  for (let size = -1; size !== needed.size;) {
    size = needed.size;
    for (const stream of offered) {
      if (stream.memberOf !== undefined && needed.has(stream.memberOf)) needed.add(stream.name);
      if (!needed.has(stream.name)) continue;
      for (const other of [...(stream.references ?? []), ...(stream.after ?? [])]) needed.add(other);
    }
  }
  return offered.filter((stream) => needed.has(stream.name));
}
