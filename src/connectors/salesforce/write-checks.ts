import { parseInstant } from "../../model/index.ts";
import type { FoundTarget } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import { equals, oneOf } from "./soql.ts";
import { holds } from "./written-values.ts";
import type { Body } from "./written-values.ts";

/** True when the record already holds what an update was to write: its answer was lost, the write was not. */
export async function landed(
  client: SalesforceClient,
  object: string,
  id: string,
  body: Body,
  signal: AbortSignal,
): Promise<boolean> {
  const fields = [...new Set(["Id", ...Object.keys(body)])];
  const { records } = await client.query({ object, fields, where: [oneOf("Id", [id])] }, false, signal);
  const [row] = records;
  return row !== undefined && holds(row, body);
}

/** The records that carry a marker, oldest first. */
export async function carriers(
  client: SalesforceClient,
  object: string,
  field: string,
  marker: string,
  signal: AbortSignal,
): Promise<readonly FoundTarget[]> {
  const { records } = await client.query(
    { object, fields: ["Id", "CreatedDate"], where: [equals(field, marker)], orderBy: ["CreatedDate", "Id"] },
    false,
    signal,
  );
  return records.map((row) => {
    const created = row["CreatedDate"];
    return { id: row.Id, createdAt: typeof created === "string" ? (parseInstant(created) ?? null) : null };
  });
}

/** The ids of those markers that records carry by now, by marker. */
export async function carried(
  client: SalesforceClient,
  object: string,
  field: string,
  markers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let at = 0; at < markers.length; at += 50) {
    const where = [oneOf(field, markers.slice(at, at + 50))];
    const { records } = await client.query({ object, fields: ["Id", field], where }, false, signal);
    for (const row of records) if (typeof row[field] === "string") ids.set(row[field], row.Id);
  }
  return ids;
}
