import type { Audit, Partition, ReadContext, ReadFace } from "../../connectors/kit/index.ts";
import { HubError, toProblem } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";

/** A part of a partition of which the store and the source hold different numbers of records. */
export interface BucketDifference {
  readonly bucket: string;
  readonly source: number;
  readonly stored: number;
}

/**
 * What the source counts of a partition, part by part, against what is stored of it. Empty when they agree; null when
 * the source cannot count.
 */
export async function compareCounts(
  read: ReadFace,
  partition: Partition,
  context: ReadContext,
): Promise<{ readonly audit: Audit; readonly differences: readonly BucketDifference[] } | null> {
  const audit = await read.audit(partition, context);
  if (audit === null) return null;
  const stored = new Map<string, number>();
  const among = audit.among === "stream" ? undefined : partition.id;
  for await (const page of context.known.records(partition.stream, among)) {
    for (const record of page) {
      const bucket = audit.bucketOf(record);
      if (bucket !== null) stored.set(bucket, (stored.get(bucket) ?? 0) + 1);
    }
  }
  const source = new Map(audit.buckets.map(({ name, count }) => [name, count]));
  const differences = [...new Set([...source.keys(), ...stored.keys()])]
    .map((bucket) => ({ bucket, source: source.get(bucket) ?? 0, stored: stored.get(bucket) ?? 0 }))
    .filter((each) => each.source !== each.stored);
  return { audit, differences };
}

/** Most parts that a problem names. */
const NAMED = 5;

/** That a partition does not hold what its source counts although it was read again. */
export function countProblem(
  connection: string,
  partition: Partition,
  of: string,
  differences: readonly BucketDifference[],
): Problem {
  const named = differences
    .slice(0, NAMED)
    .map(({ bucket, source, stored }) => `${bucket}: ${source} at the source, ${stored} stored`)
    .join("; ");
  const more = differences.length > NAMED ? `; and ${differences.length - NAMED} more` : "";
  return toProblem(
    new HubError("HUB-1220", `The store does not hold what the source counts (${of}): ${named}${more}.`, {
      disposition: "stop-stream",
      place: { connection, stream: partition.stream, partition: partition.id },
      remedy:
        "It was read again and still differs. Look whether the part is being changed just now; else run `hub sync --full`, and report it if it stays.",
    }),
  );
}
