import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./e2e.ts";

const formats = { "date-time": isInstant, date: isDay, uri: (text: string) => URL.canParse(text) };
/** Keeps every schema it has compiled. */
const ajv = new Ajv2020({ allErrors: true, formats });

/** What a `--json` document gets wrong against docs/cli/<name>.schema.json; empty when it fits. Strings' formats are checked, too. */
export function misfits(name: string, document: unknown): readonly string[] {
  const validate = ajv.getSchema(name) ?? ajv.addSchema(schemaOf(name), name).getSchema(name);
  if (validate === undefined) throw new Error(`There is no schema of ${name}.`);
  void validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
}

function schemaOf(name: string): object {
  return JSON.parse(readFileSync(join(ROOT, "docs", "cli", `${name}.schema.json`), "utf8")) as object;
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/u.test(text) && !Number.isNaN(Date.parse(text));
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(text) && !Number.isNaN(Date.parse(text));
}
