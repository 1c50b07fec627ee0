import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CODE = /HUB-\d{4}/gu;
/** A code that is raised, and not only spoken of in a comment or compared with. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gmu;

function codesInSource(): Set<string> {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const texts = [...files.map((file) => join("src", file)), "bin/hub.js"].map((file) => readFileSync(file, "utf8"));
  return new Set(texts.flatMap((text) => text.replaceAll(COMMENT, "").match(CODE) ?? []));
}

function codesOnThePage(): readonly string[] {
  const rows = readFileSync("docs/errors.md", "utf8").matchAll(/^\| (HUB-\d{4}) \|/gmu);
  return [...rows].map(([, code = ""]) => code);
}

test("docs/errors.md tells every code the program uses, each once and in order, and no other", () => {
  const told = codesOnThePage();
  expect(told).toEqual([...codesInSource()].sort());
});

/** Codes that tests name outside of comments. */
function codesInTests(): Set<string> {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(join("test", file), "utf8").replaceAll(COMMENT, ""));
  return new Set(texts.flatMap((text) => text.match(CODE) ?? []));
}

test("every code of docs/errors.md is named by a test that makes it happen", () => {
  const named = codesInTests();
  expect(codesOnThePage().filter((code) => !named.has(code))).toEqual([]);
});
