import { join } from "node:path";
import type { PublishFace, StandingSource } from "../../connectors/kit/index.ts";
import { breaks, describeChange, readHyperFile, schemaChange } from "../../extracts/index.ts";
import type { Comparison, HyperEngine, TableDelta, TableShape } from "../../extracts/index.ts";
import { HubError } from "../../model/index.ts";
import type { Configuration } from "../../configuration/index.ts";
import { fetchExtract } from "./fetch-extract.ts";
import type { SourceFile, SourceTable } from "./files.ts";
import { documentOf } from "./remembered.ts";
import type { PublishedBefore, Remembered } from "./remembered.ts";

/** How a data source is brought to what was measured. */
export type Choice =
  | { readonly how: "unchanged"; readonly standing: StandingSource; readonly memory: Remembered }
  | {
      readonly how: "delta";
      readonly standing: StandingSource;
      readonly memory: Remembered;
      readonly deltas: readonly TableDelta[];
    }
  | {
      readonly how: "whole";
      /** The name to publish under. */
      readonly name: string;
      readonly standing: StandingSource | null;
      readonly memory: Remembered | null;
      /** Why not only what changed; null for a data source that is new. */
      readonly why: string | null;
    };

export interface ChooseOptions {
  readonly connection: string;
  readonly face: PublishFace;
  readonly project: readonly string[];
  readonly directory: string;
  readonly engine: HyperEngine | null;
  readonly comparison: Comparison | null;
  readonly before: PublishedBefore;
  readonly rules: Configuration["publish"];
  readonly signal: AbortSignal;
}

/** So few rows are sent by themselves whatever share of the whole they are. */
const FEW_ROWS = 100;

/**
 * Looks at what stands there, at what was left there and at what there is now.
 * @throws HubError HUB-5032 when columns that workbooks may use are gone and `on_schema_change` says stop
 */
export async function choose(source: SourceFile, options: ChooseOptions): Promise<Choice> {
  const { before, connection, face, project, signal } = options;
  const memory = await before.read(source.fact, connection);
  const called = memory?.name ?? source.name;
  const found = await face.find(called, project, signal);
  // It may have been renamed there, and another one may have taken its name.
  const renamed = memory === null || found?.id === memory.id ? null : await face.findById(memory.id, project, signal);
  const standing = renamed ?? found;
  const name = standing?.name ?? called;
  if (standing === null) return { how: "whole", name, standing, memory: null, why: null };
  const known = memory !== null && memory.id === standing.id ? { ...memory, name } : null;
  const had = known?.tables ?? (await tablesThere(source, standing, options));
  const change = had === null ? null : schemaChange(had, source.tables.map(shapeOf));
  const whole = (why: string): Choice => ({ how: "whole", name, standing, memory: known, why });
  if (change !== null && breaks(change)) return afterBreak(source, whole, name, describeChange(change), options);
  if (known === null) return whole("Nothing is remembered here of what stands there.");
  if (known.inDoubt) return whole("What became of the last publish is not known.");
  // A new name moves the stamp as a new content does, so that the content is sent again all the same.
  if (known.name !== called) return whole(`It was renamed there, from ${called} to ${known.name}.`);
  if (known.leftAt !== standing.updatedAt) return whole("Somebody else has changed the data source.");
  if (change !== null) return whole(`Columns are new: ${describeChange(change)}.`);
  if (known.document !== documentOf(source)) return whole("Its captions, comments or relationships have changed.");
  return byContent(source, { standing, memory: known, whole }, options);
}

interface Known {
  readonly standing: StandingSource;
  readonly memory: Remembered;
  readonly whole: (why: string) => Choice;
}

async function byContent(
  source: SourceFile,
  { standing, memory, whole }: Known,
  options: ChooseOptions,
): Promise<Choice> {
  const earlier = new Map(memory.tables.map((table) => [table.name, table]));
  const differing = source.tables.filter(({ name, hash }) => earlier.get(name)?.hash !== hash);
  if (differing.length === 0) return { how: "unchanged", standing, memory };
  if (source.format !== "hyper" || options.comparison === null) return whole("Only a .hyper is changed row by row.");
  const deltas: TableDelta[] = [];
  for (const table of differing) {
    options.signal.throwIfAborted();
    const was = earlier.get(table.name);
    const delta = was === undefined ? null : await deltaOf(table, options.before.rowsOf(was), options.comparison);
    if (typeof delta === "string") return whole(delta);
    if (delta === null) return whole(`The rows of ${table.name} cannot be told apart by their key.`);
    if (delta.upserts !== null || delta.deletes !== null) deltas.push(delta);
  }
  if (deltas.length === 0) return { how: "unchanged", standing, memory };
  const rows = source.tables.reduce((sum, table) => sum + table.rows, 0);
  const changed = deltas.reduce((sum, each) => sum + each.inserted + each.changed + each.deleted, 0);
  if (changed > FEW_ROWS && changed > options.rules.wholeAbove * rows) {
    return whole(`${changed.toLocaleString("en-US")} of ${rows.toLocaleString("en-US")} rows have changed.`);
  }
  return { how: "delta", standing, memory, deltas };
}

/** What changed in a table, or a sentence why that cannot be told. */
async function deltaOf(
  { definition }: SourceTable,
  earlier: string,
  comparison: Comparison,
): Promise<TableDelta | string | null> {
  const table = {
    name: definition.name,
    columns: definition.columns.map(({ name }) => name),
    key: definition.assumedPrimaryKey ?? [],
  };
  try {
    return await comparison.delta(table, earlier, definition.source);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return `The rows of ${definition.name} that were published last cannot be read (${why}).`;
  }
}

async function afterBreak(
  source: SourceFile,
  whole: (why: string) => Choice,
  name: string,
  change: string,
  { rules, connection, face, project, signal }: ChooseOptions,
): Promise<Choice> {
  switch (rules.onSchemaChange) {
    case "overwrite":
      return whole(`Its columns have changed: ${change}.`);
    case "beside": {
      let number = 2;
      while ((await face.find(`${source.name} ${number}`, project, signal)) !== null) number += 1;
      const why = `The columns of ${name} have changed (${change}), so it stays for the workbooks over it.`;
      return { how: "whole", name: `${source.name} ${number}`, standing: null, memory: null, why };
    }
    default:
      throw new HubError("HUB-5032", `${name} was not published because workbooks over it may break: ${change}.`, {
        disposition: "operator",
        place: { connection, record: source.name },
        remedy:
          "Say `on_schema_change: overwrite` under `publish:` in hub.yaml and mend the workbooks, or `beside` to publish it under another name. The data source is as it was.",
      });
  }
}

/** The tables of a data source of which nothing is remembered; null where they cannot be looked at. */
async function tablesThere(
  source: SourceFile,
  standing: StandingSource,
  { face, engine, directory, signal }: ChooseOptions,
): Promise<readonly TableShape[] | null> {
  if (engine === null || source.format !== "hyper") return null;
  const file = join(directory, `standing-${standing.id}.hyper`);
  return fetchExtract(face, standing, file, signal, async () => {
    try {
      const reader = await readHyperFile(engine, file);
      await reader.close();
      return reader.tables;
    } catch (error) {
      signal.throwIfAborted();
      // No extract at all: nobody's workbook can be over columns of it.
      if (error instanceof HubError) return null;
      throw error;
    }
  });
}

function shapeOf({ name, definition }: SourceTable): TableShape {
  return { name, columns: definition.columns };
}
