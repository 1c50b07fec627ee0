import { Option } from "commander";
import { globalOptions, integer } from "./options.ts";
import type { Register } from "./options.ts";

/** Event logs from elsewhere. Told of in the line below the first help screen. */
export const logCommands: Register = (program, machine, done) => {
  const log = program.command("log", { hidden: true }).description("event logs from and to elsewhere");

  globalOptions(log.command("import"))
    .description("bring a log in: CSV, XES, OCEL 2.0 (JSON, SQLite, XML), gzipped or not")
    .argument("<file>")
    .requiredOption("--name <name>", "what the log is called from now on; one of that name is replaced")
    .option("--case <name>", "CSV: the column of the case; OCEL: the object type a case follows")
    .option("--activity <column>", "CSV: the column of the activity")
    .option("--time <column>", "CSV: the column of the time")
    .option("--resource <column>", "CSV: the column of who did it")
    .option("--lifecycle <column>", "CSV: the column of start, complete and the like")
    .option("--tz <zone>", "zone of times without one, such as Europe/Berlin (default: the reporting zone)")
    .addOption(new Option("--dates <order>", "how 03/04/2026 begins").choices(["day-first", "month-first"]))
    .option("--encoding <name>", "of a text that is not UTF-8, such as windows-1252")
    .option("--strict", "stop at the first line that cannot be used", false)
    .action(async (file, options) => {
      const { logImportVerb } = await import("../verbs/log-import.ts");
      done(await logImportVerb(machine, file, options));
    });

  globalOptions(log.command("list"))
    .description("the logs there are")
    .action(async (options) => {
      const { logListVerb } = await import("../verbs/log-list.ts");
      done(await logListVerb(machine, options));
    });

  globalOptions(log.command("stats"))
    .description("cases, events, variants, throughput, rework")
    .argument("<name>")
    .option("--case <type>", "OCEL: the object type a case follows")
    .option("--calendar <name>", "business time, too: a calendar of the configuration, or a file")
    .option("--top <n>", "with --json: only so many variants, and the longest cases", integer)
    .action(async (name, options) => {
      const { logStatsVerb } = await import("../verbs/log-stats.ts");
      done(await logStatsVerb(machine, name, options));
    });

  globalOptions(log.command("check"))
    .description("judge every case by rules, and align it with a procedure")
    .argument("<name>")
    .option("--rules <file>", "rules, as docs/logs.md describes, or a file of config/processes")
    .option("--procedure <file>", "a list of activities, paths, or a file of config/processes")
    .option("--case <type>", "OCEL: the object type a case follows")
    .option("--calendar <name>", "of business hours and days (default: the configuration's)")
    .action(async (name, options) => {
      const { logCheckVerb } = await import("../verbs/log-check.ts");
      done(await logCheckVerb(machine, name, options));
    });

  globalOptions(log.command("export"))
    .description("write a log, or the hub's own objects and events, to a file")
    .argument("[name]")
    .option("--hub", "the hub's own objects and events", false)
    .addOption(
      new Option("--format <format>").choices(["ocel-json", "ocel-sqlite", "xes", "csv"]).makeOptionMandatory(),
    )
    .requiredOption("--out <file>", "the file; one that is there is replaced")
    .option("--case <type>", "XES and CSV of an object-centric log: the object type a case follows")
    .action(async (name, options) => {
      const { logExportVerb } = await import("../verbs/log-export.ts");
      done(await logExportVerb(machine, name, options));
    });
};
