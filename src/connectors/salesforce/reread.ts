import type { ReadContext, Reread } from "../kit/index.ts";
import type { Row } from "./answers.ts";
import { historiesOf, objectsOf } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";
import type { Reader } from "./reader.ts";
import { completeRows, contentOf, rowsById, rowsWhere } from "./rows.ts";
import { planRead, requestOf } from "./select-list.ts";
import type { ReadPlan } from "./select-list.ts";
import { historyCondition } from "./queries.ts";
import { oneOf } from "./soql.ts";
import { explain } from "./sweep.ts";

const IDS_AT_ONCE = 150;

/**
 * Reads single records again, with the rows of their histories. A deleted one comes with its tombstone; of one that is
 * not there the delete log tells whether it was purged, else it is out of sight.
 */
export async function* reread(
  reader: Reader,
  spec: ObjectSpec,
  ids: readonly string[],
  context: ReadContext,
): AsyncGenerator<Reread> {
  const { client, descriptions } = reader;
  const { signal } = context;
  const plan = planRead(spec, requestOf(spec, context.selection), await descriptions.get(spec.name, signal));
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE);
    const first = await rowsById(client, spec.name, plan.chunks[0] ?? ["Id"], some, plan.deletions, signal);
    const rows = await completeRows(client, spec.name, plan, first, signal);
    const found = new Set(rows.map((row) => row.Id));
    const missing = some.filter((id) => !found.has(id));
    const { tombstones, rows: late } = await explain(client, spec, plan, missing, signal);
    const content = contentOf(spec, [...rows, ...late]);
    yield { ...content, tombstones: [...content.tombstones, ...tombstones] };
    if (spec.role === "entity") yield* histories(reader, spec, some, context);
  }
}

async function* histories(
  reader: Reader,
  spec: ObjectSpec,
  ids: readonly string[],
  context: ReadContext,
): AsyncGenerator<Reread> {
  const { client, descriptions, settings } = reader;
  const offered = new Set(objectsOf(settings).map((other) => other.name));
  const present = await client.objects(context.signal);
  for (const history of historiesOf(spec.name)) {
    if (history.parent === undefined || !offered.has(history.name) || !present.has(history.name)) continue;
    const request = requestOf(history, context.selection);
    const plan = planRead(history, request, await descriptions.get(history.name, context.signal));
    const where = [oneOf(history.parent.field, ids), ...historyCondition(request)];
    const rows = await whole(reader, history, plan, where, context.signal);
    const kept = request.keeps === undefined ? rows : rows.filter(request.keeps);
    if (kept.length > 0) yield contentOf(history, kept);
  }
}

async function whole(
  { client }: Reader,
  spec: ObjectSpec,
  plan: ReadPlan,
  where: readonly string[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const query = { object: spec.name, fields: plan.chunks[0] ?? ["Id"], where };
  return completeRows(client, spec.name, plan, await rowsWhere(client, query, plan.deletions, signal), signal);
}
