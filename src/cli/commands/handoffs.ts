import { Option } from "commander";
import type { Command } from "commander";
import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** Handoffs, and what persons say about them. */
export const handoffCommands: Register = (program, machine, done) => {
  const handoffs = program.command("handoffs").description("the state of every handoff, with why");
  globalOptions(handoffs.command("list", { isDefault: true }))
    .description("what needs somebody first")
    .option("--contract <name>", "only this contract")
    .option("--all", "what is fine and what is historical, too", false)
    .action(async (options) => {
      const { handoffsVerb } = await import("../verbs/handoffs.ts");
      done(await handoffsVerb(machine, options));
    });
  byPerson(globalOptions(handoffs.command("waive <id>")))
    .description("leave one handoff alone")
    .option("--until <instant>", "until then only")
    .action(async (id, options) => {
      const { handoffWordVerb } = await import("../verbs/handoff-words.ts");
      done(await handoffWordVerb(machine, "waive", id, options));
    });
  byPerson(globalOptions(handoffs.command("snooze <id>")))
    .description("leave one handoff alone for a while")
    .requiredOption("--until <instant>", "it comes back by itself then")
    .action(async (id, options) => {
      const { handoffWordVerb } = await import("../verbs/handoff-words.ts");
      done(await handoffWordVerb(machine, "snooze", id, options));
    });
  byPerson(globalOptions(handoffs.command("resume <id>")))
    .description("look after one handoff again that was waived or snoozed")
    .action(async (id, options) => {
      const { handoffWordVerb } = await import("../verbs/handoff-words.ts");
      done(await handoffWordVerb(machine, "resume", id, options));
    });
  globalOptions(handoffs.command("try <id>"))
    .description("one stored handoff beside what a changed contract makes of it; stores nothing")
    .action(async (id, options) => {
      const { handoffsTryVerb } = await import("../verbs/handoffs-try.ts");
      done(await handoffsTryVerb(machine, id, options));
    });

  const conflicts = program.command("conflicts").description("fields that wait for somebody to say which side holds");
  globalOptions(conflicts.command("list", { isDefault: true }))
    .description("both values, since when and by whom")
    .action(async (options) => {
      const { conflictsVerb } = await import("../verbs/conflicts.ts");
      done(await conflictsVerb(machine, options));
    });
  byPerson(globalOptions(conflicts.command("decide <handoff> <field>")))
    .description("say which side holds; the next plan proposes the write")
    .addOption(new Option("--take <side>", "the side that holds").choices(["source", "target"]).makeOptionMandatory())
    .option("--always", "show the contract's line that decides it so from now on", false)
    .option("--write", "write that line into the contract's file; refused when the configuration would not hold", false)
    .action(async (handoff, field, options) => {
      const { decideConflictVerb } = await import("../verbs/conflicts.ts");
      done(await decideConflictVerb(machine, handoff, field, options));
    });
};

function byPerson(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why")
    .requiredOption("--by <name>", "who decides it, as people.yaml names them");
}
