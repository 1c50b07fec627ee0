import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./e2e.ts";

/** What a `--json` document gets wrong against docs/cli/<name>.schema.json; empty when it fits. Strings' formats are checked, too. */
export function misfits(name: string, document: unknown): readonly string[] {
  const formats = { "date-time": isInstant, date: isDay, uri: (text: string) => URL.canParse(text) };
  const ajv = new Ajv2020({ allErrors: true, formats });
  const schema: unknown = JSON.parse(readFileSync(join(ROOT, "docs", "cli", `${name}.schema.json`), "utf8"));
  const validate = ajv.compile(schema as object);
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/u.test(text) && !Number.isNaN(Date.parse(text));
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/u.test(text) && !Number.isNaN(Date.parse(text));
}
