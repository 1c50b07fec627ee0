import { isJsonObject, toIso } from "../../model/index.ts";
import type { Instant, JsonObject, SourceRecord } from "../../model/index.ts";
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

/** What the hub noted about the feed and about projects that went away. */
export interface Notes {
  readonly baseline: Baseline | null;
  /** When each project was last found gone: one that comes back is listed in full. */
  readonly goneAt: ReadonlyMap<string, string>;
}

export async function readNotes(known: KnownRecords): Promise<Notes> {
  let baseline: Baseline | null = null;
  const goneAt = new Map<string, string>();
  for await (const page of known.records("events")) {
    for (const { id, content } of page) {
      if (id === BASELINE) baseline = parse(content);
      else if (typeof content["project"] === "string" && typeof content["gone_at"] === "string")
        goneAt.set(content["project"], content["gone_at"]);
    }
  }
  return { baseline, goneAt };
}

/** The epoch a listing may rely on; null when the feed cannot be relied on. */
export function trustedEpoch({ baseline }: Notes): number | null {
  return baseline?.available === true ? baseline.epoch : null;
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

export function goneRecord(project: string, at: Instant): SourceRecord {
  return { stream: "events", id: `gone-${project}`, content: { project, gone_at: toIso(at) } };
}
