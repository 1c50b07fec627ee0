import { NO_RECORDS } from "../../model/index.ts";
import type { Certificate, Fence, Problem, StorePort } from "../../model/index.ts";
import type { PullSource } from "./source.ts";
import { neededStreams } from "./streams.ts";

/**
 * The lines of streams that a connection should have read and did not begin, because it could not be opened or was
 * stopped before: without them a certificate would speak only of what went well.
 */
export async function unreadStreams(
  source: PullSource,
  wanted: ReadonlySet<string>,
  begun: ReadonlySet<string>,
  problem: Problem,
  { store, fence, asSeenBy }: { readonly store: StorePort; readonly fence: Fence; readonly asSeenBy: string },
): Promise<readonly Certificate[]> {
  const pin = (await store.records.pins()).find((each) => each.connection === source.name);
  const counts = pin === undefined ? [] : await store.records.counts(pin);
  return neededStreams(source.definition.streams(source.settings), wanted)
    .filter(({ name }) => !begun.has(name))
    .map(({ name }) => ({
      runId: fence.runId,
      connection: source.name,
      system: source.definition.system,
      tenant: pin?.tenant ?? "",
      stream: name,
      asSeenBy,
      complete: false,
      partitions: 0,
      covered: [],
      stored: counts.find(({ stream }) => stream === name)?.live ?? 0,
      sourceCount: null,
      sourceCountOf: null,
      ...NO_RECORDS,
      calls: 0,
      sweep: false,
      problems: [problem],
      drift: [],
    }));
}
