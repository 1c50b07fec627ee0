import { globalOptions } from "./options.ts";
import type { Register } from "./options.ts";

/** Read-only questions and checks. */
export const inspectionCommands: Register = (program, machine, done) => {
  globalOptions(program.command("check"))
    .description("sign in everywhere: tenant, user, version, quota, fields that mappings name")
    .action(async (options) => {
      const { checkVerb } = await import("../verbs/check.ts");
      done(await checkVerb(machine, options));
    });
};
