import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** Persons' words on which records belong together. */
export const matchCommands: Register = (program, machine, done) => {
  const match = program.command("match", { hidden: true }).description("which records belong together, as persons say");
  globalOptions(match.command("list", { isDefault: true }))
    .description("candidates that wait for a word, with what speaks for and against them")
    .action(async (options) => {
      const { matchListVerb } = await import("../verbs/match.ts");
      done(await matchListVerb(machine, options));
    });
  for (const [kind, what] of [
    ["confirm", "say that two records are the two sides of a handoff"],
    ["reject", "say that they are not; they are never proposed again"],
  ] as const) {
    globalOptions(match.command(kind))
      .description(what)
      .argument("<a>", "a native id, a key system/tenant/stream/id, or a handoff's id")
      .argument("<b>", "the other side, by its native id or key")
      .requiredOption("--by <name>", "who says so")
      .option("--reason <text>", "why")
      .action(async (a, b, options) => {
        const { matchWordVerb } = await import("../verbs/match.ts");
        done(await matchWordVerb(machine, kind, a, b, options));
      });
  }
};
