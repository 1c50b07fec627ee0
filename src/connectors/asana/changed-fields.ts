import { z } from "zod";
import { isJsonObject } from "../../model/index.ts";
import type { Json, JsonObject } from "../../model/index.ts";
import type { WriteBody } from "./write-values.ts";
import { gidOf, listOf, textOf } from "./values.ts";

/** What is read of a task or project before it is written. */
export const COMPARED: Readonly<Record<string, string>> = {
  tasks:
    "modified_at,name,notes,assignee.gid,assignee.email,completed,due_on,due_at,start_on,resource_subtype,memberships.project.gid,memberships.section.gid",
  projects: "modified_at,name,notes,team.gid,owner.gid,owner.email,archived,completed,due_on,start_on",
};
const VALUES =
  "custom_fields.gid,custom_fields.resource_subtype,custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.gid,custom_fields.multi_enum_values.gid,custom_fields.date_value,custom_fields.people_value.gid,custom_fields.people_value.email";

/** The `opt_fields` a comparison with this write needs. */
export function comparedFields(stream: string, body: WriteBody): string {
  const custom = Object.keys(body.customFields).length === 0 ? "" : `,${VALUES}`;
  return `${COMPARED[stream] ?? "modified_at"}${custom}`;
}

export const currentSchema = z.looseObject({ gid: z.string(), modified_at: z.string() });

/** The part of a write that the object does not hold already, as the API takes it; empty when there is none. */
export function changedData(body: WriteBody, current: JsonObject): Readonly<Record<string, unknown>> {
  const data = Object.fromEntries(Object.entries(body.data).filter(([name, wanted]) => !holds(current[name], wanted)));
  const entries = new Map(listOf(current["custom_fields"]).map((entry) => [textOf(entry["gid"]), entry]));
  const custom = Object.fromEntries(
    Object.entries(body.customFields).filter(([gid, wanted]) => !holdsCustom(entries.get(gid), wanted)),
  );
  // A start has to come with the end it belongs to (reference asana.md §9).
  const end = textOf(current["due_at"]) === null ? "due_on" : "due_at";
  const withEnd = data["start_on"] !== undefined && data["due_on"] === undefined && data["due_at"] === undefined;
  return {
    ...data,
    ...(withEnd && textOf(current[end]) !== null ? { [end]: body.data[end] ?? current[end] } : {}),
    ...(Object.keys(custom).length === 0 ? {} : { custom_fields: custom }),
  };
}

/** A person is wanted by gid or by address. */
function holds(now: Json | undefined, wanted: unknown): boolean {
  if (wanted === null) return now === null || now === undefined;
  if (isJsonObject(now)) return wanted === gidOf(now) || wanted === textOf(now["email"]);
  if (typeof now === "string" && typeof wanted === "string" && /^\d{4}-\d\d-\d\dT/u.test(now))
    return Date.parse(now) === Date.parse(wanted);
  return now === wanted || (wanted === "" && (now === null || now === undefined));
}

function holdsCustom(entry: JsonObject | undefined, wanted: unknown): boolean {
  if (entry === undefined) return false;
  switch (textOf(entry["resource_subtype"])) {
    case "text":
      return (textOf(entry["text_value"]) ?? "") === (wanted ?? "");
    case "number":
      return (entry["number_value"] ?? null) === wanted;
    case "enum":
      return gidOf(entry["enum_value"]) === wanted;
    case "multi_enum":
      return sameSet(gids(entry["multi_enum_values"]), wanted);
    case "people":
      return sameSet(gids(entry["people_value"]), wanted) || sameSet(emails(entry["people_value"]), wanted);
    case "date":
      return sameDate(entry["date_value"] ?? null, wanted);
    default:
      return false;
  }
}

const gids = (value: Json | undefined): readonly string[] => listOf(value).flatMap((one) => gidOf(one) ?? []);
const emails = (value: Json | undefined): readonly string[] =>
  listOf(value).flatMap((one) => textOf(one["email"]) ?? []);

function sameSet(now: readonly string[], wanted: unknown): boolean {
  const list: readonly unknown[] = wanted === null ? [] : Array.isArray(wanted) ? wanted : [wanted];
  return list.length === now.length && list.every((one) => typeof one === "string" && now.includes(one));
}

function sameDate(now: Json, wanted: unknown): boolean {
  if (wanted === null || !isJsonObject(now)) return wanted === null && now === null;
  const parts = z.looseObject({ date: z.string().optional(), date_time: z.string().optional() }).safeParse(wanted);
  if (!parts.success) return false;
  const { date, date_time: time } = parts.data;
  const heldTime = textOf(now["date_time"]);
  if (time !== undefined) return heldTime !== null && Date.parse(heldTime) === Date.parse(time);
  return heldTime === null && textOf(now["date"]) === date;
}
