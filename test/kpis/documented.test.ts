import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { configured } from "./support/company.ts";
import { kpiOf } from "./support/formula.ts";

const page = readFileSync("docs/kpis.md", "utf8");

describe("docs/kpis.md", () => {
  test("has a row for every KPI that is configured, and for no other", () => {
    const tables = page.slice(page.indexOf("## Company targets"), page.indexOf("## A KPI of your own"));
    const rows = new Set([...tables.matchAll(/^\| `([a-z-]+)` /gmu)].map(([, name]) => name));
    expect(rows).toEqual(new Set(readdirSync("config/kpis").map((file) => file.replace(/\.yaml$/u, ""))));
  });

  test("names each target as its file has it", () => {
    const targets = configured().kpis.flatMap(({ name, target }) =>
      target === null ? [] : ([[name, target]] as const),
    );
    const missing = targets.flatMap(([name, target]) => {
      const number = /[\d.]+/u.exec(target.text)?.[0] ?? "";
      const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` `)) ?? "";
      return row.split("|").at(-2)?.includes(number) === true ? [] : [name];
    });
    expect(missing).toEqual([]);
  });

  test("shows a formula that holds", () => {
    const example = /```yaml\n([^]*?)```/u.exec(page)?.[1] ?? "";
    expect(kpiOf(example)).toMatchObject({ measure: "formula", unit: "share", target: { text: "below 10 %" } });
  });
});
