import { publishFailed } from "../wire/errors.ts";
import { comparisons, sourceColumns } from "./actions.ts";
import type { Action, Condition } from "./actions.ts";
import { conditionSql, keyColumns } from "./condition-sql.ts";
import { tableKey } from "./hyper-contents.ts";
import type { HyperContents, HyperTable } from "./hyper-contents.ts";
import type { HyperProcess } from "./hyper-process.ts";
import { quoted } from "./sql.ts";

/** The names the two files are attached under. */
export const TARGET = "target";
export const SOURCE = "source";

export interface Sides {
  readonly target: HyperContents;
  /** Without tables where nothing was uploaded. */
  readonly source: HyperContents;
}

/**
 * Carries actions out in order on the attached target. The caller works on a copy and throws it away when this throws:
 * that is what makes them one. Throws 400011 with what is wrong.
 */
export async function applyActions(engine: HyperProcess, actions: readonly Action[], sides: Sides): Promise<void> {
  for (const action of actions) {
    const target = tableOf(sides.target, "target", action["target-schema"], action["target-table"]);
    const source =
      action["source-table"] === undefined
        ? undefined
        : tableOf(sides.source, "source", action["source-schema"], action["source-table"]);
    if ("condition" in action) requireColumns(action.condition, target, source);
    for (const statement of await statements(engine, action, target, source)) await engine.query(statement);
  }
}

async function statements(
  engine: HyperProcess,
  action: Action,
  target: HyperTable,
  source: HyperTable | undefined,
): Promise<readonly string[]> {
  const into = `${quoted(TARGET)}.${nameOf(target)}`;
  if (source === undefined) {
    return "condition" in action ? [`DELETE FROM ${into} AS t WHERE ${conditionSql(action.condition)}`] : [];
  }
  const from = `${quoted(SOURCE)}.${nameOf(source)}`;
  if (action.action === "delete") {
    requireOnlyConditionColumns(action.condition, source);
    return [`DELETE FROM ${into} AS t USING ${from} AS s WHERE ${conditionSql(action.condition)}`];
  }
  const columns = target.columns.map(({ name }) => quoted(name)).join(", ");
  const insert = `INSERT INTO ${into} (${columns}) SELECT ${columns} FROM ${from} AS s`;
  if (!("condition" in action)) {
    requireSameColumns(target, source);
    return action.action === "replace" ? [`DELETE FROM ${into}`, insert] : [insert];
  }
  if (action.action === "upsert") requireSameColumns(target, source, aliases(action.condition, target));
  await requireUniqueKey(engine, action.condition, from);
  const changed = update(into, from, action.condition, target, source);
  if (action.action === "update") return changed;
  const matched = `SELECT 1 FROM ${into} AS t WHERE ${conditionSql(action.condition)}`;
  // New rows first: a row that the update has changed may no longer meet the condition.
  return [`${insert} WHERE NOT EXISTS (${matched})`, ...changed];
}

/** Sets every column both sides have, but those that are equal already by the condition; nothing where that is all. */
function update(
  into: string,
  from: string,
  condition: Condition,
  target: HyperTable,
  source: HyperTable,
): readonly string[] {
  const skipped = aliases(condition, target);
  const equal = new Set(
    comparisons(condition).flatMap((leaf) =>
      (leaf.op === "eq" || leaf.op === "is") && leaf["target-col"] === leaf["source-col"] ? leaf["target-col"] : [],
    ),
  );
  const set = source.columns.filter(({ name }) => !skipped.has(name) && !equal.has(name));
  if (set.length === 0) return [];
  for (const column of set) requireColumn(target, column.name, column.type);
  const assignments = set.map(({ name }) => `${quoted(name)} = s.${quoted(name)}`).join(", ");
  return [`UPDATE ${into} AS t SET ${assignments} FROM ${from} AS s WHERE ${conditionSql(condition)}`];
}

/** Source columns that are there only to be compared, under a name of their own. */
function aliases(condition: Condition, target: HyperTable): ReadonlySet<string> {
  const names = new Set(target.columns.map(({ name }) => name));
  return new Set(sourceColumns(condition).filter((name) => !names.has(name)));
}

function nameOf(table: HyperTable): string {
  return `${quoted(table.schema)}.${quoted(table.name)}`;
}

function tableOf(contents: HyperContents, side: string, schema: string | undefined, name: string): HyperTable {
  const found = contents.tables.filter(
    (table) => table.name === name && (schema === undefined || table.schema === schema),
  );
  const [table] = found;
  const wanted = schema === undefined ? name : `${schema}.${name}`;
  if (table === undefined) throw publishFailed(`errorCode=410012: there is no ${side} table '${wanted}'.`);
  if (found.length > 1) throw publishFailed(`The ${side} table '${wanted}' is in several schemas.`);
  return table;
}

function requireColumns(condition: Condition, target: HyperTable, source: HyperTable | undefined): void {
  for (const leaf of comparisons(condition)) {
    if (leaf["target-col"] !== undefined) requireColumn(target, leaf["target-col"]);
    if (leaf["source-col"] !== undefined && source !== undefined) requireColumn(source, leaf["source-col"]);
  }
}

function requireColumn(table: HyperTable, name: string, type?: string): void {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw publishFailed(`The table '${tableKey(table)}' has no column '${name}'.`);
  if (type !== undefined && column.type !== type) {
    throw publishFailed(`The column '${name}' of '${tableKey(table)}' is of type ${column.type}, not ${type}.`);
  }
}

/** Both tables have to have the same columns by name and type; only those in `besides` may be more in the source. */
function requireSameColumns(target: HyperTable, source: HyperTable, besides: ReadonlySet<string> = new Set()): void {
  for (const { name, type } of source.columns) if (!besides.has(name)) requireColumn(target, name, type);
  for (const { name } of target.columns) requireColumn(source, name);
}

function requireOnlyConditionColumns(condition: Condition, source: HyperTable): void {
  const used = new Set(sourceColumns(condition));
  const more = source.columns.find(({ name }) => !used.has(name));
  if (more === undefined) return;
  throw publishFailed(`The source table of a delete may hold only columns of the condition, not '${more.name}'.`);
}

async function requireUniqueKey(engine: HyperProcess, condition: Condition, from: string): Promise<void> {
  const key = keyColumns(condition).map(quoted).join(", ");
  if (key === "") return;
  const twice = await engine.query(`SELECT 1 FROM ${from} GROUP BY ${key} HAVING count(*) > 1 LIMIT 1`);
  if (twice.length > 0) throw publishFailed(`The source key (${key}) is not unique.`);
}
