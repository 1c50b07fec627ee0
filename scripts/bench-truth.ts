// Compares what the hub finds with what is true of whole companies: `npm run bench:truth -- --seeds 1,2,3 --scale 5`.
// Each seed has a sandbox and a hub in processes of their own. Ends with 1 when anything differs.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openHub } from "../src/cli/hub.ts";
import { realMachine } from "../src/cli/machine.ts";
import { startSandboxProcess } from "../src/cli/sandbox-process.ts";
import { DEFAULT_AS_OF } from "../src/cli/verbs/sandbox.ts";
import { TruthSchema } from "../src/sandbox/index.ts";
import { mapAndLink, measureStep, pullStep, reconcileStep } from "../src/sync/index.ts";
import { differencesFromTruth } from "../test/support/truth.ts";
import { defectsInStar, processDifferences } from "../test/support/truth-processes.ts";
import { sprintDifferences, sprintsInStar } from "../test/support/truth-sprints.ts";
import { benchCompanies } from "./company-bench.ts";
import type { CompanyLine } from "./company-bench.ts";

await benchCompanies({
  file: fileURLToPath(import.meta.url),
  titles: [
    "seed",
    "scale",
    "handoffs",
    "differing",
    "process defects",
    "differing",
    "sprints",
    "differing",
    "seconds",
    "peak MB",
  ],
  measure: compare,
});

/** Runs one company through pull to measure. */
async function compare(seed: number, scale: number): Promise<CompanyLine> {
  const directory = mkdtempSync(join(tmpdir(), "hub-bench-"));
  const [envFile, truthFile] = [join(directory, "sandbox.env"), join(directory, "truth.json")];
  const { env: environment } = process;
  const options = { seed, scale, asOf: DEFAULT_AS_OF, envFile, truthFile, hyperd: null, environment };
  const sandbox = await startSandboxProcess(options);
  try {
    const startedAt = performance.now();
    const hub = await openHub(
      { ...realMachine(), environment: {} },
      { config: "config", db: join(directory, "hub.sqlite"), envFile, asOf: DEFAULT_AS_OF, json: false, quiet: true },
    );
    const { result } = await hub.run("bench", async (context) => {
      const pull = await pullStep(context, { mode: "incremental" });
      const { map } = await mapAndLink(context);
      const handoffs = await (await reconcileStep(context)).handoffs();
      const { star } = await measureStep(context);
      const defects = await defectsInStar(star);
      const sprints = await sprintsInStar(star);
      star.close();
      return { answer: { handoffs, defects, sprints }, complete: pull.complete && map.rejected === 0, summary: null };
    });
    await hub.close();
    const seconds = (performance.now() - startedAt) / 1000;
    const peak = process.resourceUsage().maxRSS / 1024;
    const truth = TruthSchema.parse(JSON.parse(readFileSync(truthFile, "utf8")));
    const { handoffs, defects, sprints } = result.answer;
    const wrongHandoffs = differencesFromTruth(truth, handoffs);
    const wrongDefects = processDifferences(truth, defects);
    const wrongSprints = sprintDifferences(truth, sprints);
    const unread = result.complete ? [] : ["The reading was not complete."];
    return {
      cells: [
        seed,
        scale,
        handoffs.length,
        wrongHandoffs.length,
        truth.processDefects.length,
        wrongDefects.length,
        truth.sprints.length,
        wrongSprints.length,
        seconds.toFixed(1),
        peak.toFixed(0),
      ],
      wrong: [...wrongHandoffs, ...wrongDefects, ...wrongSprints, ...unread],
    };
  } finally {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
