import { methodNotAllowed, SalesforceError } from "../errors.ts";
import { runQuery } from "../soql/index.ts";
import type { QueryAnswer } from "../soql/index.ts";
import type { Call, Reply, RestState } from "./call.ts";

const SMALLEST = 200;
const LARGEST = 2000;

function pageSize(state: RestState, call: Call): number {
  const asked = /batchSize\s*=\s*(\d+)/iu.exec(call.header("sforce-query-options") ?? "")?.[1];
  const size = asked === undefined ? LARGEST : Math.min(LARGEST, Math.max(SMALLEST, Number(asked)));
  return Math.min(size, state.cursors.pageCap);
}

function page(call: Call, answer: QueryAnswer, offset: number, size: number, cursorId: () => string): Reply {
  const end = Math.min(offset + size, answer.length);
  const records: unknown[] = [];
  for (let at = offset; at < end; at += 1) records.push(answer.render(at));
  const done = end >= answer.length;
  const body = done
    ? { totalSize: answer.totalSize, done, records }
    : {
        totalSize: answer.totalSize,
        done,
        nextRecordsUrl: `/services/data/v${call.version}/query/${cursorId()}-${String(end)}`,
        records,
      };
  return { status: 200, body };
}

/** `query`, `queryAll` and their further pages (reference salesforce.md §5). */
export function queryResource(state: RestState, call: Call): Reply {
  if (call.method !== "GET") throw methodNotAllowed(call.method);
  const [name, locator] = call.path;
  if (locator !== undefined) {
    const { id, cursor, offset } = state.cursors.find(locator, call.session.userId);
    return page(call, cursor.answer, offset, cursor.pageSize, () => id);
  }
  const soql = call.search.get("q");
  if (soql === null) {
    throw new SalesforceError(400, "MALFORMED_QUERY", "A query string has to be specified");
  }
  const answer = runQuery(state.org, soql, {
    version: call.version,
    includeDeleted: name?.toLowerCase() === "queryall",
  });
  const size = pageSize(state, call);
  return page(call, answer, 0, size, () => state.cursors.open(answer, call.session.userId, size));
}
