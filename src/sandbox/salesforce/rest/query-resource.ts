import { shuffled } from "../../kit/random.ts";
import { methodNotAllowed, SalesforceError } from "../errors.ts";
import { runQuery } from "../soql/index.ts";
import type { QueryAnswer } from "../soql/index.ts";
import { columnMetadata, explainQuery } from "./query-details.ts";
import type { Call, Reply, RestState } from "./call.ts";

const SMALLEST = 200;
const LARGEST = 2000;

function pageSize(state: RestState, call: Call): number {
  const asked = /batchSize\s*=\s*(\d+)/iu.exec(call.header("sforce-query-options") ?? "")?.[1];
  const size = asked === undefined ? LARGEST : Math.min(LARGEST, Math.max(SMALLEST, Number(asked)));
  return Math.min(size, state.cursors.pageCap);
}

function page(call: Call, answer: QueryAnswer, offset: number, size: number, cursorId: () => string): Reply {
  let end = Math.min(offset + size, answer.length);
  const records: unknown[] = [];
  let weight = 0;
  for (let at = offset; at < end; at += 1) {
    const record = answer.render(at);
    records.push(record);
    if (answer.weigh === null) continue;
    weight += answer.weigh(record);
    if (weight >= size) end = at + 1;
  }
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
    if (state.dials.take("expire-cursor") !== null) state.cursors.clear();
    const { id, cursor, offset } = state.cursors.find(locator, call.session.userId);
    return page(call, cursor.answer, offset, cursor.pageSize, () => id);
  }
  const explained = call.search.get("explain");
  if (explained !== null) return { status: 200, body: explainQuery(state.org, explained, call.version) };
  const soql = call.search.get("q");
  if (soql === null) {
    throw new SalesforceError(400, "MALFORMED_QUERY", "A query string has to be specified");
  }
  if (call.search.get("columns") === "true") {
    return { status: 200, body: columnMetadata(state.org, soql, call.version) };
  }
  const size = pageSize(state, call);
  const open = (rest: QueryAnswer, from: number): string => {
    const id = state.cursors.open(rest, call.session.userId, size);
    return `/services/data/v${call.version}/query/${id}-${String(from)}`;
  };
  const found = runQuery(state.org, soql, {
    version: call.version,
    includeDeleted: name?.toLowerCase() === "queryall",
    children: { pageSize: size, open },
  });
  const answer = reordered(state, soql, found);
  return page(call, answer, 0, size, () => state.cursors.open(answer, call.session.userId, size));
}

/** Rows that no ORDER BY puts in order may come in any. */
function reordered(state: RestState, soql: string, answer: QueryAnswer): QueryAnswer {
  if (answer.length < 2 || /\border\s+by\b/iu.test(soql)) return answer;
  const dial = state.dials.take("reorder");
  if (dial === null) return answer;
  const order = shuffled(answer.length, dial.draw);
  return {
    totalSize: answer.totalSize,
    length: answer.length,
    render: (index) => answer.render(order[index] ?? index),
    weigh: answer.weigh,
  };
}
