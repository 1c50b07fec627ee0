import { HubError, isJsonObject, toIso } from "../../model/index.ts";
import type { Instant, JsonObject, SourceRecord, Tombstone } from "../../model/index.ts";
import type { KnownRecords } from "../kit/index.ts";
import type { Asked } from "./selection.ts";
import { BASELINE } from "./streams.ts";
import { textsOf } from "./values.ts";

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
  /** Names, today's first, of custom fields that the token's user could see once and no longer can, by gid. */
  readonly hiddenFields: ReadonlyMap<string, readonly string[]>;
}

export async function readNotes(known: KnownRecords): Promise<Notes> {
  let baseline: Baseline | null = null;
  const goneAt = new Map<string, string>();
  const hiddenFields = new Map<string, readonly string[]>();
  for await (const page of known.records("events")) {
    for (const { id, content } of page) {
      if (id === BASELINE) baseline = parse(content);
      else if (typeof content["project"] === "string" && typeof content["gone_at"] === "string")
        goneAt.set(content["project"], content["gone_at"]);
      else if (typeof content["hidden_field"] === "string")
        hiddenFields.set(content["hidden_field"], textsOf(content["names"]));
    }
  }
  return { baseline, goneAt, hiddenFields };
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

const hiddenFieldId = (gid: string): string => `hidden-field-${gid}`;

/** Notes that a custom field went out of sight. */
export function hiddenFieldRecord(gid: string, names: readonly string[]): SourceRecord {
  return { stream: "events", id: hiddenFieldId(gid), content: { hidden_field: gid, names } };
}

/** Ends the note once the field is seen again. */
export function seenFieldTombstone(gid: string): Tombstone {
  return { stream: "events", id: hiddenFieldId(gid), cause: "deleted", at: null };
}

/** @throws HubError HUB-1423 when a custom field that is asked for is out of sight: its values would look emptied. */
export function assertFieldsInSight({ hiddenFields }: Notes, { customFields }: Pick<Asked, "customFields">): void {
  for (const [gid, names] of hiddenFields) {
    if (![gid, ...names].some((name) => customFields.has(name))) continue;
    throw new HubError("HUB-1423", `The custom field ${names[0] ?? ""} (${gid}) is out of sight.`, {
      disposition: "stop-stream",
      place: { system: "asana", stream: "custom_fields", record: gid },
      remedy: "Let the token's user see the field again, or take it out of the mappings; what was read of it is kept.",
    });
  }
}
