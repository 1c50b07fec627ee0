import type { Connection, ReadContext } from "../../src/connectors/kit/index.ts";
import type { SourceRecord } from "../../src/model/index.ts";

/** The records that a connection reads again of a stream, whatever its position. */
export async function recordsAgain(
  connection: Connection,
  stream: string,
  ids: readonly string[],
  context: ReadContext,
): Promise<readonly SourceRecord[]> {
  if (connection.read === undefined) throw new Error(`The connection ${connection.name} does not read.`);
  const records: SourceRecord[] = [];
  for await (const page of connection.read.reread(stream, ids, context)) records.push(...page.records);
  return records;
}
