import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ChangeRowsReceipt, StandingSource } from "../../connectors/kit/index.ts";
import { payloadOf, writeHyperFile } from "../../extracts/index.ts";
import type { StarTableName } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import { choose } from "./choose.ts";
import type { Choice, ChooseOptions } from "./choose.ts";
import { checkBeforeSending, lookThere } from "./gate.ts";
import type { SourceFile } from "./files.ts";
import { commandFor, putBack } from "./put-back.ts";
import { documentOf, rememberTable, requestIdOf, UNKNOWN_WARNING } from "./remembered.ts";
import type { Remembered } from "./remembered.ts";

/** How a data source came to what was measured. */
export type SentHow = "unchanged" | "delta" | "overwritten" | "created";

/** One data source after it was looked after. */
export interface PublishedSource {
  /** The name it has in the system. */
  readonly name: string;
  readonly fact: StarTableName;
  readonly how: SentHow;
  /** Why the whole was sent though the data source was there; null otherwise. */
  readonly why: string | null;
  /** Rows of its fact. */
  readonly rows: number;
  /** Rows sent, of all its tables; rows to delete count, too. */
  readonly rowsSent: number;
  readonly bytesSent: number;
  readonly chunks: number;
  readonly jobId: string | null;
  readonly requestId: string | null;
  readonly standing: StandingSource;
  /**
   * What says that it holds what was measured: `content` fetched back and counted, `job` the system's word that it carried
   * all changes out, `stamp` that nobody has changed it since, `nothing` where nothing here can count it.
   */
  readonly checked: "content" | "job" | "stamp" | "nothing";
}

export type SendOptions = ChooseOptions;

/** After changes to this share of a data source's rows the whole is fetched back and counted again. */
const LOOK_AGAIN_SHARE = 0.1;

/** Where changing rows is not offered, or was turned down with nothing changed, the whole is sent. */
const WHOLE_INSTEAD = new Set(["HUB-5109", "HUB-5117"]);

/** After these it is not known whether what was sent has been, or is yet to be, carried out. */
const LEAVES_DOUBT = new Set(["HUB-1201", "HUB-5106", "HUB-5109", "HUB-5110", "HUB-5111", "HUB-5112"]);

/**
 * Brings one data source to what was measured: not at all, by what changed, or as a whole.
 * @throws HubError HUB-5014 when the extract is not what was measured, HUB-5030 when table and upload disagree, HUB-5032 when
 * workbooks may break; whatever the system refuses with
 */
export async function sendSource(source: SourceFile, options: SendOptions): Promise<PublishedSource> {
  const choice = await choose(source, options);
  if (choice.how === "unchanged") return outcome(source, choice.standing, { how: "unchanged", checked: "stamp" });
  await checkBeforeSending(source, options.engine);
  if (choice.how === "whole") return sendWhole(source, choice, options);
  return (await sendDelta(source, choice, options)) ?? (await sendWhole(source, instead(choice), options));
}

type Delta = Extract<Choice, { how: "delta" }>;
type Whole = Extract<Choice, { how: "whole" }>;

function instead({ standing, memory }: Delta, why = "What changed is more than one update may carry."): Whole {
  return { how: "whole", name: memory.name, standing, memory, why };
}

/** Sends the rows that changed; null when they are more than an update may carry. */
async function sendDelta(source: SourceFile, choice: Delta, options: SendOptions): Promise<PublishedSource | null> {
  const { face, before, engine, signal } = options;
  const { memory, deltas } = choice;
  if (engine === null) return null;
  const definitions = source.tables.map(({ definition }) => definition);
  const { tables, changes } = payloadOf(definitions, deltas);
  await mkdir(before.workingFolder, { recursive: true });
  const file = join(before.workingFolder, `${source.fact}-changes.hyper`);
  await writeHyperFile(engine, file, tables, { signal });
  const { size } = await stat(file);
  if (size > face.largestUpdate) return null;
  const changed = new Set(deltas.map(({ table }) => table));
  const after = source.tables.map((table) =>
    changed.has(table.name) ? rememberTable(table) : (was(memory, table.name) ?? rememberTable(table)),
  );
  const requestId = requestIdOf(memory, after);
  const command = { id: memory.id, name: memory.name, file, changes, requestId };
  let receipt: ChangeRowsReceipt;
  try {
    receipt = await inDoubt(source.fact, memory, options, () => face.changeRows(command, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HubError) || !WHOLE_INSTEAD.has(error.code)) throw error;
    return sendWhole(source, instead(choice, error.message), options);
  }
  const rowsSent = deltas.reduce((sum, each) => sum + each.inserted + each.changed + each.deleted, 0);
  const unseen = (memory.changedSinceLook ?? 0) + rowsSent;
  const rows = source.tables.reduce((sum, table) => sum + table.rows, 0);
  const look = memory.changedSinceLook === null || unseen > LOOK_AGAIN_SHARE * rows;
  const seen = look ? await lookThere(source, choice.standing, options) : null;
  if (seen !== null && seen.difference !== null) {
    return sendWhole(
      source,
      instead(choice, `After its update it did not hold what was measured: ${seen.difference}`),
      options,
    );
  }
  await before.keepExtract(source.fact, source.format, source.file);
  const isCounted = seen?.isCounted === true;
  const changedSinceLook = isCounted ? 0 : memory.changedSinceLook === null ? null : unseen;
  const left = { name: memory.name, tables: after, changedSinceLook, before: memory, stood: true };
  const standing = await leave(source, left, options);
  return outcome(source, standing, {
    how: "delta",
    checked: isCounted ? "content" : "job",
    rowsSent,
    bytesSent: receipt.bytes,
    chunks: receipt.chunks,
    jobId: receipt.jobId,
    requestId,
  });
}

function was(memory: Remembered, name: string): Remembered["tables"][number] | undefined {
  return memory.tables.find((table) => table.name === name);
}

/** Sends the whole and counts what is there then; when that is something else the last good file takes its place again. */
async function sendWhole(source: SourceFile, choice: Whole, options: SendOptions): Promise<PublishedSource> {
  const { face, before, engine, signal } = options;
  const command = await commandFor(source, choice.name, source.file, options);
  const receipt = await inDoubt(source.fact, choice.memory, options, () => face.publish(command, signal));
  const { isCounted, difference } = await lookThere(source, receipt, options);
  if (difference !== null) {
    throw new HubError("HUB-5030", `${source.name} does not hold what was sent: ${difference}`, {
      disposition: "stop-stream",
      place: { connection: options.connection, record: source.name },
      remedy: await putBack(source, choice.name, options),
    });
  }
  await before.keepExtract(source.fact, source.format, source.file);
  const tables = source.tables.map(rememberTable);
  const left = {
    name: choice.name,
    tables,
    changedSinceLook: null,
    before: choice.memory,
    stood: choice.standing !== null,
  };
  const standing = await leave(source, left, options);
  return outcome(source, standing, {
    how: choice.standing === null ? "created" : "overwritten",
    why: choice.why,
    checked: isCounted ? "content" : source.format === "hyper" && engine !== null ? "job" : "nothing",
    rowsSent: source.tables.reduce((sum, table) => sum + table.rows, 0),
    bytesSent: receipt.bytes,
    chunks: receipt.chunks,
    jobId: receipt.jobId,
  });
}

/** Keeps on the disk, from before the call until its end is known, that something was sent. */
async function inDoubt<Answer>(
  fact: string,
  memory: Remembered | null,
  { before, signal }: SendOptions,
  send: () => Promise<Answer>,
): Promise<Answer> {
  if (memory === null) return send();
  await before.note(fact, memory, { inDoubt: true });
  try {
    return await send();
  } catch (error) {
    const refused = error instanceof HubError && !LEAVES_DOUBT.has(error.code);
    if (refused && !signal.aborted) await before.note(fact, memory, { inDoubt: memory.inDoubt });
    throw error;
  }
}

interface Left extends Pick<Remembered, "name" | "tables" | "changedSinceLook"> {
  readonly before: Remembered | null;
  /** Whether it was there before. */
  readonly stood: boolean;
}

/** Keeps how the data source was left. Its stamp is asked for last: nothing of ours may move it after that. */
async function leave(
  source: SourceFile,
  { before: earlier, stood, ...left }: Left,
  { before, connection, face, project, signal }: SendOptions,
): Promise<StandingSource> {
  const standing = await face.find(left.name, project, signal);
  if (standing === null) {
    throw new HubError("HUB-5030", `${left.name} is gone again.`, {
      disposition: "stop-stream",
      place: { connection, record: source.name },
      remedy: "Ask who deleted it, and run hub publish again.",
    });
  }
  const { id, updatedAt: leftAt } = standing;
  const same = earlier?.id === id ? earlier : null;
  const { granted = null, warning = stood ? UNKNOWN_WARNING : null } = same ?? {};
  const document = documentOf(source);
  const remembered = { ...left, connection, id, leftAt, inDoubt: false, document, granted, warning };
  await before.keep(source.fact, remembered, source.tables);
  return standing;
}

function outcome(
  source: SourceFile,
  standing: StandingSource,
  sent: Pick<PublishedSource, "how" | "checked"> & Partial<PublishedSource>,
): PublishedSource {
  return {
    name: standing.name,
    fact: source.fact,
    why: null,
    rows: source.tables.find((table) => table.name === source.fact)?.rows ?? 0,
    rowsSent: 0,
    bytesSent: 0,
    chunks: 0,
    jobId: null,
    requestId: null,
    standing,
    ...sent,
  };
}
