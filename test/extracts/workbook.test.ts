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
import type { TableauRelease } from "../support/twb-schema.ts";
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
    segments: ["Enterprise", 'Small "and" medium'],
    contracts: [{ name: "lead-to-sales", title: "Marketing → Sales" }],
    site: { server: "tableau.example", channel: "https", port: 443, site: "techflow" },
  };
  text = renderWorkbook(input);
  workbook = parsedXml(text)["workbook"] as Node;
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const worksheets = (): readonly Node[] => all((workbook["worksheets"] as Node[])[0], "worksheet");
const dashboards = (): readonly Node[] => all((workbook["dashboards"] as Node[])[0], "dashboard");
const allSources = (): readonly Node[] =>
  (workbook["datasources"] as Node[]).flatMap((node) => all(node, "datasource"));
const sources = (): readonly Node[] => allSources().filter((source) => source["@name"] !== "Parameters");
const parameters = (): Node => allSources().find((source) => source["@name"] === "Parameters") ?? {};

const inSchema = canValidateWorkbooks() ? describe : describe.skip;
if (!canValidateWorkbooks()) process.stderr.write("No xmllint or no schema here: the workbook is not validated.\n");

inSchema("held against Tableau's schema, the starter workbook fits", () => {
  const misfits = async (document: string, release?: TableauRelease): Promise<string> => {
    const file = join(directory, "starter.twb");
    await writeFile(file, document);
    return workbookMisfits(file, join(directory, "schema"), release);
  };

  test("as it is", async () => {
    expect(await misfits(text)).toBe("");
  });

  test("that of the release before, too, but for the version it names", async () => {
    expect(await misfits(text.replaceAll('version="26.1"', 'version="25.3"'), "2025.3.0")).toBe("");
  });

  test("with titles that look like markup", async () => {
    const evil = input.kpis.map((kpi) => ({
      ...kpi,
      title: `<b> & "quotes" 'n' \u0007]]> ${kpi.name}`,
      question: "</run>?",
    }));
    expect(await misfits(renderWorkbook({ ...input, company: "A & <B>", kpis: evil }))).toBe("");
  });

  test("with KPIs called what pages and other sheets are called", async () => {
    const names = ["Handoffs", "handoffs", "Board", "As of", "Evidence"];
    const kpis = input.kpis.map((kpi, index) => ({ ...kpi, title: names[index] ?? kpi.title }));
    expect(await misfits(renderWorkbook({ ...input, kpis }))).toBe("");
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
        const chosen = named(all(parameters(), "column"));
        for (const [, name] of String(formula).matchAll(/\[Parameters\]\.(\[[^\]]+\])/gu))
          expect(chosen).toContain(name);
        const own = String(formula).replaceAll(/\[Parameters\]\.\[[^\]]+\]/gu, "");
        for (const [used] of own.matchAll(/\[[^\]]+\]/gu)) expect(named(fields)).toContain(used);
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
      const needs = all(sheet, "datasource-dependencies").find((each) => each["@datasource"] !== "Parameters");
      const source = String(needs?.["@datasource"]);
      const instances = new Set(named(all(needs, "column-instance")));
      for (const name of named(all(needs, "column"))) expect(columnsOf.get(source)).toContain(name);
      // What people do not see in the published data source no sheet can show.
      expect(all(needs, "column").filter((column) => column["@hidden"] === "true")).toEqual([]);
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

  test("leaves process, segment and period to the viewer, one choice for all sheets of all data sources", () => {
    const lifecycle = dashboards().find((each) => each["@name"] === "Customer lifecycle");
    const controls = all(lifecycle, "zone").filter((zone) => zone["@type-v2"] === "paramctrl");
    expect(new Set(controls.map((zone) => zone["@param"]))).toEqual(
      new Set(["[Parameters].[Process]", "[Parameters].[Segment]", "[Parameters].[Period]"]),
    );
    const filtered = (sheet: Node): readonly string[] =>
      all(sheet, "filter").map((filter) => textOf(filter["@column"]));
    const onPage = new Set(named(all(lifecycle, "zone")));
    const following = worksheets()
      .filter((sheet) => onPage.has(String(sheet["@name"])) && sheet["@name"] !== "As of")
      .map((sheet) => filtered(sheet).filter((column) => column.includes("[none:calc_chosen")).length);
    expect(following.length).toBeGreaterThan(5);
    expect(following.every((filters) => filters === 1)).toBe(true);
  });

  test("offers each process, segment and period by what people call it, and everything to begin with", () => {
    const choices = all(parameters(), "column").map((column) => ({
      name: column["@name"],
      first: column["@value"],
      labels: all(column, "member").map((member) => member["@alias"]),
      values: all(column, "member").map((member) => member["@value"]),
    }));
    expect(choices.map(({ name, first }) => [name, first])).toEqual([
      ["[Process]", '"all"'],
      ["[Segment]", '"all"'],
      ["[Period]", '"as defined"'],
    ]);
    const [process, segment, period] = choices;
    expect(process?.labels).toEqual(["All processes", ...input.processes.map(({ title }) => title)]);
    expect(segment?.values).toEqual(['"all"', '"Enterprise"', '"Small ""and"" medium"']);
    expect(period?.labels).toEqual(expect.arrayContaining(["Last fiscal quarter", "Last 12 months"]));
  });

  test("tells every verdict by a shape and a word, in a colour of its own", () => {
    const values = sources().find((source) => source["@caption"] === "KPI values");
    const [encoding] = all(all(values, "style")[0], "encoding");
    const told = all(encoding, "map").map((map) => [String(map["@to"]), textOf(all(map, "bucket")[0])] as const);
    expect(told).toHaveLength(7);
    expect(new Set(told.map(([color]) => color)).size).toBe(7);
    expect(new Set(told.map(([, word]) => word.slice(1, 2))).size).toBe(7);
    const verdict = all(values, "column").find((column) => column["@name"] === "[calc_verdict]");
    for (const [, word] of told) {
      expect(String(all(verdict, "calculation")[0]?.["@formula"])).toContain(`'${word.slice(1, -1)}'`);
    }
  });

  test("lists a KPI that has only just got a file, and its part of the company, by themselves", () => {
    const [model] = input.kpis;
    if (model === undefined) throw new Error("There is no KPI.");
    const made = { ...model, name: "brand-new", title: "Brand new", area: "operations" as const, target: null };
    const withIt = parsedXml(renderWorkbook({ ...input, kpis: [...input.kpis, made] }));
    const page = all(withIt, "dashboard").find((each) => each["@name"] === "Operations");
    expect(named(all(page, "zone"))).toContain("Brand new");
    expect(named(all(page, "zone"))).toContain("All KPIs: Operations");
  });

  test("opens the record of an evidence line in its system", () => {
    const links = all((workbook["actions"] as Node[])[0], "link").map((link) => String(link["@expression"]));
    expect(links.map((link) => /\[none:(\w+):nk\]/u.exec(link)?.[1])).toEqual(["record_url", "url", "account_url"]);
  });

  test("leads from every figure to the records behind it", () => {
    const actions = all((workbook["actions"] as Node[])[0], "action").filter(
      (action) => all(action, "command").length > 0,
    );
    const from = actions.map((action) => all(action, "source")[0]?.["@worksheet"]);
    for (const kpi of input.kpis) expect(from).toContain(kpi.title);
    for (const action of actions) {
      const target = all(action, "param").find((param) => param["@name"] === "target");
      expect(named(dashboards())).toContain(target?.["@value"]);
    }
    const evidence = dashboards().find((each) => each["@name"] === "Evidence");
    expect(named(all(evidence, "zone"))).toContain("Records behind a figure");
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
