import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./e2e.ts";

const SCHEMA = join(process.env["HUB_TWB_SCHEMAS"] ?? join(ROOT, "..", "shared", "specs"), "tableau-rest-api.xsd");

/** True where the schema of Tableau's REST API and the program that holds a file against it are here. */
export function canValidateAnswers(): boolean {
  return existsSync(SCHEMA) && spawnSync("xmllint", ["--version"]).status === 0;
}

/**
 * What the schema says against each of some answers, by name; those that fit are left out.
 * @param folder exists; takes the files
 */
export async function answerMisfits(
  answers: ReadonlyMap<string, string>,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const names = [...answers.keys()];
  const files = names.map((_name, at) => join(folder, `answer-${at}.xml`));
  for (const [at, file] of files.entries()) await writeFile(file, answers.get(names[at] ?? "") ?? "");
  const { stderr } = spawnSync("xmllint", ["--noout", "--schema", SCHEMA, ...files], { encoding: "utf8" });
  const misfits = new Map<string, string>();
  for (const [at, file] of files.entries()) {
    const said = stderr.split("\n").filter((line) => line.startsWith(file));
    if (!said.includes(`${file} validates`)) misfits.set(names[at] ?? "", said.join("\n").replaceAll(file, ""));
  }
  return misfits;
}
