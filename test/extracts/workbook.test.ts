import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { kpiKind, processKind, readConfiguration, STANDARD_KINDS } from "../../src/configuration/index.ts";
import { CONNECTORS } from "../../src/connectors/index.ts";
import { renderWorkbook } from "../../src/extracts/index.ts";
import type { WorkbookInput } from "../../src/extracts/index.ts";
import { PAGES, pageOfProcess } from "../../src/extracts/pages.ts";
import { xml, xmlDocument } from "../../src/extracts/xml.ts";
import { foreignKeys, STAR_TABLE_NAMES, starColumns, starTable } from "../../src/kpis/index.ts";
import { ROOT } from "../support/e2e.ts";
import { canValidateWorkbooks, workbookMisfits } from "../support/twb-schema.ts";
import { all, named, parsedXml } from "../support/xml.ts";
import type { XmlNode as Node } from "../support/xml.ts";

const CUSTOMERS = new Set(["lead-to-opportunity", "customer-onboarding", "contract-term", "account-quarter"]);

let directory: string;
let input: WorkbookInput;
let text: string;
let workbook: Node;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-workbook-"));
  const configuration = await readConfiguration(join(ROOT, "config"), {
    connectors: CONNECTORS,
    kinds: STANDARD_KINDS,
  });
  input = {
    company: configuration.company,
    kpis: configuration.compiled(kpiKind),
    processes: configuration.compiled(processKind).map((process) => ({
      name: process.name,
      title: process.title,
      team: process.team,
      page: pageOfProcess(process, CUSTOMERS),
      stages: process.stages.map(({ name }) => name),
    })),
    site: { server: "tableau.example", channel: "https", port: 443, site: "techflow" },
  };
  text = renderWorkbook(input);
  workbook = parsedXml(text)["workbook"] as Node;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const worksheets = (): readonly Node[] => all((workbook["worksheets"] as Node[])[0], "worksheet");
const dashboards = (): readonly Node[] => all((workbook["dashboards"] as Node[])[0], "dashboard");
const sources = (): readonly Node[] => (workbook["datasources"] as Node[]).flatMap((node) => all(node, "datasource"));

const inSchema = canValidateWorkbooks() ? describe : describe.skip;
if (!canValidateWorkbooks()) process.stderr.write("No xmllint or no schema here: the workbook is not validated.\n");

inSchema("held against Tableau's schema, the starter workbook fits", () => {
  const misfits = async (document: string): Promise<string> => {
    const file = join(directory, "starter.twb");
    await writeFile(file, document);
    return workbookMisfits(file, join(directory, "schema"));
  };

  test("as it is", async () => {
    expect(await misfits(text)).toBe("");
  });

  test("with titles that look like markup", async () => {
    const evil = input.kpis.map((kpi) => ({
      ...kpi,
      title: `<b> & "quotes" 'n' \u0007]]> ${kpi.name}`,
      question: "</run>?",
    }));
    expect(await misfits(renderWorkbook({ ...input, company: "A & <B>", kpis: evil }))).toBe("");
  });

  test("and a sheet without rows does not", async () => {
    expect(await misfits(text.replace(/<rows>.*?<\/rows>/su, ""))).toContain("rows");
  });
});

describe("the starter workbook", () => {
  test("has the report's pages as dashboards, each with a phone layout and the as-of", () => {
    expect(named(dashboards())).toEqual(PAGES.map(({ title }) => title));
    for (const dashboard of dashboards()) {
      const [phone] = all(dashboard, "devicelayout");
      expect(phone?.["@name"]).toBe("Phone");
      expect(named(all(phone, "zone"))).toContain("As of");
      const zones = all(phone, "zone").filter((zone) => zone["@type-v2"] !== "layout-basic");
      // One under the other: nothing stands beside anything else.
      expect(zones.every((zone) => zone["@x"] === "0" && zone["@w"] === "100000")).toBe(true);
    }
  });

  test("has a sheet of every KPI that says how it is computed, with its target as a line", () => {
    for (const kpi of input.kpis) {
      const sheet = worksheets().find((each) => each["@name"] === kpi.title);
      expect(JSON.stringify(all(sheet, "title"))).toContain("How is this computed?");
      expect(JSON.stringify(all(sheet, "title"))).toContain(kpi.key);
      expect(all(sheet, "reference-line")).toHaveLength(kpi.target === null ? 0 : 1);
      expect(all(sheet, "shape")).toHaveLength(1);
      expect(all(sheet, "text").length).toBeGreaterThan(0);
    }
  });

  test("names data sources as they are published, and of them only columns they have", () => {
    for (const source of sources()) {
      const fact = STAR_TABLE_NAMES.find((name) => starTable(name).caption === source["@caption"]);
      if (fact === undefined) throw new Error(`Nobody publishes ${String(source["@caption"])}.`);
      const tables = [fact, ...foreignKeys(fact).map(({ table }) => table)];
      const columns = new Set(
        tables.flatMap((table) => starColumns(table).flatMap(([name]) => [name, `${name} (${table})`])),
      );
      const fields = all(source, "column").filter((column) => all(column, "calculation").length === 0);
      expect(fields.length).toBeGreaterThan(5);
      for (const name of named(fields)) expect(columns).toContain(name.slice(1, -1));
      const captions = all(source, "column").map((column) => column["@caption"]);
      expect(new Set(captions).size).toBe(captions.length);
      for (const { "@formula": formula } of all(source, "calculation")) {
        for (const [used] of String(formula).matchAll(/\[[^\]]+\]/gu)) expect(named(fields)).toContain(used);
      }
      const [connection] = all(source, "connection");
      expect(connection).toMatchObject({
        "@class": "sqlproxy",
        "@server": "tableau.example",
        "@server-ds-friendly-name": source["@caption"],
      });
      expect(all(source, "repository-location")[0]).toMatchObject({
        "@path": "/t/techflow/datasources",
        "@site": "techflow",
      });
    }
  });

  test("puts on shelves, filters and lines only what a sheet depends on", () => {
    const columnsOf = new Map(
      sources().map((source) => [String(source["@name"]), new Set(named(all(source, "column")))]),
    );
    for (const sheet of worksheets()) {
      const [needs] = all(sheet, "datasource-dependencies");
      const source = String(needs?.["@datasource"]);
      const instances = new Set(named(all(needs, "column-instance")));
      for (const name of named(all(needs, "column"))) expect(columnsOf.get(source)).toContain(name);
      for (const instance of all(needs, "column-instance"))
        expect(named(all(needs, "column"))).toContain(instance["@column"]);
      const [table] = all(sheet, "table");
      const used = JSON.stringify({ ...table, view: all(table, "filter") }).matchAll(
        /\[(sqlproxy\.[0-9a-f]+)\]\.(\[[^\]]+\])/gu,
      );
      const names = [...used].map(([, of, name]) => ({ of, name }));
      expect(names.length).toBeGreaterThan(0);
      for (const { of, name } of names) {
        expect(of).toBe(source);
        expect(instances).toContain(name);
      }
    }
  });

  test("shows on dashboards only sheets there are, every sheet somewhere, and filters that their sheets have", () => {
    const sheets = new Set(named(worksheets()));
    expect(sheets.size).toBe(worksheets().length);
    const shown = new Set<string>();
    for (const dashboard of dashboards()) {
      const zones = all(dashboard, "zone").filter((zone) => zone["@name"] !== undefined);
      for (const zone of zones) {
        expect(sheets).toContain(zone["@name"]);
        shown.add(String(zone["@name"]));
      }
      const onIt = new Set(zones.filter((zone) => zone["@param"] === undefined).map((zone) => zone["@name"]));
      for (const { "@name": name, "@param": field } of zones.filter((zone) => zone["@param"] !== undefined)) {
        expect(onIt).toContain(name);
        const sheet = worksheets().find((each) => each["@name"] === name);
        expect(all(sheet, "filter").map((filter) => filter["@column"])).toContain(field);
      }
    }
    expect([...sheets].filter((name) => !shown.has(name))).toEqual([]);
  });

  test("leaves process, segment and period to the viewer, one choice for all sheets of a data source", () => {
    const lifecycle = dashboards().find((each) => each["@name"] === "Customer lifecycle");
    const fields = all(lifecycle, "zone").flatMap((zone) =>
      zone["@param"] === undefined ? [] : [textOf(zone["@param"]).replace(/^.*\[none:(\w+):.*$/u, "$1")],
    );
    expect(new Set(fields)).toEqual(new Set(["process_title", "segment", "fiscal_label"]));
    const groups = new Map<string, Set<unknown>>();
    for (const filter of all(worksheets(), "filter")) {
      if (filter["@filter-group"] === undefined) continue;
      const column = String(filter["@column"]);
      groups.set(column, (groups.get(column) ?? new Set()).add(filter["@filter-group"]));
    }
    expect([...groups.values()].every((group) => group.size === 1)).toBe(true);
    expect(new Set([...groups.values()].flatMap((group) => [...group])).size).toBe(groups.size);
  });

  test("opens the record of an evidence line in its system", () => {
    const links = all((workbook["actions"] as Node[])[0], "link").map((link) => String(link["@expression"]));
    expect(links.map((link) => /\[none:(\w+):nk\]/u.exec(link)?.[1])).toEqual(["url", "account_url"]);
  });

  test("is the same for the same configuration, so that two of them differ only where something changed", () => {
    expect(renderWorkbook(input)).toBe(text);
  });
});

test("what XML cannot hold becomes a space, and everything else is escaped", () => {
  expect(xmlDocument(xml("a", { b: `<"&\n\u0000` }, "x<y>&\u0007"))).toContain(
    '<a b="&lt;&quot;&amp;&#10; ">x&lt;y&gt;&amp; </a>',
  );
});
