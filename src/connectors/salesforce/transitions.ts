import { canonicalJson, inOrder, isJsonObject, parseInstant } from "../../model/index.ts";
import type { ActorEvidence, Entity, FieldValue, Instant, Json, JsonObject, Transition } from "../../model/index.ts";
import { isRecordId } from "./ids.ts";
import { historiesOf, PSEUDO_FIELDS } from "./objects.ts";
import { fieldValue } from "./values.ts";
import type { ObjectFacts } from "./values.ts";

/** Fields whose value at creation is always told: they are what stages and responsibility are read from. */
const FOLLOWED = ["StageName", "Status", "OwnerId"];

type Member = Entity["members"][number];
type Change = Omit<Transition, "sequence">;

interface Created {
  readonly at: Instant;
  readonly by: ActorEvidence;
}

/** The changes of a record by its histories, and the fields whose histories do not end at the current value. */
export function transitionsOf(
  entity: Entity,
  fields: Readonly<Record<string, FieldValue>>,
  created: Created | null,
  facts: ObjectFacts,
): { readonly transitions: readonly Transition[]; readonly gaps: readonly string[] } {
  const members = inOrder(entity.members, (left, right) => compareText(left.id, right.id));
  const changes: Change[] = [];
  const complete = new Set<string>();
  for (const history of members.length === 0 ? [] : historiesOf(entity.stream)) {
    const rows = members.filter((member) => member.stream === history.name);
    if (history.shape?.kind === "snapshots") {
      for (const field of history.shape.fields) {
        if (!rows.some((row) => field in row.content)) continue;
        complete.add(field);
        changes.push(...snapshotChanges(field, byTime(rows), facts));
      }
    } else changes.push(...fieldChanges(rows, fields, complete, facts));
  }
  changes.push(...initialValues(entity, changes, complete, fields, created));
  // Sorting is stable: of one row, fields keep their order.
  const ordered = inOrder(
    changes,
    (left, right) => left.at - right.at || rank(left, entity) - rank(right, entity) || byRow(left, right),
  );
  const transitions = ordered.map((change, sequence) => ({ ...change, sequence }));
  return { transitions, gaps: entity.content === null ? [] : gapsOf(transitions, fields) };
}

/** OpportunityHistory: each row holds all its fields; the first is the creation. */
function snapshotChanges(field: string, rows: readonly Member[], facts: ObjectFacts): readonly Change[] {
  const changes: Change[] = [];
  let from: FieldValue = null;
  for (const row of rows) {
    const to = fieldValue(field, row.content[field], facts);
    const at = timeOf(row.content);
    if (at !== undefined && !same(from, to)) changes.push(change(field, from, to, at, row));
    from = to;
  }
  return changes;
}

/** Field histories: a row per change; lookups write a second row with the names, which says nothing more. */
function fieldChanges(
  rows: readonly Member[],
  fields: Readonly<Record<string, FieldValue>>,
  complete: ReadonlySet<string>,
  facts: ObjectFacts,
): readonly Change[] {
  const changes: Change[] = [];
  for (const row of byTime(rows)) {
    const written = row.content["Field"];
    const at = timeOf(row.content);
    if (typeof written !== "string" || at === undefined || PSEUDO_FIELDS.includes(written)) continue;
    const field = written in fields || !(`${written}Id` in fields) ? written : `${written}Id`;
    if (complete.has(field)) continue;
    const former = row.content["OldValue"];
    const next = row.content["NewValue"];
    if (isLookup(field, fields, facts) && !isIdOrEmpty(former, next)) continue;
    const from = fieldValue(field, former, facts);
    const to = fieldValue(field, next, facts);
    if (!same(from, to)) changes.push(change(field, from, to, at, row));
  }
  return changes;
}

/** What a field was when the record was made: the first change tells, or the current value if there was none. */
function initialValues(
  entity: Entity,
  changes: readonly Change[],
  complete: ReadonlySet<string>,
  fields: Readonly<Record<string, FieldValue>>,
  created: Created | null,
): readonly Change[] {
  if (created === null) return [];
  const firsts = new Map<string, Change>();
  for (const change of changes) if (!firsts.has(change.field)) firsts.set(change.field, change);
  const told = new Set([...firsts.keys(), ...FOLLOWED.filter((field) => field in fields)]);
  const initial: Change[] = [];
  for (const field of told) {
    const first = firsts.get(field);
    if (complete.has(field) && first !== undefined) continue;
    const to = first === undefined ? (fields[field] ?? null) : first.from;
    if (to === null) continue;
    const source = { stream: entity.stream, id: entity.id };
    initial.push({ field, from: null, to, at: created.at, precision: "s", by: created.by, source });
  }
  return initial;
}

function gapsOf(transitions: readonly Transition[], fields: Readonly<Record<string, FieldValue>>): readonly string[] {
  const lasts = new Map<string, Transition>();
  const broken = new Set<string>();
  for (const transition of transitions) {
    const former = lasts.get(transition.field);
    if (former !== undefined && !same(former.to, transition.from)) broken.add(transition.field);
    lasts.set(transition.field, transition);
  }
  for (const [field, last] of lasts) if (field in fields && !same(last.to, fields[field] ?? null)) broken.add(field);
  return [...broken].sort();
}

function change(field: string, from: FieldValue, to: FieldValue, at: Instant, row: Member): Change {
  const source = { stream: row.stream, id: row.id };
  return { field, from, to, at, precision: "s", by: actorOf(row.content), source };
}

/** Rows tell who, not whether that was a person: people.yaml knows the service accounts. */
export function actorOf(content: JsonObject): ActorEvidence {
  const by = content["CreatedById"];
  return { person: typeof by === "string" ? by : null, kind: "unknown" };
}

function timeOf(content: JsonObject): Instant | undefined {
  const text = content["CreatedDate"];
  return typeof text === "string" ? parseInstant(text) : undefined;
}

function byTime(rows: readonly Member[]): readonly Member[] {
  return inOrder(rows, (left, right) => (timeOf(left.content) ?? 0) - (timeOf(right.content) ?? 0));
}

/** The creation goes before everything else of its second. */
function rank(change: Change, entity: Entity): number {
  return change.source.stream === entity.stream ? 0 : 1;
}

/** Row order is all that is known of one second. */
function byRow(left: Change, right: Change): number {
  return compareText(left.source.stream, right.source.stream) || compareText(left.source.id, right.source.id);
}

function isLookup(field: string, fields: Readonly<Record<string, FieldValue>>, facts: ObjectFacts): boolean {
  const type = facts.types.get(field);
  if (type !== undefined) return type === "reference";
  return isJsonObject(fields[field]) || field.endsWith("Id");
}

function isIdOrEmpty(...values: readonly (Json | undefined)[]): boolean {
  return values.every(
    (value) => value === null || value === undefined || (typeof value === "string" && isRecordId(value)),
  );
}

function same(left: FieldValue, right: FieldValue): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  return canonicalJson(left) === canonicalJson(right);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
