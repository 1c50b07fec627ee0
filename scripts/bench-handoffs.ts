// What reconciling open handoffs costs, in memory and through the store: `npm run bench:handoffs -- --sizes 25000,100000`.
// Each figure has a process of its own, so that its peak is its own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openHub } from "../src/cli/hub.ts";
import { realMachine } from "../src/cli/machine.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { handoffKind, readConfiguration, STANDARD_KINDS } from "../src/configuration/index.ts";
import { CONNECTORS } from "../src/connectors/index.ts";
import { advancedBases, decideEach, essentialsOf, proposeOperations } from "../src/handoffs/index.ts";
import type { Essentials } from "../src/handoffs/index.ts";
import { DAY, HOUR, parseRecordKey } from "../src/model/index.ts";
import type {
  Entity,
  Handoff,
  Instant,
  LinkedObject,
  MappedEntity,
  ModelEvent,
  ModelObject,
} from "../src/model/index.ts";
import { openStore } from "../src/store/index.ts";
import { planStep, reconcileStep } from "../src/sync/index.ts";
import { begin, page, record } from "../test/support/store.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "25000,50000,100000" },
    figure: { type: "string" },
    db: { type: "string", default: "" },
  },
});
const AS_OF = Date.parse(DEFAULT_AS_OF);
const DEALS = { system: "salesforce", tenant: "00D000000000001EAA", stream: "Opportunity" };
const PROJECTS = { system: "asana", tenant: "1200000000000001", stream: "projects" };
const PAGE = 2000;

if (values.figure === undefined) compare(values.sizes.split(",").map(Number));
else await figure(values.figure, Number(values.sizes), values.db);

function compare(sizes: readonly number[]): void {
  process.stdout.write("handoffs      where  seconds  cpu s  peak MB  operations\n");
  for (const size of sizes) {
    const directory = mkdtempSync(join(tmpdir(), "hub-bench-handoffs-"));
    const db = join(directory, "hub.sqlite");
    for (const name of ["memory", "fill", "store"]) {
      const flags = [...process.execArgv, "--", fileURLToPath(import.meta.url), "--figure", name];
      const { status } = spawnSync(process.execPath, [...flags, "--sizes", String(size), "--db", db], {
        stdio: "inherit",
      });
      if (status !== 0) process.exitCode = 1;
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

async function figure(name: string, size: number, db: string): Promise<void> {
  if (name === "fill") return fill(size, db);
  const done = name === "memory" ? await inMemory(size) : await throughStore(db);
  const cells = [
    done.handoffs,
    name,
    done.seconds.toFixed(1),
    done.cpu.toFixed(1),
    done.peak.toFixed(0),
    done.operations,
  ];
  const widths = [8, 10, 8, 6, 8, 11];
  process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 8)).join(" ")}\n`);
}

interface Done {
  readonly handoffs: number;
  readonly operations: number;
  /** By the clock, and of the processor: another's work on the machine shows in the first alone. */
  readonly seconds: number;
  readonly cpu: number;
  /** MiB, up to the end of the work. */
  readonly peak: number;
}

function stopwatch(): () => Pick<Done, "seconds" | "cpu" | "peak"> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, peak: peak() };
  };
}

function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

async function inMemory(size: number): Promise<Done> {
  const configuration = await readConfiguration("config", { connectors: CONNECTORS, kinds: STANDARD_KINDS });
  const contract = configuration.compiled(handoffKind).find(({ name }) => name === "sales-to-cs");
  if (contract === undefined) throw new Error("TechFlow's contract is not there.");
  const sources = linked(size, dealOf, essentialsOf(contract, "source"));
  const targets = linked(size, projectOf, essentialsOf(contract, "target"));
  const since = stopwatch();
  const input = { asOf: AS_OF, calendar: configuration.calendar, actors: [], related: new Map(), waivers: new Map() };
  const objects = new Map<string, LinkedObject>();
  for (const side of [sources, targets]) for (const object of side) objects.set(object.id, object);
  const connections = new Map([["asana-main", PROJECTS]]);
  const count = { handoffs: 0, operations: 0 };
  // As the hub does it: what was decided is thought about in batches and not held.
  const conclude = (handoffs: readonly Handoff[]): void => {
    count.handoffs += handoffs.length;
    count.operations += proposeOperations(contract, { handoffs, objects, actors: [], connections }).length;
    advancedBases(contract, { handoffs, objects, bases: new Map(), conflictDecisions: new Map() });
  };
  let batch: Handoff[] = [];
  for (const handoff of decideEach(contract, { ...input, sources, targets })) {
    if (batch.push(handoff) < PAGE) continue;
    conclude(batch);
    batch = [];
  }
  conclude(batch);
  return { ...count, ...since() };
}

async function throughStore(db: string): Promise<Done> {
  const options = { config: "config", db, asOf: DEFAULT_AS_OF, json: false, quiet: true };
  const hub = await openHub({ ...realMachine(), environment: {} }, options);
  const since = stopwatch();
  const { result } = await hub.run("bench", async (context) => {
    const { operations } = await reconcileStep(context);
    await planStep(context, operations);
    return { answer: { operations: operations.length, ...since() }, complete: true, summary: null };
  });
  const { length: handoffs } = await hub.store.handoffs.handoffs();
  await hub.close();
  return { ...result.answer, handoffs };
}

/** Writes the company as if it had been read and mapped. */
async function fill(size: number, db: string): Promise<void> {
  const store = openStore(db, { now: () => AS_OF });
  const fence = await begin(store);
  const made = new Map([
    [DEALS.stream, dealOf],
    [PROJECTS.stream, projectOf],
  ]);
  for (const [connection, key] of [["salesforce-prod", DEALS] as const, ["asana-main", PROJECTS] as const]) {
    await store.records.pinTenant(fence, {
      connection,
      system: key.system,
      tenant: key.tenant,
      name: connection,
      at: AS_OF,
    });
    for (let from = 0; from < size; from += PAGE) {
      const records = Array.from({ length: Math.min(PAGE, size - from) }, (_, at) =>
        record(String(from + at), { n: from + at }, { stream: key.stream }),
      );
      await store.records.commitPage(fence, page(records, { key, dependents: { [key.stream]: [key.stream] } }));
    }
  }
  const map = ({ stream, id }: Entity): { readonly outputs: MappedEntity } => {
    const { object, events } = (made.get(stream) ?? dealOf)(Number(id));
    return { outputs: { objects: [object], events, unmapped: [] } };
  };
  while ((await store.mapping.mapPending(fence, PAGE, map)) > 0);
  await store.runs.end(fence, { outcome: "complete", endedAt: AS_OF, summary: null });
  await store.close();
}

interface Made {
  readonly object: ModelObject;
  readonly events: readonly ModelEvent[];
}

function linked(size: number, make: (n: number) => Made, essentials: Essentials): readonly LinkedObject[] {
  return Array.from({ length: size }, (_, n) => {
    const { object, events } = make(n);
    const nativeId = parseRecordKey(object.key)?.id ?? "";
    return essentials({ object, events, id: object.key, nativeId, references: {}, persons: {} });
  });
}

function wonAt(n: number): Instant {
  return AS_OF - 30 * DAY - (n % 200) * DAY - (n % 24) * HOUR;
}

function goLive(n: number): string {
  return new Date(wonAt(n) + 30 * DAY).toISOString().slice(0, 10);
}

/** A deal won within the contract's time; every one expects an onboarding. */
function dealOf(n: number): Made {
  const won = wonAt(n);
  const attributes = {
    name: `Company ${String(n)} – new business`,
    kind: "New Business",
    amount: { amount: 6000 + (n % 900) * 10, currency: "USD", corporate: 6000 + (n % 900) * 10 },
    go_live: { day: goLive(n) },
    csm: { person: `005${String(n % 40)}` },
    contract_number: `C-${String(n)}`,
  };
  const stages = ["Discovery", "Proposal", "Closed Won"];
  return made(
    { ...DEALS, id: String(n), type: "opportunity", at: won - 60 * DAY, attributes },
    stages.map((stage, at) => ({ stage, at: won - (stages.length - 1 - at) * 20 * DAY })),
  );
}

/** Eight of ten deals have one by link, one by key and one that carries only its name. */
function projectOf(n: number): Made {
  const at = wonAt(n) + 2 * HOUR;
  const attributes = {
    name: `Onboarding: Company ${String(n)}`,
    account_name: `Company ${String(n)}`,
    opportunity_id: n % 10 < 8 ? String(n) : null,
    contract_number: n % 10 < 9 ? `C-${String(n)}` : null,
    deal_amount: n % 50 === 0 ? 1 : 6000 + (n % 900) * 10,
    due_date: { day: goLive(n) },
  };
  return made({ ...PROJECTS, id: String(n), type: "onboarding", at, attributes }, []);
}

interface Making {
  readonly system: string;
  readonly tenant: string;
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  readonly attributes: ModelObject["attributes"];
}

function made(
  { system, tenant, stream, id, type, at, attributes }: Making,
  stages: readonly { readonly stage: string; readonly at: Instant }[],
): Made {
  const key = `${system}/${tenant}/${stream}/${id}`;
  return {
    object: {
      key,
      type,
      mapping: "bench",
      attributes,
      history: [],
      references: [],
      createdAt: at,
      removed: null,
      url: null,
    },
    events: stages.map(({ stage, at: occurredAt }, sequence) => ({
      id: `${key} ${String(sequence)}`,
      type: `${stage} entered`,
      objectKey: key,
      objectType: type,
      occurredAt,
      precision: "s",
      sequence,
      by: { person: null, kind: "human" },
      stage,
      fromStage: null,
      attributes: {},
      references: [],
      source: { stream, id },
      mapping: "bench",
      derivation: "history",
    })),
  };
}
