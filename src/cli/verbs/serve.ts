import { HubError } from "../../model/index.ts";
import { followSchedule, wasMissed } from "../../sync/index.ts";
import type { ScheduleEntry } from "../../sync/index.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { printError } from "../terminal.ts";
import type { Machine } from "../terminal.ts";
import { publishVerb } from "./publish.ts";
import { syncVerb } from "./sync.ts";

export interface ServeVerbOptions extends GlobalOptions {
  readonly out: string;
}

/** What the runs of each line of the schedule are called in the store. */
const RUN_KINDS = { pull: "sync", sweep: "sweep", publish: "publish" } as const;

/** Follows the schedule of hub.yaml until stopped. A failed run is told and the next one tries again. */
export async function serveVerb(machine: Machine, options: ServeVerbOptions): Promise<number> {
  const { entries, late } = await readSchedule(machine, options);
  if (entries.length === 0) {
    throw new HubError("HUB-2041", "hub.yaml has no schedule to follow.", {
      disposition: "operator",
      place: { file: `${options.config}/hub.yaml`, path: "schedule" },
      remedy: "Add `pull:`, `sweep:` or `publish:` under `schedule:`.",
    });
  }
  for (const entry of late) await entry.work();
  await followSchedule(entries, machine.signal);
  return EXIT.complete;
}

async function readSchedule(
  machine: Machine,
  options: ServeVerbOptions,
): Promise<{ readonly entries: readonly ScheduleEntry[]; readonly late: readonly ScheduleEntry[] }> {
  const hub = await openHub(machine, options);
  try {
    const { schedule, zone } = hub.configuration;
    const plain = { ...options, json: false };
    const works = {
      pull: () => syncVerb(machine, { ...plain, full: false, sweep: false }),
      sweep: () => syncVerb(machine, { ...plain, full: false, sweep: true }),
      publish: () => publishVerb(machine, plain),
    };
    const entries: ScheduleEntry[] = [];
    const late: ScheduleEntry[] = [];
    for (const name of ["pull", "sweep", "publish"] as const) {
      const pattern = schedule[name];
      if (pattern === undefined) continue;
      const entry = { name, pattern, zone, work: () => carryOn(machine, works[name]) };
      entries.push(entry);
      const last = await hub.store.runs.latest(RUN_KINDS[name]);
      const missed = wasMissed(pattern, zone, last?.startedAt ?? null, machine.wallNow());
      if (missed && schedule.missed === "run once") late.push(entry);
    }
    return { entries, late };
  } finally {
    await hub.close();
  }
}

async function carryOn(machine: Machine, work: () => Promise<number>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!machine.signal.aborted) printError(machine.terminal, error);
  }
}
