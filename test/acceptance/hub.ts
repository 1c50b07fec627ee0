import type {
  Connection,
  ConnectorDependencies,
  ReadMode,
  WebhookHook,
  WebhookOutcome,
  WebhookRequest,
} from "../../src/connectors/kit/index.ts";
import type { Fence, StorePort } from "../../src/model/index.ts";
import { mulberry32 } from "../../src/sandbox/kit/random.ts";
import { openStore } from "../../src/store/index.ts";
import { pull } from "../../src/sync/pull/index.ts";
import type { PullReport } from "../../src/sync/pull/index.ts";
import type { Harness, World } from "./harness.ts";
import { patienceOf } from "./patience.ts";

/** Where a run loses power: at its nth commit, before or after it is made, or at the nth call that reaches the system. */
export type Kill =
  | { readonly at: "commit"; readonly n: number; readonly when: "before" | "after" }
  | { readonly at: "call"; readonly n: number };

export interface PullResult {
  /** Null when the run was killed or stopped. */
  readonly report: PullReport | null;
  readonly killed: boolean;
  /** Pages stored. */
  readonly commits: number;
  /** Ids of the records of each stored page, in order. */
  readonly pages: readonly (readonly string[])[];
}

/** A hub over one store: the real store and the real pull, one system, nothing mapped. */
export interface WorldHub {
  readonly store: StorePort;
  pull(mode?: ReadMode, options?: PullRun): Promise<PullResult>;
  /** Takes a call of the system: what it says has changed is read again by the next pull. @throws HubError when it is not to be trusted */
  receive(request: WebhookRequest, hook: WebhookHook): Promise<WebhookOutcome>;
  /** A connection of its own; close it. */
  connect(): Promise<Connection>;
  /** What was waited for so far, milliseconds of the world's clock. */
  readonly waited: () => number;
  close(): Promise<void>;
}

export interface PullRun {
  readonly kill?: Kill;
  readonly signal?: AbortSignal;
  readonly onCommit?: (n: number) => void;
  readonly streams?: readonly string[];
  /** What sweeps may spend in a day, in calls. */
  readonly sweepCalls?: number;
  /** Reads from another world with the same store. */
  readonly world?: World;
  /** Waits for answers as long as the machine's own timer says, instead of on the world's clock. */
  readonly patient?: boolean;
}

class PowerCut extends Error {
  override readonly name = "PowerCut";
}

/** Problems of a report as `stream code`, connection problems as `code`. */
export function problemsIn(report: PullReport | null): readonly string[] {
  return (report?.connections ?? []).flatMap(({ problem, certificates }) => [
    ...(problem === null ? [] : [problem.code]),
    ...certificates.flatMap(({ stream, problems }) =>
      problems.map(({ code, message }) => `${stream} ${code} ${message}`),
    ),
  ]);
}

export function openHub(harness: Harness, world: World, seed = 1): WorldHub {
  const clock = { now: () => world.served.clock.now() };
  const store = openStore(":memory:", clock);
  const random = mulberry32(seed);
  let waited = 0;
  let runs = 0;
  const dependencies: ConnectorDependencies = {
    clock,
    wallNow: () => world.served.clock.now(),
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waited += ms;
      world.served.clock.advance(ms);
    },
    random,
    ledger: store.ledger,
    timer: patienceOf(world.served),
    log: () => undefined,
  };
  const { timer: _onTheWorldsClock, ...patient } = dependencies;
  const begin = (): Promise<Fence> => {
    runs += 1;
    return store.runs.begin({
      kind: "sync",
      startedAt: clock.now(),
      asOf: clock.now(),
      configurationHash: "none",
      configuration: {},
      owner: `host:${runs}`,
      isAlive: () => false,
      wallNow: () => clock.now(),
    });
  };
  return {
    store,
    waited: () => waited,
    close: () => store.close(),
    receive: async (request, hook) => {
      const { webhooks } = harness.definition;
      if (webhooks === undefined) throw new TypeError(`${harness.system} does not call back`);
      const outcome = webhooks(request, hook);
      const [pin] = await store.records.pins();
      // Before its first reading nothing of a tenant can be read again.
      if (pin !== undefined) await store.records.mark(pin, outcome.marks, hook.now);
      return outcome;
    },
    connect: () =>
      harness.definition.connect({
        name: `${harness.system}-test`,
        settings: harness.definition.settings.parse(world.settings),
        credentials: world.served.credentials,
        dependencies,
      }),
    pull: async (mode = "incremental", run = {}) => {
      const { kill, world: other = world } = run;
      const fence = await begin();
      const stop = new AbortController();
      const signal = run.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, run.signal]);
      const power = { on: true };
      const pages: (readonly string[])[] = [];
      const cut = (): PowerCut => {
        power.on = false;
        const reason = new PowerCut("power cut");
        stop.abort(reason);
        return reason;
      };
      if (kill?.at === "call") {
        other.served.watch((call) => {
          if (call === kill.n) cut();
        });
      }
      const guarded = guardedStore(store, power, async (page, make) => {
        const n = pages.length + 1;
        const hit = kill?.at === "commit" && kill.n === n;
        if (hit && kill.when === "before") throw cut();
        const outcome = await make();
        pages.push(page);
        run.onCommit?.(n);
        if (hit) throw cut();
        return outcome;
      });
      try {
        const report = await pull({
          sources: [
            {
              name: `${harness.system}-test`,
              definition: harness.definition,
              settings: harness.definition.settings.parse(other.settings),
              credentials: () => Promise.resolve(other.served.credentials),
              selection: other.selection,
              ...(run.sweepCalls === undefined ? {} : { limits: { rules: { sweeps: { calls: run.sweepCalls } } } }),
            },
          ],
          ...(run.streams === undefined ? {} : { streams: run.streams }),
          mode,
          store: guarded,
          fence,
          dependencies: run.patient === true ? patient : dependencies,
          progress: () => undefined,
          signal,
        });
        const outcome = report.complete ? "complete" : "incomplete";
        await store.runs.end(fence, { outcome, endedAt: clock.now(), summary: null });
        return { report, killed: false, commits: pages.length, pages };
      } catch (error) {
        if (!power.on) return { report: null, killed: true, commits: pages.length, pages };
        if (run.signal?.aborted === true) return { report: null, killed: false, commits: pages.length, pages };
        throw error;
      } finally {
        other.served.watch(null);
      }
    },
  };
}

/** A store whose writes fail once the power is off, and whose page commits go through `commit`. */
function guardedStore(
  store: StorePort,
  power: { readonly on: boolean },
  commit: <T>(ids: readonly string[], make: () => Promise<T>) => Promise<T>,
): StorePort {
  const check = (): void => {
    if (!power.on) throw new PowerCut("power cut");
  };
  return {
    ...store,
    fingerprint: () => store.fingerprint(),
    records: {
      ...store.records,
      pinTenant: async (fence, pin) => {
        check();
        await store.records.pinTenant(fence, pin);
      },
      commitPage: (fence, page) => {
        check();
        return commit(
          page.records.map(({ stream, id }) => `${stream} ${id}`),
          () => store.records.commitPage(fence, page),
        );
      },
      saveCertificates: async (fence, certificates) => {
        check();
        await store.records.saveCertificates(fence, certificates);
      },
    },
  };
}
