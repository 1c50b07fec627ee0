import type { Certificate, RunRecord, StorePort } from "../../model/index.ts";
import { sourceName } from "./kpi-sources.ts";

/** How many runs back a stream's last reading is looked for. */
const READINGS = 50;

/** The last reading of a stream, whichever run that was, and the last one that was complete. */
export interface LastReading {
  readonly certificate: Certificate;
  readonly run: RunRecord;
  readonly complete: { readonly certificate: Certificate; readonly run: RunRecord } | null;
  /** The last one at which the source said how many there are; most readings ask only what is new. */
  readonly counted: Certificate | null;
}

/** By `connection stream`. */
export async function lastReadings(
  store: Pick<StorePort, "runs" | "records">,
): Promise<ReadonlyMap<string, LastReading>> {
  const last = new Map<string, LastReading>();
  for (const run of await store.runs.certified(READINGS)) {
    for (const certificate of await store.records.certificates(run.id)) {
      const name = sourceName(certificate.connection, certificate.stream);
      const known = last.get(name) ?? { certificate, run, complete: null, counted: null };
      last.set(name, {
        ...known,
        complete: known.complete ?? (certificate.complete ? { certificate, run } : null),
        counted: known.counted ?? (certificate.sourceCount === null ? null : certificate),
      });
    }
  }
  return last;
}
