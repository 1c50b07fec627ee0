import type { Reread } from "../../connectors/kit/index.ts";
import type {
  Fence,
  HashedRecord,
  Instant,
  Page,
  PageOutcome,
  Problem,
  SourceRecord,
  StorePort,
  StreamKey,
} from "../../model/index.ts";
import { createSeal } from "./seal.ts";
import type { Tallies } from "./tallies.ts";

export interface PageWriterOptions {
  readonly store: StorePort;
  readonly fence: Fence;
  /** Volatile fields by stream: a page may carry records of several. */
  readonly volatile: Readonly<Record<string, readonly string[] | undefined>>;
  /** By stream, the streams whose entities look things up in it. */
  readonly dependents: Readonly<Record<string, readonly string[]>>;
  readonly tallies: Tallies;
  readonly now: () => Instant;
}

/** Commits what a connector delivers: everything pulled, replayed or read again comes into the store through here. */
export interface PageWriter {
  /** From now on new and changed records of the stream are kept out, for this reason; null lets them in again. */
  quarantine(stream: string, reason: Problem | null): void;
  page(key: StreamKey, partition: string, page: Page): Promise<PageOutcome>;
  /** @param answers marks of webhooks that are answered with it. */
  reread(key: StreamKey, page: Reread, answers?: readonly number[]): Promise<PageOutcome>;
}

export function createPageWriter(options: PageWriterOptions): PageWriter {
  const { store, fence, volatile, tallies, now } = options;
  // Listed once, a stream's entities stay listed: nothing is mapped while pages are written.
  let { dependents } = options;
  const seals = new Map<string, (record: SourceRecord) => HashedRecord>();
  const seal = (record: SourceRecord): HashedRecord => {
    let known = seals.get(record.stream);
    if (known === undefined) {
      known = createSeal(volatile[record.stream]);
      seals.set(record.stream, known);
    }
    return known(record);
  };
  const quarantined: Record<string, Problem> = {};
  const sealed = ({ records, tombstones, rejects }: Reread) => ({
    records: records.map(seal),
    quarantine: quarantined,
    tombstones,
    rejects,
    seenAt: now(),
    dependents,
  });
  const told = (outcome: PageOutcome): PageOutcome => {
    tallies.add(outcome);
    const listed = new Set(Object.keys(outcome.byStream).flatMap((stream) => listedBy(outcome, dependents, stream)));
    if (listed.size > 0) {
      const rest = (streams: readonly string[]): readonly string[] => streams.filter((each) => !listed.has(each));
      dependents = Object.fromEntries(Object.entries(dependents).map(([stream, others]) => [stream, rest(others)]));
    }
    return outcome;
  };
  return {
    quarantine(stream, reason) {
      if (reason === null) delete quarantined[stream];
      else quarantined[stream] = reason;
    },
    page: async (key, partition, page) =>
      told(
        await store.records.commitPage(fence, {
          key,
          partition,
          position: page.position,
          ...(page.listing === undefined ? {} : { listing: page.listing }),
          ...sealed(page),
        }),
      ),
    reread: async (key, page, answers = []) =>
      told(await store.records.commitPage(fence, { key, partition: null, position: null, answers, ...sealed(page) })),
  };
}

/** The streams all of whose entities a page listed because of what it brought of one stream. */
function listedBy(
  outcome: PageOutcome,
  dependents: PageWriterOptions["dependents"],
  stream: string,
): readonly string[] {
  const counts = outcome.byStream[stream];
  const nothingNew = counts === undefined || counts.inserted + counts.changed + counts.removed === 0;
  return nothingNew ? [] : (dependents[stream] ?? []);
}
