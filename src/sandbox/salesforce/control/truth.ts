import type { Row } from "../schema/index.ts";
import { recordPrinter } from "../soql/index.ts";
import type { Org } from "../state/org.ts";

/** The API version of the record urls in the truth. */
const VERSION = "64.0";

/** What became of a record: in sight, in the recycle bin or erased, archived (activities), or out of sight. */
export type TrueState = "live" | "deleted" | "archived" | "hidden";

/**
 * Every record of the org, those removed included, as `{ "<object>": { "<id>": { state, content } } }`; the content has
 * the shape REST gives it, with all fields the integration user may see. Written piece by piece, so that an org of a
 * million rows can be told.
 *
 * @param userId the integration user, whose sight it is told in
 * @param names the objects to tell of; all when null
 */
export function tellTruth(org: Org, userId: string, names: readonly string[] | null): Response {
  const asked = names === null ? null : new Set(names.map((each) => each.toLowerCase()));
  const pieces = write(org, userId, asked);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
  });
  return new Response(body, { headers: { "content-type": "application/json;charset=UTF-8" } });
}

const ROWS_A_PIECE = 500;

function* write(org: Org, userId: string, asked: ReadonlySet<string> | null): Generator<string> {
  yield "{";
  let separator = "";
  for (const object of org.schema.objects) {
    if (asked !== null && !asked.has(object.name.toLowerCase())) continue;
    const look = <T>(at: () => T): T => org.visibility.as(userId, at);
    const print = look(() => recordPrinter(org, object, null, VERSION));
    const seen = look(() => org.visibility.shows(object));
    const stateOf = (row: Row): TrueState => {
      if (row["IsDeleted"] === true) return "deleted";
      if (!seen || !look(() => org.visibility.showsRow(row.Id))) return "hidden";
      return row["IsArchived"] === true ? "archived" : "live";
    };
    const table = org.table(object);
    yield `${separator}${JSON.stringify(object.name)}:{`;
    let text = "";
    let count = 0;
    const add = (row: Row, state: TrueState): void => {
      text += `${count === 0 ? "" : ","}"${row.Id}":${JSON.stringify({ state, content: print(row) })}`;
      count += 1;
    };
    for (const row of table.all()) {
      add(row, stateOf(row));
      if (count % ROWS_A_PIECE !== 0) continue;
      yield text;
      text = "";
    }
    for (const row of table.deletions.erased()) add(row, "deleted");
    yield `${text}}`;
    separator = ",";
  }
  yield "}";
}
