import { InvalidArgumentError, Option } from "commander";
import { integer, positive } from "./options.ts";
import type { Register } from "./options.ts";

const BIG = ["opportunities", "tasks", "items"] as const;

/** Gathers `opportunities=1000000` and the like. */
function count(text: string, known: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [, what, n = ""] = /^(\w+)=(\d+)$/u.exec(text) ?? [];
  const name = BIG.find((each) => each === what);
  if (name === undefined) throw new InvalidArgumentError(`one of ${BIG.join(", ")}, = and a whole number is wanted`);
  return { ...known, [name]: integer(n) };
}

/** The sandbox and the demo on it. */
export const sandboxCommands: Register = (program, machine, done) => {
  program
    .command("demo")
    .description("sandbox + one whole cycle + where to look")
    .option("--seed <n>", "another seed, another company", integer, 7)
    .option("--scale <n>", "1 is about 3,000 leads", positive, 1)
    .option("--out <dir>", "folder for everything it makes", ".hub/demo")
    .option("--config <dir>", "configuration directory", "config")
    .option("--json", "one JSON document on standard output, then end", false)
    .option("--quiet", "no progress", false)
    .action(async (options) => {
      const { demoVerb } = await import("../verbs/demo.ts");
      done(await demoVerb(machine, options));
    });

  program
    .command("sandbox")
    .description("the systems alone, with the sample company, until stopped")
    .option("--seed <n>", "another seed, another company", integer, 7)
    .option("--scale <n>", "1 is about 3,000 leads", positive, 1)
    .option("--as-of <instant>", "the sandbox's business time at start")
    .option("--port <n>", "control API; the systems take the ports after it (0: any)", integer, 0)
    .addOption(new Option("--limits <kind>", "rate limits").choices(["demo", "real"]).default("demo"))
    .option("--big <what=n...>", "records on top: opportunities=1000000 tasks=200000 items=200000", count)
    .option("--faults <file>", "what goes wrong, as YAML or JSON (docs/sandbox.md)")
    .option("--tls <file...>", "serve HTTPS: a certificate's PEM file and its key's")
    .option("--truth <file>", "write what is true of the scenario, for tests")
    .option("--env-file <file>", "write the variables that point a hub here")
    .option("--json", "one JSON line that says where everything is", false)
    .action(async (options) => {
      const { sandboxVerb } = await import("../verbs/sandbox.ts");
      done(await sandboxVerb(machine, options));
    });
};
