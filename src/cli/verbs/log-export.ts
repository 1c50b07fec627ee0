import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { exportLog, hubLog, LogReader } from "../../kpis/index.ts";
import type { ExportFormat } from "../../kpis/index.ts";
import { HubError } from "../../model/index.ts";
import { logExportDocument } from "../documents/log.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { logFolder, logPath } from "../log-folder.ts";
import { count } from "../log-view.ts";
import { openStoreToLook } from "../look.ts";
import type { Machine } from "../terminal.ts";
import { readInstant } from "./sandbox.ts";

export interface LogExportOptions extends GlobalOptions {
  readonly hub: boolean;
  readonly format: ExportFormat;
  readonly out: string;
  readonly case?: string;
}

/** Writes an imported log, or with `--hub` the hub's own objects and events, to a file. */
export async function logExportVerb(
  machine: Machine,
  name: string | undefined,
  options: LogExportOptions,
): Promise<number> {
  if (options.hub === (name !== undefined)) {
    throw new HubError("HUB-2417", "It is not clear which log is to be exported.", {
      disposition: "operator",
      remedy: "Name one of `hub log list`, or take the hub's own objects and events with --hub.",
    });
  }
  const own = join(logFolder(machine, options), `.own-${process.pid}.tmp`);
  try {
    if (name === undefined) await copyHub(machine, options, own);
    const log = await LogReader.open(name === undefined ? own : logPath(machine, options, name), name ?? "hub");
    try {
      const file = resolve(machine.directory, options.out);
      const { events, objects, told } = await exportLog(log, options.format, file, options.case);
      const what = options.format.startsWith("ocel") ? "objects" : "cases";
      if (options.json) {
        const document = { log: name ?? null, format: options.format, file: options.out, events, objects };
        writeDocument(machine.terminal, logExportDocument, { ...document, told: [...told] });
      } else {
        if (!options.quiet) machine.terminal.err(told.map((line) => `${line}\n`).join(""));
        machine.terminal.out(`${count(events)} events and ${count(objects)} ${what} are in ${options.out}.\n`);
      }
      return EXIT.complete;
    } finally {
      log.close();
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** @throws HubError HUB-0005 for a store without objects */
async function copyHub(machine: Machine, options: GlobalOptions, path: string): Promise<void> {
  const store = openStoreToLook(machine, options);
  try {
    const asOf = options.asOf === undefined ? machine.wallNow() : readInstant(options.asOf);
    const { objects } = await hubLog(store.model, asOf, path);
    if (objects > 0) return;
    throw new HubError("HUB-0005", "Nothing has been read into this store yet.", {
      disposition: "operator",
      remedy: "Run `hub sync`, or name another store with --db.",
    });
  } finally {
    await store.close();
  }
}
