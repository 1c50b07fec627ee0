import type { KnownRecords } from "../../connectors/kit/index.ts";
import { DAY } from "../../model/index.ts";
import type { Instant, RecordsPort, StreamKey } from "../../model/index.ts";
import { breathing } from "../breath.ts";

/** A sweep that was begun longer ago starts anew: what it has listed says too little by now. */
const LISTING_LASTS_MS = 30 * DAY;

/** What is stored of a tenant, as connectors may ask for it. */
export function knownRecords(
  records: RecordsPort,
  tenant: Omit<StreamKey, "stream">,
  now: () => Instant,
  signal: AbortSignal,
): KnownRecords {
  return {
    records: (stream, partition) => breathing(records.live({ ...tenant, stream }, partition), signal),
    among: (stream, ids) => records.among({ ...tenant, stream }, ids),
    unlisted: (stream, partition) => breathing(records.unlisted({ ...tenant, stream }, partition), signal),
    listedCount: (stream, partition) => records.listedCount({ ...tenant, stream }, partition),
    resume: (stream, partition) => records.resumeOf({ ...tenant, stream }, partition, now() - LISTING_LASTS_MS),
  };
}
