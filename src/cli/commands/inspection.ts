import { asksForKpi } from "../kpi-question.ts";
import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** The first help screen shows ten verbs (design §9); these are told of in a line below them. */
const LATER = { hidden: true };
const MORE = `
More: approve, apply, undo, writes, report, serve, certificate, rejects, remap, discover, config check, config bindings, config schema,
hyper install, match list, match confirm, match reject, log import, log list, log stats, log check, log export.
"hub help <command>" explains one; docs/cli.md has them all.`;

/** Questions about the systems, the store and the configuration; only `remap` and `hyper install` change anything. */
export const inspectionCommands: Register = (program, machine, done) => {
  globalOptions(program.command("check"))
    .description("sign in everywhere: tenant, user, version, quota, fields that mappings name")
    .action(async (options) => {
      const { checkVerb } = await import("../verbs/check.ts");
      done(await checkVerb(machine, options));
    });

  globalOptions(program.command("discover", LATER))
    .description("the streams a connection offers, or the fields of one")
    .argument("<connection>", "as hub.yaml names it")
    .argument("[stream]")
    .option("--accept", "take the stream's fields over as they are now", false)
    .action(async (connection, stream, options) => {
      const { discoverVerb } = await import("../verbs/discover.ts");
      done(await discoverVerb(machine, connection, stream, options));
    });

  globalOptions(program.command("certificate", LATER))
    .description("how complete each stream was read")
    .option("--run <id>", "of this run (default: the latest that read)")
    .action(async (options) => {
      const { certificateVerb } = await import("../verbs/certificate.ts");
      done(await certificateVerb(machine, options));
    });

  const rejects = globalOptions(program.command("rejects", LATER))
    .description("records that could not be accepted")
    .action(async (options) => {
      const { rejectsVerb } = await import("../verbs/rejects.ts");
      done(await rejectsVerb(machine, options));
    });
  globalOptions(rejects.command("show"))
    .description("one of them, with its content")
    .argument("<id>", "the record's key or native id")
    .action(async (id, _options, command) => {
      const { showRejectVerb } = await import("../verbs/rejects.ts");
      done(await showRejectVerb(machine, id, command.optsWithGlobals()));
    });

  globalOptions(rejects.command("replay"))
    .description("try them again, all or those named: stored ones are mapped, others read again")
    .argument("[id...]", "keys or native ids")
    .action(async (ids, _options, command) => {
      const { replayRejectsVerb } = await import("../verbs/rejects.ts");
      done(await replayRejectsVerb(machine, ids, command.optsWithGlobals()));
    });

  globalOptions(program.command("explain"))
    .description("the life of one record, object or handoff, or why a KPI is what it is")
    .argument("<id>", "a native id, a key system/tenant/stream/id, a handoff's id, or kpi:NAME[/scope][@window]")
    .option("--all", "of a KPI: every case behind it", false)
    .action(async (id, options) => {
      if (asksForKpi(id)) {
        const { explainKpiVerb } = await import("../verbs/explain-kpi.ts");
        done(await explainKpiVerb(machine, id, options));
        return;
      }
      const { explainVerb } = await import("../verbs/explain.ts");
      done(await explainVerb(machine, id, options));
    });

  globalOptions(program.command("remap", LATER))
    .description("map and link again from stored records")
    .option("--dry-run", "store nothing, show what would change", false)
    .action(async (options) => {
      const { remapVerb } = await import("../verbs/remap.ts");
      done(await remapVerb(machine, options));
    });

  const config = program.command("config", LATER).description("the files under config/");
  globalOptions(config.command("check"))
    .description("find every problem, run the tests in the files, say it all back")
    .action(async (options) => {
      const { configCheckVerb } = await import("../verbs/config.ts");
      done(await configCheckVerb(machine, options));
    });
  globalOptions(config.command("schema"))
    .description("JSON Schemas of the files, for editors")
    .option("--out <dir>", "write one file per kind here")
    .action(async (options) => {
      const { configSchemaVerb } = await import("../verbs/config.ts");
      done(await configSchemaVerb(machine, options));
    });

  globalOptions(config.command("bindings"))
    .description("names that mappings use, with the ids behind them; what was renamed and what is refused")
    .option("--accept [name...]", "write the lock file: all that is not refused, or these names")
    .action(async (options) => {
      const { configBindingsVerb } = await import("../verbs/config-bindings.ts");
      const { accept, ...rest } = options;
      const names = accept === true || Array.isArray(accept) ? { accept } : {};
      done(await configBindingsVerb(machine, { ...rest, ...names }));
    });

  const hyper = program.command("hyper", LATER).description("the engine that writes .hyper files");
  globalOptions(hyper.command("install"))
    .description("fetch it once")
    .action(async (options) => {
      const { hyperInstallVerb } = await import("../verbs/hyper-install.ts");
      done(await hyperInstallVerb(machine, options));
    });

  program.addHelpText("after", MORE);
};
