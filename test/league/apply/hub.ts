import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readConfiguration, STANDARD_KINDS, variableName } from "../../../src/configuration/index.ts";
import type { Configuration } from "../../../src/configuration/index.ts";
import { HubError } from "../../../src/model/index.ts";
import type { Plan, StorePort } from "../../../src/model/index.ts";
import { mulberry32 } from "../../../src/sandbox/kit/random.ts";
import { openStore } from "../../../src/store/index.ts";
import {
  applyAndReconcile,
  approvalOf,
  inversePlan,
  mapAndLink,
  planStep,
  pullStep,
  reconcileStep,
} from "../../../src/sync/index.ts";
import type { Applied, RunContext } from "../../../src/sync/index.ts";
import { patienceOf } from "../../acceptance/patience.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { Killed, mortal } from "../../sync/apply/mortal.ts";
import type { Doom } from "../../sync/apply/mortal.ts";
import type { Place, Source, Target } from "./place.ts";

const FOREVER = Date.parse("2027-01-01T00:00:00Z");

function filesOf(source: Source, target: Target): Readonly<Record<string, string>> {
  return {
    "hub.yaml": `company: League
time: { zone: UTC, calendar: always }
money: { corporate: EUR }
connections:
  source: { system: ${source.definition.system} }
  target: { system: ${target.definition.system}${target.settings} }
`,
    "people.yaml": "- { name: Dana Ortiz, ids: {} }\n",
    "calendars/always.yaml": "calendar: always\nzone: UTC\nopen: { Mon-Sun: 00:00-24:00 }\nholidays: {}\n",
    "mappings/deal.yaml": `mapping: deal\n${source.mapping}events: { deal created: created }\n`,
    "mappings/work.yaml": `mapping: work\n${target.mapping}events: { work created: created }\n`,
    "handoffs/won-to-work.yaml": `handoff: won-to-work
since: 2026-01-01T00:00:00Z
mode: propose
from: { when: deal enters ${source.wonStage} }
to: { expect: work, create_from: "target/${target.place}" }
due: { created: 1h, grace: 1h }
match: [{ link: deal_id }]
accepted_when: amount set by a person
fields: { amount: source }
`,
  };
}

const read = new Map<string, Promise<Configuration>>();

/** The configuration of a place; read once in a process. */
function configurationOf(place: Place, source: Source, target: Target): Promise<Configuration> {
  const known = read.get(place.name) ?? readFiles(source, target);
  read.set(place.name, known);
  return known;
}

async function readFiles(source: Source, target: Target): Promise<Configuration> {
  const directory = await mkdtemp(join(tmpdir(), "hub-league-"));
  for (const [name, text] of Object.entries(filesOf(source, target))) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  const connectors = [source.definition, target.definition];
  return readConfiguration(directory, { connectors, kinds: STANDARD_KINDS });
}

/** A hub over the two systems, as a schedule runs it: each run is a process of its own on the same store. */
export interface WritingHub {
  readonly store: StorePort;
  /** Reads, decides and plans; carries out nothing. */
  plan(): Promise<Plan>;
  approve(plan: Plan): Promise<void>;
  /** Approves the inverse of what was confirmed of a plan; null when nothing was. */
  takeBack(plan: Plan): Promise<Plan | null>;
  /** A whole run that carries out what is approved; null when it was killed. */
  night(options?: NightOptions): Promise<Applied | null>;
  close(): Promise<void>;
}

export interface NightOptions {
  /** Kills the process. */
  readonly doom?: Doom;
  /** Is told when writing begins. */
  readonly onApply?: () => void;
  /** Is told when what was written is read again. */
  readonly onReadAgain?: () => void;
  readonly stop?: AbortController;
}

export async function openWritingHub(place: Place, source: Source, target: Target, seed: number): Promise<WritingHub> {
  const configuration = await configurationOf(place, source, target);
  const { clock } = target.served;
  const store = openStore(":memory:", clock);
  const random = mulberry32(seed);
  const timer = patienceOf(target.served);
  let runs = 0;
  const begin = async ({
    doom,
    onApply,
    onReadAgain,
    stop = new AbortController(),
  }: NightOptions): Promise<RunContext> => {
    runs += 1;
    let isWriting = false;
    const fence = await store.runs.begin({
      kind: "run",
      startedAt: clock.now(),
      asOf: clock.now(),
      configurationHash: configuration.hash,
      configuration: {},
      owner: `host:${String(runs)}`,
      isAlive: () => false,
      wallNow: () => clock.now(),
    });
    return {
      configuration,
      store: doom === undefined ? store : mortal(store, doom),
      fence,
      asOf: clock.now(),
      dependencies: {
        clock,
        wallNow: () => clock.now(),
        sleep: async (ms, signal) => {
          signal.throwIfAborted();
          clock.advance(ms);
        },
        timer,
        random,
        ledger: store.ledger,
        log: () => undefined,
      },
      environment: { ...environmentOf("source", source.served), ...environmentOf("target", target.served) },
      readText: () => Promise.resolve(""),
      progress: (event) => {
        if (event.kind !== "step" || event.state !== "started") return;
        if (event.step === "apply") {
          isWriting = true;
          onApply?.();
        } else if (event.step === "pull" && isWriting) onReadAgain?.();
      },
      signal: stop.signal,
    };
  };
  const end = async ({ fence }: RunContext): Promise<void> => {
    await store.runs.end(fence, { outcome: "complete", endedAt: clock.now(), summary: null });
  };
  return {
    store,
    close: () => store.close(),
    plan: async () => {
      const context = await begin({});
      await pullStep(context, { mode: "incremental" });
      await mapAndLink(context);
      const { operations } = await reconcileStep(context);
      const plan = await planStep(context, operations);
      await end(context);
      return plan;
    },
    approve: async (plan) => {
      const context = await begin({});
      const { outbox } = context.store;
      const by = "Dana Ortiz";
      const at = clock.now();
      await outbox.recordPause({ connection: null, kind: "resume", by, at, reason: "played" });
      await outbox.approve(context.fence, approvalOf(plan, plan.operations, by, { now: at, until: FOREVER }));
      await end(context);
    },
    takeBack: async (plan) => {
      const context = await begin({});
      const now = clock.now();
      const by = "Dana Ortiz";
      try {
        const inverse = await inversePlan(store, plan, by, { asOf: now, now });
        await store.handoffs.savePlan(context.fence, inverse);
        const approval = approvalOf(inverse, inverse.operations, by, { now, until: FOREVER });
        await store.outbox.approve(context.fence, approval);
        return inverse;
      } catch (error) {
        if (error instanceof HubError && error.code === "HUB-2630") return null;
        throw error;
      } finally {
        await end(context);
      }
    },
    night: async (options = {}) => {
      const context = await begin(options);
      try {
        const pull = await pullStep(context, { mode: "incremental" });
        await mapAndLink(context);
        const applied = await applyAndReconcile(context, await reconcileStep(context), pull, null);
        await end(context);
        return applied;
      } catch (error) {
        if (error instanceof Killed || options.doom?.dead === true) return null;
        throw error;
      }
    },
  };
}

function environmentOf(connection: string, served: ServedSystem): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(served.credentials).map(([key, value]) => [variableName(connection, key), value]),
  );
}
