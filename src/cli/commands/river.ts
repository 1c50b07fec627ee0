import { Option } from "commander";
import { handoffCommands } from "./handoffs.ts";
import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** The steps of the river. */
export const riverCommands: Register = (program, machine, done) => {
  globalOptions(program.command("sync"))
    .description("pull, map and link")
    .option("--connection <name...>", "only these connections")
    .option("--stream <name...>", "only these streams and what they need")
    .option("--full", "read everything again", false)
    .option("--sweep", "look for what no increment tells: hard deletes, lost sight", false)
    .option("--estimate", "only what it would cost and when it would be done", false)
    .action(async (options) => {
      if (options.estimate) {
        const { estimateVerb } = await import("../verbs/estimate.ts");
        done(await estimateVerb(machine, options));
        return;
      }
      const { syncVerb } = await import("../verbs/sync.ts");
      done(await syncVerb(machine, options));
    });

  handoffCommands(program, machine, done);

  globalOptions(program.command("plan"))
    .description("the writes that would repair the handoffs; sends nothing")
    .option("--rehearse", "carry it out in a fresh sandbox that is loaded with what the hub has stored", false)
    .action(async (options) => {
      if (options.rehearse) {
        const { rehearseVerb } = await import("../verbs/rehearse.ts");
        done(await rehearseVerb(machine, options));
        return;
      }
      const { planVerb } = await import("../verbs/plan.ts");
      done(await planVerb(machine, options));
    });

  globalOptions(program.command("measure"))
    .description("the KPIs from what is stored")
    .action(async (options) => {
      const { measureVerb } = await import("../verbs/measure.ts");
      done(await measureVerb(machine, options));
    });

  globalOptions(program.command("publish"))
    .description("extracts built and published")
    .addOption(new Option("--format <format...>", "only these").choices(["hyper", "parquet", "csv"]))
    .option("--workbook", "publish the starter workbook, too, unless it is there", false)
    .option("--out <dir>", "folder for the files", ".hub/extracts")
    .action(async (options) => {
      const { publishVerb } = await import("../verbs/publish.ts");
      done(await publishVerb(machine, options));
    });

  globalOptions(program.command("report", { hidden: true }))
    .description("the same pages as one HTML file")
    .option("--out <dir>", "folder for report.html", ".hub/report")
    .action(async (options) => {
      const { reportVerb } = await import("../verbs/report.ts");
      done(await reportVerb(machine, options));
    });

  globalOptions(program.command("run"))
    .description("a whole cycle, as the schedule does it")
    .option("--out <dir>", "folder for the files", ".hub/extracts")
    .action(async (options) => {
      const { runVerb } = await import("../verbs/run.ts");
      done(await runVerb(machine, options));
    });

  globalOptions(program.command("serve", { hidden: true }))
    .description("follow the schedule of hub.yaml until stopped")
    .option("--out <dir>", "folder for the files", ".hub/extracts")
    .action(async (options) => {
      const { serveVerb } = await import("../verbs/serve.ts");
      done(await serveVerb(machine, options));
    });
};
