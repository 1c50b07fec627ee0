import { nearest } from "../../mappings/index.ts";
import { HubError, parseRecordKey, pauseOf, toIso } from "../../model/index.ts";
import type { OutboxEntry, WritePause } from "../../model/index.ts";
import { findPerson } from "../../sync/index.ts";
import { pauseDocument, toWritesDocument, writesDocument } from "../documents/apply.ts";
import type { ConnectionPause } from "../documents/apply.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import { openLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

export interface WritesOptions extends GlobalOptions {
  readonly all: boolean;
}

/** Which connections may be written to, and what became of every operation that was taken up. */
export async function writesVerb(machine: Machine, options: WritesOptions): Promise<number> {
  const { configuration, store } = await openLook(machine, options);
  try {
    const words = await store.outbox.pauses();
    const connections = writable(configuration).map((connection) => ({
      connection,
      pause: pauseOf(words, connection),
    }));
    const entries = await store.outbox.entries();
    const shown = options.all
      ? entries
      : entries.filter(({ state, problem }) => state !== "confirmed" || problem !== null);
    if (options.json) {
      writeDocument(machine.terminal, writesDocument, toWritesDocument(connections, options.all ? entries : shown));
      return EXIT.complete;
    }
    machine.terminal.out(formatPauses(connections));
    machine.terminal.out(
      entries.length === 0 ? "Nothing was approved and taken up yet.\n" : `\n${formatEntries(shown)}`,
    );
    if (shown.length < entries.length)
      machine.terminal.out(`${String(entries.length - shown.length)} confirmed; --all shows them.\n`);
    return EXIT.complete;
  } finally {
    await store.close();
  }
}

export interface PauseOptions extends GlobalOptions {
  readonly connection?: string;
  readonly by: string;
  readonly reason: string;
}

/** Records that nothing may be written any more, or may again. */
export async function pauseVerb(machine: Machine, kind: WritePause["kind"], options: PauseOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const connection = options.connection ?? null;
    assertKnown(hub, connection);
    const by = findPerson(hub.configuration, options.by);
    const word: WritePause = { connection, kind, by, at: hub.asOf, reason: options.reason };
    await hub.store.outbox.recordPause(word);
    if (options.json) writeDocument(machine.terminal, pauseDocument, { ...word, at: toIso(word.at) });
    else {
      machine.terminal.out(
        `Writes to ${connection ?? "all connections"} ${kind === "pause" ? "are paused" : "go on"}, says ${by}: ${options.reason}\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

function assertKnown({ configuration }: OpenHub, connection: string | null): void {
  const names = writable(configuration);
  if (connection === null || names.includes(connection)) return;
  const hint = nearest(connection, names);
  throw new HubError("HUB-2021", `There is no connection "${connection}" to write to.`, {
    disposition: "operator",
    remedy: hint === undefined ? `Known: ${names.join(", ")}.` : `Did you mean ${hint}?`,
  });
}

/** Connections whose records are business records: those that mappings read. */
function writable({ connections, mappings }: OpenHub["configuration"]): readonly string[] {
  return [...connections.keys()].filter((name) => mappings.streams(name).length > 0);
}

function formatPauses(connections: readonly ConnectionPause[]): string {
  return formatTable(
    [{ title: "connection" }, { title: "writes" }, { title: "by" }, { title: "why" }],
    connections.map(({ connection, pause }) => [
      connection,
      pause === null ? "go on" : "paused",
      pause?.by ?? "",
      pause?.reason ?? "",
    ]),
  );
}

function formatEntries(entries: readonly OutboxEntry[]): string {
  return formatTable(
    [
      { title: "operation" },
      { title: "state" },
      { title: "action" },
      { title: "target" },
      { title: "field" },
      { title: "sent", align: "right" },
      { title: "last" },
      { title: "why" },
    ],
    entries.map((entry) => [
      entry.operationId.slice(0, 10),
      entry.state.replace("_", " "),
      entry.action,
      entry.targetKey === null ? "(new)" : (parseRecordKey(entry.targetKey)?.id ?? ""),
      entry.field ?? "",
      String(entry.attempts),
      entry.settledAt === null ? "" : toIso(entry.settledAt),
      entry.problem === null ? "" : `${entry.problem.code} ${entry.problem.message}`,
    ]),
  );
}
