// What measuring costs: `npm run bench:kpis -- --events 1000000`. A generated company of so many events is built into the
// cube, again with one object in a hundred changed, and all KPIs of config/ are computed of it; each in a process of its own.
// The refresh is told in two parts: cases, of which only those that changed are built, and handoffs, all of which are written
// anew. With `--times 10` the facts in the cube are then written ten times over, under other keys, and the KPIs computed of those:
// what ten million events cost, without waiting for ten million to be built.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { handoffKind, kpiKind, processKind, readConfiguration, STANDARD_KINDS } from "../src/configuration/index.ts";
import { CONNECTORS } from "../src/connectors/index.ts";
import { measure, memoryBaselines, openStar } from "../src/kpis/index.ts";
import type { Star } from "../src/kpis/index.ts";
import type { Actor } from "../src/model/index.ts";
import { GeneratedCompany } from "./generated-company.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    figure: { type: "string" },
    cube: { type: "string", default: "" },
    memory: { type: "string" },
    keep: { type: "string" },
    times: { type: "string" },
  },
});
const AS_OF = Date.parse(DEFAULT_AS_OF);
/** In this order each finds the cube as the one before left it. */
const FIGURES = ["full refresh", "1 % changed", "unchanged"] as const;
const MANY_TIMES = "times over";
const COLUMNS = [9, 13, 8, 8, 8, 6, 9, 11, 6, 7, 6, 8, 8] as const;

/** The columns that tell one case's rows from another's. */
const OWN_KEYS = {
  fact_case: ["case_key", "account_key"],
  fact_stage_events: ["stage_visit_key", "case_key", "account_key"],
  fact_step_executions: ["exec_key", "case_key", "account_key"],
  fact_conformance: ["case_key", "account_key"],
} as const;

if (values.figure === undefined) compare(values.events.split(",").map(Number));
else await figure(values.figure, Number(values.events), values.cube);

function compare(sizes: readonly number[]): void {
  row([
    "events",
    "figure",
    "rebuilt",
    "reused",
    "cases s",
    "cpu s",
    "events/s",
    "handoffs s",
    "cpu s",
    "KPIs s",
    "cpu s",
    "peak MB",
    "cube MB",
  ]);
  for (const size of sizes) {
    const directory = values.keep ?? mkdtempSync(join(tmpdir(), "hub-bench-kpis-"));
    for (const name of [...FIGURES, ...(values.times === undefined ? [] : [MANY_TIMES])]) {
      const flags = [...process.execArgv, "--", fileURLToPath(import.meta.url), "--figure", name];
      const more = [
        ...(values.memory === undefined ? [] : ["--memory", values.memory]),
        ...(values.times === undefined ? [] : ["--times", values.times]),
      ];
      const cube = join(directory, `${size}.cube`);
      const { status } = spawnSync(process.execPath, [...flags, "--events", String(size), "--cube", cube, ...more], {
        stdio: "inherit",
      });
      if (status !== 0) process.exitCode = 1;
    }
    if (values.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function figure(name: string, events: number, cube: string): Promise<void> {
  const configuration = await readConfiguration("config", { connectors: CONNECTORS, kinds: STANDARD_KINDS });
  const company = new GeneratedCompany(events, AS_OF, name === "full refresh" ? 0 : 100);
  const times = name === MANY_TIMES ? Number(values.times ?? "1") : 1;
  const all = Math.round(company.blocks * company.eventsPerBlock) * times;
  const star = await openStar({
    zone: configuration.zone,
    kept: { path: cube, madeBy: "bench" },
    ...(values.memory === undefined ? {} : { memoryLimit: values.memory }),
  });
  const started = reading();
  let cases: Reading | null = null;
  let refreshed = started;
  let asked = 0;
  const { refreshed: done } = await measure(
    {
      asOf: AS_OF,
      source: {
        objects: (type, joins, only) => company.objects(type, joins, only),
        digests: (type) => company.digests(type),
        async *handoffs() {
          asked += 1;
          // They are asked for a second time when the cases are up to date.
          const isFact = asked === 2;
          if (isFact && times > 1) await writeManyTimes(star, times);
          if (isFact) cases = reading();
          const copies = isFact ? times : 1;
          for await (const handoff of company.handoffs())
            for (let i = 0; i < copies; i += 1) yield i === 0 ? handoff : { ...handoff, id: `${handoff.id}~${i}` };
        },
      },
      processes: configuration.compiled(processKind),
      kpis: configuration.compiled(kpiKind),
      contracts: configuration.compiled(handoffKind),
      reporting: {
        zone: configuration.zone,
        fiscalYearStarts: configuration.fiscalYearStart,
        corporateCurrency: configuration.money.corporate,
      },
      calendarOf: () => configuration.calendar,
      actorOf,
      registeredClients: new Set(),
      waivers: [],
      baselines: memoryBaselines(),
      pseudonymKey: "bench",
      historySince: () => null,
      quality: [],
      streams: [],
      sourcesOf: () => [],
      run: null,
      onRefreshed() {
        refreshed = reading();
      },
    },
    star,
  );
  const ended = reading();
  star.close();
  const between = cases ?? refreshed;
  const refresh = between.wall - started.wall;
  row([
    all,
    name,
    done.rebuilt,
    done.reused,
    refresh.toFixed(1),
    (between.cpu - started.cpu).toFixed(1),
    name === "full refresh" ? Math.round(all / refresh) : "",
    (refreshed.wall - between.wall).toFixed(1),
    (refreshed.cpu - between.cpu).toFixed(1),
    (ended.wall - refreshed.wall).toFixed(1),
    (ended.cpu - refreshed.cpu).toFixed(1),
    Math.round(process.resourceUsage().maxRSS / 1024),
    Math.round(statSync(cube).size / 1024 / 1024),
  ]);
}

async function writeManyTimes(star: Star, times: number): Promise<void> {
  for (const [table, keys] of Object.entries(OWN_KEYS)) {
    const others = keys.map((key) => `${key} || '~' || k AS ${key}`).join(", ");
    await star.run(
      `INSERT INTO ${table} SELECT * EXCLUDE (k) REPLACE (${others}) FROM ${table} CROSS JOIN range(1, ${times}) copies(k)`,
    );
  }
}

interface Reading {
  readonly wall: number;
  readonly cpu: number;
}

function reading(): Reading {
  return { wall: performance.now() / 1000, cpu: cpuSeconds() };
}

/** Of this process, user and system: others' work on the machine shows in wall seconds alone. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function actorOf(key: string): Actor {
  const id = key.split("/").at(-1) ?? key;
  const kind = id === "bot" ? "service" : "human";
  const team =
    kind === "service" ? null : (["Sales", "Customer Success", "Engineering"][Number(id.slice(1)) % 3] ?? null);
  return { id, name: id, kind, team, backup: null, active: true, accounts: [] };
}

function row(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(COLUMNS[at] ?? 8)).join(" ")}\n`);
}
