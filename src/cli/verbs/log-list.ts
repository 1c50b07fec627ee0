import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { LogReader } from "../../kpis/index.ts";
import type { LogAbout } from "../../kpis/index.ts";
import { toProblem } from "../../model/index.ts";
import type { Problem } from "../../model/index.ts";
import { logListDocument } from "../documents/log.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { LOG_ENDING, logFolder, logPath } from "../log-folder.ts";
import { formatProblems, seenFrom } from "../look.ts";
import { logText, toLogPart } from "../log-view.ts";
import type { Machine } from "../terminal.ts";

/** The logs that were imported; 3 when the file of one cannot be read. */
export async function logListVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const files = await readdir(logFolder(machine, options)).catch(() => []);
  const names = files.flatMap((file) => (file.endsWith(LOG_ENDING) ? [basename(file, LOG_ENDING)] : [])).sort();
  const logs: { readonly name: string; readonly about: LogAbout }[] = [];
  const problems: Problem[] = [];
  for (const name of names) {
    try {
      const log = await LogReader.open(logPath(machine, options, name), name);
      logs.push({ name, about: log.about });
      log.close();
    } catch (error) {
      problems.push(toProblem(error));
    }
  }
  machine.terminal.err(formatProblems(machine.directory, problems));
  if (options.json) {
    writeDocument(machine.terminal, logListDocument, {
      logs: logs.map(({ name, about }) => toLogPart(name, about)),
      problems: problems.map((problem) => seenFrom(machine.directory, problem)),
    });
  } else if (logs.length === 0) machine.terminal.out("No log was imported: hub log import FILE --name NAME.\n");
  else machine.terminal.out(logs.map(({ name, about }) => logText(name, about)).join(""));
  return problems.length === 0 ? EXIT.complete : EXIT.incomplete;
}
