import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

const LATER = { hidden: true };

/** From a plan to what is written: agreeing, carrying out, taking back, pausing. */
export const writeCommands: Register = (program, machine, done) => {
  globalOptions(program.command("approve", LATER))
    .description("agree to a plan, or to some of its operations")
    .argument("<hash>", "the plan, or the beginning of its hash")
    .option("--only <operation...>", "only these operations, or beginnings of their ids")
    .requiredOption("--by <name>", "who answers for it: a person of people.yaml")
    .option("--until <instant>", "until then (default: 24 hours)")
    .action(async (hash, options) => {
      const { approveVerb } = await import("../verbs/approve.ts");
      done(await approveVerb(machine, hash, options));
    });

  globalOptions(program.command("apply", LATER))
    .description("carry out what is approved of a plan")
    .argument("<hash>", "the plan, or the beginning of its hash")
    .action(async (hash, options) => {
      const { applyVerb } = await import("../verbs/apply.ts");
      done(await applyVerb(machine, hash, options));
    });

  globalOptions(program.command("undo", LATER))
    .description("plan the inverse of what was done of a plan; it needs approval like any other")
    .argument("<hash>", "the plan, or the beginning of its hash")
    .requiredOption("--by <name>", "who wants it taken back: a person of people.yaml")
    .action(async (hash, options) => {
      const { undoVerb } = await import("../verbs/undo.ts");
      done(await undoVerb(machine, hash, options));
    });

  const writes = program.command("writes", LATER).description("what was written and what waits; pauses");
  globalOptions(writes.command("list", { isDefault: true }))
    .description("pauses and the outbox, newest last")
    .option("--all", "what is confirmed, too", false)
    .action(async (options) => {
      const { writesVerb } = await import("../verbs/writes.ts");
      done(await writesVerb(machine, options));
    });
  for (const kind of ["pause", "resume"] as const) {
    globalOptions(writes.command(kind))
      .description(kind === "pause" ? "write nothing any more, until somebody resumes" : "let writes go on")
      .option("--connection <name>", "only this connection")
      .requiredOption("--by <name>", "who says so: a person of people.yaml")
      .requiredOption("--reason <text>", "why")
      .action(async (options) => {
        const { pauseVerb } = await import("../verbs/writes.ts");
        done(await pauseVerb(machine, kind, options));
      });
  }
};
