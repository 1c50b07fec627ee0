import { isJsonObject } from "../../model/index.ts";
import type { JsonObject, SourceRecord } from "../../model/index.ts";
import type { KnownRecords } from "../kit/index.ts";
import { BASELINE } from "./streams.ts";

/**
 * Since when the event feed has been followed without a break. A new epoch begins whenever events may have been missed:
 * every partition that was listed in an earlier epoch is then listed in full again.
 */
export interface Baseline {
  readonly epoch: number;
  /** False when the token's user may not read the feed; then nothing may rely on it. */
  readonly available: boolean;
  readonly takenAt: string;
}

export async function readBaseline(known: KnownRecords): Promise<Baseline | null> {
  for await (const page of known.records("events")) {
    for (const { id, content } of page) if (id === BASELINE) return parse(content);
  }
  return null;
}

function parse(content: JsonObject): Baseline | null {
  if (!isJsonObject(content)) return null;
  const { epoch, available, taken_at: takenAt } = content;
  if (typeof epoch !== "number" || typeof available !== "boolean" || typeof takenAt !== "string") return null;
  return { epoch, available, takenAt };
}

export function baselineRecord({ epoch, available, takenAt }: Baseline): SourceRecord {
  return { stream: "events", id: BASELINE, content: { epoch, available, taken_at: takenAt } };
}
