import type { UpdateCommand } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import { oneOf } from "./soql.ts";
import { bodyOf, holds } from "./written-values.ts";

/** True when the record already holds what an update was to write: its answer was lost, the write was not. */
export async function landed(client: SalesforceClient, command: UpdateCommand, signal: AbortSignal): Promise<boolean> {
  const body = bodyOf(command.fields);
  const fields = [...new Set(["Id", ...Object.keys(body)])];
  const where = [oneOf("Id", [command.id])];
  const { records } = await client.query({ object: command.stream, fields, where }, false, signal);
  const [row] = records;
  return row !== undefined && holds(row, body);
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
