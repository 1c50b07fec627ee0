import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { importLog } from "../../kpis/index.ts";
import type { LogAbout } from "../../kpis/index.ts";
import { configurationIfAny, logPath } from "../log-folder.ts";
import { logImportDocument } from "../documents/log.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, seenFrom } from "../look.ts";
import { logText, toLogPart } from "../log-view.ts";
import type { Machine } from "../terminal.ts";

export interface LogImportOptions extends GlobalOptions {
  readonly name: string;
  readonly case?: string;
  readonly activity?: string;
  readonly time?: string;
  readonly resource?: string;
  readonly lifecycle?: string;
  readonly tz?: string;
  readonly dates?: "day-first" | "month-first";
  readonly encoding?: string;
  readonly strict: boolean;
}

const SHOWN = 20;

/** Brings a log in; 3 when parts of the file could not be used. */
export async function logImportVerb(machine: Machine, file: string, options: LogImportOptions): Promise<number> {
  const path = logPath(machine, options, options.name);
  const replaced = await stat(path).then(
    () => true,
    () => false,
  );
  const { about, problems } = await importLog({
    file: resolve(machine.directory, file),
    path,
    columns: columnsOf(options),
    zone: await zoneOf(machine, options),
    ...(options.dates === undefined ? {} : { dateOrder: options.dates === "day-first" ? "day first" : "month first" }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    strict: options.strict,
    now: machine.wallNow(),
  });
  const shown = options.json ? [] : problems.slice(0, SHOWN);
  machine.terminal.err(formatProblems(machine.directory, shown));
  if (!options.quiet) machine.terminal.err(toldOf(about, shown.length));
  if (options.json) {
    writeDocument(machine.terminal, logImportDocument, {
      ...toLogPart(options.name, about),
      replaced,
      problems: problems.map((problem) => seenFrom(machine.directory, problem)),
    });
  } else machine.terminal.out(`${replaced ? "Replaced" : "Imported"} ${logText(options.name, about)}`);
  return about.rejected === 0 ? EXIT.complete : EXIT.incomplete;
}

function columnsOf(options: LogImportOptions): Readonly<Record<string, string>> {
  const { activity, time, resource, lifecycle } = options;
  return Object.fromEntries(
    Object.entries({ case: options.case, activity, time, resource, lifecycle }).flatMap(([role, column]) =>
      column === undefined ? [] : [[role, column]],
    ),
  );
}

async function zoneOf(
  machine: Machine,
  options: LogImportOptions,
): Promise<{ readonly name: string; readonly from: "asked" | "reporting zone" } | null> {
  if (options.tz !== undefined) return { name: options.tz, from: "asked" };
  const configuration = await configurationIfAny(machine, options);
  return configuration === null ? null : { name: configuration.zone, from: "reporting zone" };
}

/** What a reader should know of how the file was understood. */
function toldOf({ zone, csv, rejected }: LogAbout, shown: number): string {
  const lines: string[] = [];
  if (csv !== null && csv.guessed.length > 0) {
    const { columns } = csv;
    const guesses = Object.entries(columns).flatMap(([role, column]) =>
      csv.guessed.includes(role) ? [`${role} "${column}"`] : [],
    );
    lines.push(`Columns guessed by their names: ${guesses.join(", ")}.`);
  }
  if (zone !== null) {
    const how = {
      asked: "as asked",
      "reporting zone": "the reporting zone; --tz names another",
      format: "which the format means; --tz names another",
    }[zone.from];
    const times = zone.local === 1 ? "1 time has" : `${zone.local.toLocaleString("en-US")} times have`;
    lines.push(`${times} no zone and ${zone.local === 1 ? "is" : "are"} read in ${zone.name}, ${how}.`);
    if (zone.twice > 0) lines.push(`${zone.twice} of them the clock showed twice; the first is taken.`);
    if (zone.skipped > 0) lines.push(`${zone.skipped} of them the clock skipped; the moment after is taken.`);
  }
  if (rejected > shown && shown > 0) lines.push(`${rejected - shown} more could not be used; --json lists up to 100.`);
  return lines.map((line) => `${line}\n`).join("");
}
