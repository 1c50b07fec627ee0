// What reconciling open handoffs costs: deciding alone, through the store, and again once everything agreed on is recorded:
// `npm run bench:handoffs -- --sizes 25000,100000`. Each figure has a process of its own, so that its peak is its own.
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
import {
  advancedBases,
  decideEach,
  essentialsOf,
  KeptObjects,
  objectsOf,
  proposeOperations,
} from "../src/handoffs/index.ts";
import type { Contract, Decided, Objects } from "../src/handoffs/index.ts";
import { DAY, HOUR, parseRecordKey } from "../src/model/index.ts";
import type { Entity, Instant, MappedEntity, ModelEvent, ModelObject } from "../src/model/index.ts";
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
const SALES = { system: "salesforce", tenant: "00D000000000001EAA" };
const DELIVERY = { system: "asana", tenant: "1200000000000001" };
/** What a project is made of. */
const STEPS = ["Welcome mail", "Accept handoff", "Kickoff call"];
const PAGE = 2000;
const BATCH = 20;

if (values.figure === undefined) compare(values.sizes.split(",").map(Number));
else await figure(values.figure, Number(values.sizes), values.db);

function compare(sizes: readonly number[]): void {
  process.stdout.write("handoffs      where  seconds  cpu s  peak MB  operations\n");
  for (const size of sizes) {
    const directory = mkdtempSync(join(tmpdir(), "hub-bench-handoffs-"));
    const db = join(directory, "hub.sqlite");
    for (const name of ["decide", "fill", "first run", "next run"]) {
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
  const done = name === "decide" ? await decideAlone(size) : await throughStore(db);
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

async function decideAlone(size: number): Promise<Done> {
  const configuration = await readConfiguration("config", { connectors: CONNECTORS, kinds: STANDARD_KINDS });
  const contract = configuration.compiled(handoffKind).find(({ name }) => name === "sales-to-cs");
  if (contract === undefined) throw new Error("TechFlow's contract is not there.");
  const sources = kept(contract, "source", size, dealOf);
  const targets = kept(contract, "target", size, projectOf);
  const since = stopwatch();
  const input = { asOf: AS_OF, calendar: configuration.calendar, actors: [], related: new Map(), waivers: new Map() };
  const connections = new Map([["asana-main", DELIVERY]]);
  const count = { handoffs: 0, operations: 0 };
  // As the hub does it: what was decided is thought about in batches and not held.
  const conclude = (batch: readonly Decided[]): void => {
    const handoffs = batch.map(({ handoff }) => handoff);
    const objects = objectsOf(batch);
    count.handoffs += handoffs.length;
    count.operations += proposeOperations(contract, { handoffs, objects, actors: [], connections }).length;
    advancedBases(contract, { handoffs, objects, bases: new Map(), conflictDecisions: new Map() });
  };
  let batch: Decided[] = [];
  for (const decided of decideEach(contract, { ...input, sources, targets })) {
    if (batch.push(decided) < BATCH) continue;
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

interface Made {
  readonly object: ModelObject;
  readonly events: readonly ModelEvent[];
}

interface Kind {
  readonly connection: string;
  readonly place: typeof SALES;
  readonly stream: string;
  /** How many there are for each deal. */
  readonly each: number;
  readonly make: (n: number) => Made | null;
}

/** Writes the company as if it had been read and mapped. */
async function fill(size: number, db: string): Promise<void> {
  const store = openStore(db, { now: () => AS_OF });
  const fence = await begin(store);
  const [sales, delivery] = [
    { connection: "salesforce-prod", place: SALES },
    { connection: "asana-main", place: DELIVERY },
  ];
  const kinds: readonly Kind[] = [
    { ...sales, stream: "Account", each: 1, make: accountOf },
    { ...sales, stream: "Opportunity", each: 1, make: dealOf },
    { ...delivery, stream: "projects", each: 1, make: projectOf },
    { ...delivery, stream: "tasks", each: STEPS.length, make: stepOf },
  ];
  for (const { connection, place } of [sales, delivery]) {
    await store.records.pinTenant(fence, { connection, ...place, name: connection, at: AS_OF });
  }
  for (const { place, stream, each } of kinds) {
    const key = { ...place, stream };
    for (let from = 0; from < size * each; from += PAGE) {
      const records = Array.from({ length: Math.min(PAGE, size * each - from) }, (_, at) =>
        record(String(from + at), { n: from + at }, { stream }),
      );
      await store.records.commitPage(fence, page(records, { key, dependents: { [stream]: [stream] } }));
    }
  }
  const map = ({ stream, id }: Entity): { readonly outputs: MappedEntity } => {
    const made = kinds.find((kind) => kind.stream === stream)?.make(Number(id)) ?? null;
    const outputs = made === null ? { objects: [], events: [] } : { objects: [made.object], events: made.events };
    return { outputs: { ...outputs, unmapped: [] } };
  };
  while ((await store.mapping.mapPending(fence, PAGE, map)) > 0);
  await store.runs.end(fence, { outcome: "complete", endedAt: AS_OF, summary: null });
  await store.close();
}

/** Sources or targets as link would give them, without what other objects say. */
function kept(contract: Contract, side: "source" | "target", size: number, make: (n: number) => Made | null): Objects {
  const [essentials, objects] = [essentialsOf(contract, side), new KeptObjects([])];
  for (let n = 0; n < size; n += 1) {
    const made = make(n);
    if (made === null) continue;
    const { key } = made.object;
    objects.add(essentials({ ...made, id: key, nativeId: parseRecordKey(key)?.id ?? "", references: {}, persons: {} }));
  }
  return objects;
}

function wonAt(n: number): Instant {
  return AS_OF - 30 * DAY - (n % 200) * DAY - (n % 24) * HOUR;
}

function goLive(n: number): string {
  return new Date(wonAt(n) + 30 * DAY).toISOString().slice(0, 10);
}

function accountOf(n: number): Made {
  return object({ place: SALES, stream: "Account", n, type: "account", at: wonAt(n) - 90 * DAY }, { name: nameOf(n) });
}

/** A deal won within the contract's time; every one expects an onboarding. */
function dealOf(n: number): Made {
  const won = wonAt(n);
  const { object: deal } = object(
    { place: SALES, stream: "Opportunity", n, type: "opportunity", at: won - 60 * DAY },
    {
      name: `${nameOf(n)} – new business`,
      kind: "New Business",
      amount: { amount: 6000 + (n % 900) * 10, currency: "USD", corporate: 6000 + (n % 900) * 10 },
      go_live: { day: goLive(n) },
      csm: { person: `005${String(n % 40)}` },
      contract_number: `C-${String(n)}`,
    },
    { name: "account", stream: "Account", n },
  );
  const stages = ["Discovery", "Proposal", "Closed Won"];
  const events = stages.map((stage, at) =>
    event(deal, at, { type: `${stage} entered`, at: won - (stages.length - 1 - at) * 20 * DAY, stage }),
  );
  return { object: deal, events };
}

/** Of twenty deals sixteen have a project by link, two by key and one by name alone; the last has none. */
function projectOf(n: number): Made | null {
  if (n % 20 === 19) return null;
  return object(
    { place: DELIVERY, stream: "projects", n, type: "onboarding", at: wonAt(n) + 2 * HOUR },
    {
      name: `Onboarding: ${nameOf(n)}`,
      account_name: nameOf(n),
      opportunity_id: n % 20 < 16 ? String(n) : null,
      contract_number: n % 20 < 18 ? `C-${String(n)}` : null,
      deal_amount: n % 50 === 0 ? 1 : 6000 + (n % 900) * 10,
      due_date: { day: goLive(n) },
    },
  );
}

function stepOf(n: number): Made | null {
  const [project, at] = [Math.floor(n / STEPS.length), n % STEPS.length];
  if (project % 20 === 19) return null;
  const [since, step] = [wonAt(project) + 2 * HOUR, STEPS[at] ?? ""];
  const { object: task } = object(
    { place: DELIVERY, stream: "tasks", n, type: "onboarding-step", at: since },
    { step, due_date: { day: goLive(project) } },
    { name: "onboarding", stream: "projects", n: project },
  );
  return { object: task, events: [event(task, 0, { type: "step completed", at: since + (at + 1) * 20 * HOUR, step })] };
}

function nameOf(n: number): string {
  return `Company ${String(n)}`;
}

interface Making {
  readonly place: typeof SALES;
  readonly stream: string;
  readonly n: number;
  readonly type: string;
  readonly at: Instant;
}

function object(
  { place, stream, n, type, at }: Making,
  attributes: ModelObject["attributes"],
  refers?: { readonly name: string; readonly stream: string; readonly n: number },
): Made {
  const key = `${place.system}/${place.tenant}/${stream}/${String(n)}`;
  const references =
    refers === undefined
      ? []
      : [{ name: refers.name, to: { kind: "record", stream: refers.stream, id: String(refers.n) } } as const];
  const rest = { mapping: "bench", history: [], createdAt: at, removed: null, url: null };
  return { object: { key, type, attributes, references, ...rest }, events: [] };
}

function event(
  { key, type }: ModelObject,
  sequence: number,
  what: { readonly type: string; readonly at: Instant; readonly stage?: string; readonly step?: string },
): ModelEvent {
  return {
    id: `${key} ${String(sequence)}`,
    type: what.type,
    objectKey: key,
    objectType: type,
    occurredAt: what.at,
    precision: "s",
    sequence,
    by: { person: "12000", kind: "human" },
    stage: what.stage ?? null,
    fromStage: null,
    attributes: what.step === undefined ? {} : { step: what.step },
    references: [],
    source: { stream: parseRecordKey(key)?.stream ?? "", id: parseRecordKey(key)?.id ?? "" },
    mapping: "bench",
    derivation: "history",
  };
}
