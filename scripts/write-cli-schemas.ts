/**
 * Writes the JSON Schema of every document the command line puts out (src/cli/documents) to docs/cli/. With `--check`,
 * part of `npm run lint`, it writes nothing and fails when a file there is not what it would write.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { CLI_DOCUMENTS } from "../src/cli/documents/index.ts";

const ROOT = resolve(import.meta.dirname, "..");
const FOLDER = join(ROOT, "docs", "cli");
const ENDING = ".schema.json";

function schemaText(title: string, schema: z.ZodType): string {
  return `${JSON.stringify({ title, ...z.toJSONSchema(schema, { override: plainer }) }, null, 2)}\n`;
}

/** A format says what its expression says, and every whole number is a safe one. */
function plainer({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const wanted = new Map(
  Object.entries(CLI_DOCUMENTS).map(([name, { title, schema }]) => [
    join(FOLDER, `${name}${ENDING}`),
    schemaText(title, schema),
  ]),
);
mkdirSync(FOLDER, { recursive: true });
const unknown = readdirSync(FOLDER)
  .filter((name) => name.endsWith(ENDING))
  .map((name) => join(FOLDER, name))
  .filter((file) => !wanted.has(file));
const stale = [...wanted].filter(([file, text]) => current(file) !== text).map(([file]) => file);

if (process.argv.includes("--check")) {
  for (const file of stale) process.stderr.write(`${relative(ROOT, file)} is not what src/cli/documents says\n`);
  for (const file of unknown) process.stderr.write(`${relative(ROOT, file)} belongs to no document\n`);
  if (stale.length + unknown.length > 0) {
    process.stderr.write("Run: npm run schemas\n");
    process.exitCode = 1;
  }
} else {
  for (const file of unknown) rmSync(file);
  for (const file of stale) writeFileSync(file, wanted.get(file) ?? "");
}
