import { HubError } from "../../model/index.ts";
import { thereAre } from "../kit/index.ts";
import type { Prospect, Survey, TargetSlip } from "../kit/index.ts";
import type { Describe, DescribedField } from "./answers.ts";
import type { MarkerField } from "./markers.ts";
import { typedFields } from "./prepare-write.ts";
import { bodyOf, isRecordType } from "./written-values.ts";

/**
 * What one record takes: looked for before and after, its owner looked up, saved, read back with its history; without an
 * external id it is looked for twice more.
 */
const CALLS = { upsert: 6, lookingTwiceMore: 2 };

/**
 * Looks up the record type, the fields with the choices that are named already, and what the object does not do without
 * and no field of the contract gives.
 */
export function survey(prospect: Prospect, described: Describe, marker: MarkerField): Survey {
  const fields = typedFields(prospect, described);
  const slips: TargetSlip[] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (value === null && isRecordType(field)) continue;
    try {
      bodyOf(described, { [field]: value }, new Map(), "create");
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      const own = field in prospect.fields ? field : null;
      slips.push({ field: own, error: error.code === "HUB-1306" ? withFields(error, described) : error });
    }
  }
  const named = new Set(Object.keys(fields).map((name) => name.toLowerCase()));
  const lacking = described.fields.filter((field) => isRequired(field) && !named.has(field.name.toLowerCase()));
  for (const { name } of lacking) slips.push({ field: null, error: required(described, name) });
  return { slips, calls: CALLS.upsert + (marker.external ? 0 : CALLS.lookingTwiceMore) };
}

/** A check box is never empty. */
function isRequired({ createable, nillable, defaultedOnCreate, type }: DescribedField): boolean {
  return createable === true && nillable === false && defaultedOnCreate === false && type !== "boolean";
}

function required(described: Describe, field: string): HubError {
  return new HubError(
    "HUB-1324",
    `${described.name} is not created without ${field}, which the contract does not give.`,
    {
      disposition: "skip-record",
      place: { system: "salesforce", stream: described.name, path: field },
      remedy: "Give it under `fields:` or `begins:` of the contract.",
    },
  );
}

function withFields({ code, message, disposition, place }: HubError, { fields }: Describe): HubError {
  const names = fields.filter(({ createable }) => createable !== false).map(({ name }) => name);
  return new HubError(code, message, { disposition, place, remedy: thereAre(names) });
}
