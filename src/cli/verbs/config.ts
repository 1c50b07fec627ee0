import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  checkConfiguration,
  configurationSchemas,
  explainConfiguration,
  STANDARD_KINDS,
} from "../../configuration/index.ts";
import { CONNECTORS } from "../../connectors/index.ts";
import { HubError } from "../../model/index.ts";
import { configCheckDocument, configSchemaDocument } from "../documents/config.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, seenFrom } from "../look.ts";
import { problemsOf } from "../terminal.ts";
import type { Machine } from "../terminal.ts";

/** Checks the whole configuration with the tests in its files and says it back; 2 when there are problems. */
export async function configCheckVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const { terminal, directory } = machine;
  const { configuration, problems } = await check(resolve(directory, options.config));
  const ok = configuration !== null && problems.length === 0;
  const explanation = ok ? explainConfiguration(configuration) : [];
  if (options.json) {
    writeDocument(terminal, configCheckDocument, {
      directory: options.config,
      ok,
      hash: ok ? configuration.hash : null,
      problems: problems.map((problem) => seenFrom(directory, problem)),
      explanation: [...explanation],
    });
  } else if (ok && !options.quiet) {
    terminal.out(`${explanation.join("\n")}\n\n${options.config} is in order.\n`);
  } else if (!ok) {
    terminal.out(formatProblems(directory, problems));
    terminal.out(`${problems.length} ${problems.length === 1 ? "problem" : "problems"} in ${options.config}.\n`);
  }
  return ok ? EXIT.complete : EXIT.usage;
}

export interface ConfigSchemaVerbOptions extends Pick<GlobalOptions, "json"> {
  readonly out?: string;
}

/** JSON Schemas for editors: to files with `--out`, else as one document on standard output. */
export async function configSchemaVerb(machine: Machine, options: ConfigSchemaVerbOptions): Promise<number> {
  const schemas = configurationSchemas(CONNECTORS, STANDARD_KINDS);
  const files: string[] = [];
  if (options.out !== undefined) {
    const folder = resolve(machine.directory, options.out);
    await mkdir(folder, { recursive: true });
    for (const [kind, schema] of Object.entries(schemas)) {
      const file = `${kind.toLowerCase()}.schema.json`;
      await writeFile(join(folder, file), `${JSON.stringify(schema, null, 2)}\n`);
      files.push(join(options.out, file));
    }
  }
  if (options.json || options.out === undefined) {
    writeDocument(machine.terminal, configSchemaDocument, { schemas: { ...schemas }, files });
  } else machine.terminal.out(files.map((file) => `${file}\n`).join(""));
  return EXIT.complete;
}

/** A directory that cannot be read is one more problem to list. */
async function check(directory: string): ReturnType<typeof checkConfiguration> {
  try {
    return await checkConfiguration(directory, { connectors: CONNECTORS, kinds: STANDARD_KINDS, tests: true });
  } catch (error) {
    if (!(error instanceof HubError) || error.disposition !== "operator") throw error;
    return { configuration: null, problems: problemsOf(error) };
  }
}
