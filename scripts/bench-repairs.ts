// Repairs whole companies and holds the result against what is true of them: `npm run bench:repairs -- --seeds 1,2,3
// --scale 5`. Each seed has a sandbox and a hub in processes of their own. What is proposed must be what is missing and
// what differs; after it was applied each expected handoff has exactly one target, what needs a decision is untouched,
// and the next plan is empty. Ends with 1 when anything differs.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openHub } from "../src/cli/hub.ts";
import { realMachine } from "../src/cli/machine.ts";
import { startSandboxProcess } from "../src/cli/sandbox-process.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { parseInstant } from "../src/model/index.ts";
import { TruthSchema } from "../src/sandbox/index.ts";
import { applyPlan, approvalOf, mapAndLink, planStep, pullStep, reconcileStep } from "../src/sync/index.ts";
import { repairDifferences, targetDifferences } from "../test/support/truth-repairs.ts";
import type { AsanaTargets } from "../test/support/truth-repairs.ts";
import { benchCompanies } from "./company-bench.ts";
import type { CompanyLine } from "./company-bench.ts";

await benchCompanies({
  file: fileURLToPath(import.meta.url),
  titles: ["seed", "scale", "proposed", "differing", "confirmed", "targets", "next plan", "seconds", "peak MB"],
  measure: repair,
});

/** The configuration without the brakes that spread repairs over several runs. */
function unbraked(directory: string): string {
  const config = join(directory, "config");
  cpSync("config", config, { recursive: true });
  const change = (file: string, to: (text: string) => string): void =>
    writeFileSync(file, to(readFileSync(file, "utf8")));
  for (const name of readdirSync(join(config, "handoffs"))) {
    change(join(config, "handoffs", name), (text) => text.replace(/creates_per_run: \d+/u, "creates_per_run: 100000"));
  }
  change(join(config, "hub.yaml"), (text) => {
    const without = text.replace(/^writes:.*\n(?: .*\n)*/mu, "");
    return `${without}\nwrites: { most_operations: 100000, most_share: 100 % }\n`;
  });
  return config;
}

async function asanaTargets(control: string): Promise<AsanaTargets> {
  const fields = "modified_at,custom_fields.name,custom_fields.display_value";
  const response = await fetch(`${control}/systems/asana/truth?stream=projects,tasks&opt_fields=${fields}`);
  const { projects, tasks } = (await response.json()) as Record<"projects" | "tasks", AsanaTargets>;
  return { ...projects, ...tasks };
}

/** Runs one company through pull to apply and plans again. */
async function repair(seed: number, scale: number): Promise<CompanyLine> {
  const directory = mkdtempSync(join(tmpdir(), "hub-bench-"));
  const [envFile, truthFile] = [join(directory, "sandbox.env"), join(directory, "truth.json")];
  const { env: environment } = process;
  const options = { seed, scale, asOf: DEFAULT_AS_OF, envFile, truthFile, hyperd: null, environment };
  const sandbox = await startSandboxProcess(options);
  try {
    const startedAt = performance.now();
    const hub = await openHub(
      { ...realMachine(), environment: {} },
      {
        config: unbraked(directory),
        db: join(directory, "hub.sqlite"),
        envFile,
        asOf: DEFAULT_AS_OF,
        json: false,
        quiet: true,
      },
    );
    const { control } = sandbox.description;
    const before = await asanaTargets(control);
    const { result } = await hub.run("plan", async (context) => {
      const pull = await pullStep(context, { mode: "incremental" });
      await mapAndLink(context);
      const { operations, ...decided } = await reconcileStep(context);
      const handoffs = await decided.handoffs();
      const plan = await planStep(context, operations);
      const at = context.dependencies.clock.now();
      const [connection, by, reason] = [null, "bench", "measured in a sandbox"] as const;
      await context.store.outbox.recordPause({ connection, kind: "resume", by, at, reason });
      const until = parseInstant("2100-01-01T00:00:00Z") ?? null;
      await context.store.outbox.approve(context.fence, approvalOf(plan, plan.operations, by, { now: at, until }));
      return { answer: { handoffs, plan }, complete: pull.complete, summary: null };
    });
    const { plan, handoffs } = result.answer;
    const { result: applied } = await hub.run("apply", async (context) => ({
      answer: await applyPlan(context, plan),
      complete: true,
      summary: null,
    }));
    const { result: next } = await hub.run("plan", async (context) => {
      await pullStep(context, { mode: "incremental" });
      await mapAndLink(context);
      const { operations } = await reconcileStep(context);
      return { answer: await planStep(context, operations), complete: true, summary: null };
    });
    await hub.close();
    const after = await asanaTargets(control);
    const truth = TruthSchema.parse(JSON.parse(readFileSync(truthFile, "utf8")));
    const { outcomes } = applied.answer.apply;
    const wrongRepairs = repairDifferences(truth, handoffs, plan.operations);
    const wrongTargets = targetDifferences(truth, before, after);
    const unconfirmed = outcomes.filter(({ state }) => state !== "confirmed");
    const left = next.answer.operations;
    const wrong = [
      ...wrongRepairs,
      ...wrongTargets,
      ...unconfirmed.map(
        ({ operation, state, problem }) =>
          `${operation.action} for ${operation.handoffId}: ${state}, ${problem?.code ?? ""} ${problem?.message ?? ""}`,
      ),
      ...left.map(
        ({ action, handoffId, field, reason }) =>
          `still proposed: ${action} ${field ?? ""} for ${handoffId}: ${reason}`,
      ),
      ...(result.complete ? [] : ["The reading was not complete."]),
    ];
    return {
      cells: [
        seed,
        scale,
        plan.operations.length,
        wrongRepairs.length,
        outcomes.length - unconfirmed.length,
        `${String(wrongTargets.length)} wrong`,
        left.length,
        ((performance.now() - startedAt) / 1000).toFixed(1),
        (process.resourceUsage().maxRSS / 1024).toFixed(0),
      ],
      wrong,
    };
  } finally {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
