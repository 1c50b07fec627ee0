import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { measureDocument } from "../../src/cli/documents/cycle.ts";
import { reportDocument } from "../../src/cli/documents/report.ts";
import { renderReport } from "../../src/extracts/index.ts";
import type { ReportData } from "../../src/extracts/index.ts";
import { findChromium, openBrowser } from "../support/browser.ts";
import type { BrowserPage } from "../support/browser.ts";
import { misfits } from "../support/documents.ts";
import { runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

const chromium = findChromium();
const inBrowser = chromium === undefined ? describe.skip : describe;
if (chromium === undefined) process.stderr.write("No Chromium here: the report is not looked at in a browser.\n");

let company: Company;
let directory: string;
let file: string;
let text: string;
let data: ReportData;
let answer: { readonly code: number; readonly document: unknown };

beforeAll(async () => {
  company = await startCompany();
  directory = await mkdtemp(join(tmpdir(), "hub-report-"));
  await runCommand(company, ["sync", "--db", company.database("report")]);
  const { code, out } = await runCommand(company, [
    "report",
    "--json",
    "--out",
    directory,
    "--db",
    company.database("report"),
  ]);
  answer = { code, document: JSON.parse(out) };
  ({ file } = reportDocument.parse(answer.document));
  text = await readFile(file, "utf8");
  data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/su.exec(text)?.[1] ?? "") as ReportData;
});

afterAll(async () => {
  await company.close();
  await rm(directory, { recursive: true, force: true });
});

describe("hub report", () => {
  test("tells where it wrote its one file", () => {
    expect(answer.code).toBe(0);
    expect(misfits("report", answer.document)).toEqual([]);
  });

  test("writes the workbook beside it, over the data sources of the configured server", async () => {
    const { workbook } = reportDocument.parse(answer.document);
    const { hostname, port } = new URL(company.environment["TABLEAU_CLOUD_BASE_URL"] ?? "");
    const document = await readFile(workbook ?? "", "utf8");
    expect(document).toContain(`port="${port}" server="${hostname}" server-ds-friendly-name="KPI values"`);
  });

  test("writes no workbook for somebody without the server's credentials, and the report all the same", async () => {
    const environment = { ...company.environment, TABLEAU_CLOUD_TOKEN_SECRET: undefined };
    const words = ["report", "--json", "--out", join(directory, "bare"), "--db", company.database("report")];
    const { code, out } = await runCommand(company, words, environment);
    expect(code).toBe(0);
    expect(reportDocument.parse(JSON.parse(out)).workbook).toBeNull();
  });

  test("shows the values that hub measure tells, and no others", async () => {
    const { out } = await runCommand(company, ["measure", "--json", "--db", company.database("report")]);
    const measured = measureDocument.parse(JSON.parse(out)).kpis;
    const scale = (kpi: (typeof measured)[number]): number | null =>
      kpi.value === null ? null : kpi.value / (kpi.unit === "milliseconds" ? 1000 : 1);
    const shown = data.kpis.flatMap(({ id, values }) =>
      values
        .filter((value) => value.shown)
        .map(({ scope, key, value, n, sentence }) => ({ id, scope, key, value, n, sentence })),
    );
    const told = measured.map((kpi) => ({
      id: kpi.kpi,
      scope: kpi.scope.type,
      key: kpi.scope.key,
      value: scale(kpi),
      n: kpi.n,
      sentence: kpi.sentence,
    }));
    const order = (rows: readonly { id: string; scope: string; key: string }[]) =>
      rows.map((row) => JSON.stringify(row)).sort();
    expect(shown.length).toBeGreaterThan(50);
    expect(order(shown)).toEqual(order(told));
  });

  test("says how fresh and how complete what it shows is on every page, and how each tile is computed", () => {
    const pages = text.split('<section id="').slice(1);
    expect(pages).toHaveLength(data.pages.length);
    for (const page of pages) {
      for (const word of ["As of", "Freshness", "Completeness"]) expect(page).toContain(`<b>${word}</b>`);
    }
    const tiles = text.match(/<article class="tile"/gu)?.length ?? 0;
    expect(tiles).toBeGreaterThan(15);
    expect(text.match(/How is this computed\?/gu)?.length ?? 0).toBeGreaterThan(tiles);
    expect(data.sources.map(({ system }) => system).sort()).toEqual(["asana", "monday", "salesforce"]);
  });

  test("says on every page what was not read in full, and which values stand under it", () => {
    const gate = "not read in full: asana-main tasks";
    const kpis = data.kpis.map((kpi) => ({
      ...kpi,
      values: kpi.values.map((value) => ({ ...value, status: "gated", reason: gate })),
    }));
    const gated = renderReport({ ...data, gate, kpis });
    expect(gated.split(`; gate: ${gate}</li>`)).toHaveLength(data.pages.length + 1);
    expect(gated).toContain("</svg>gated</span>");
  });

  test("names the records behind a figure with their addresses", () => {
    const onTime = data.evidence.find(({ kpi, scope }) => kpi === "onboarding-on-time" && scope === "company");
    expect(onTime?.keys.length).toBeGreaterThan(0);
    for (const key of onTime?.keys ?? []) expect(data.records[key]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//u);
  });

  test("counts every handoff and every case once", () => {
    const sum = (rows: readonly { readonly n: number }[]): number => rows.reduce((all, { n }) => all + n, 0);
    expect(data.attention.total).toBe(
      sum(data.handoffs.filter(({ state }) => state !== "fine" && state !== "ignored")),
    );
    expect(data.cycles.every(({ n }) => n > 0)).toBe(true);
    expect(sum(data.cycles)).toBeLessThanOrEqual(data.cases.reduce((all, { completed }) => all + completed, 0));
  });

  test("tells with HUB-5040 that its folder cannot be written", async () => {
    const blocked = join(directory, "blocked");
    await writeFile(blocked, "");
    const words = ["report", "--out", join(blocked, "below"), "--db", company.database("report")];
    const { code, err } = await runCommand(company, words);
    expect(code).toBe(1);
    expect(err).toContain("HUB-5040");
  });
});

inBrowser("the report in a browser", () => {
  let page: BrowserPage;

  beforeAll(async () => {
    page = await openBrowser(chromium ?? "");
  });

  afterAll(() => page.close());

  const at = (fragment: string, name = file): string => `${pathToFileURL(name).href}#${fragment}`;
  const textOf = async (selector: string): Promise<string> =>
    String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`));
  const choose = (name: string, value: string): Promise<unknown> =>
    page.evaluate(
      `(() => { const field = document.getElementById("filter-${name}"); field.value = ${JSON.stringify(value)}; field.dispatchEvent(new Event("change")); })()`,
    );
  /** Clicks a link into the page, and waits until what listens for that has done its work. */
  const follow = (selector: string): Promise<unknown> =>
    page.evaluate(
      `new Promise((done) => { addEventListener("hashchange", () => setTimeout(done), { once: true }); document.querySelector(${JSON.stringify(selector)}).click(); })`,
    );
  /** What a figure's tile shows in big letters. */
  const bigOf = (kpi: string): Promise<string> => textOf(`main > section:not([hidden]) [data-kpi="${kpi}"] .figure`);

  test.each([
    ["a desk", 1360, 900],
    ["a phone", 390, 844],
  ])(
    "shows each page alone on %s, with pictures, without a complaint, nothing wider than the screen",
    async (_, width, height) => {
      for (const { id, title } of data.pages) {
        await page.open(at(id), width, height);
        expect(
          await page.evaluate(
            '[...document.querySelectorAll("main > section:not([hidden])")].map((each) => each.id).join()',
          ),
        ).toBe(id);
        expect(await textOf("main > section:not([hidden]) h1")).toBe(title);
        expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")).toBe(
          0,
        );
        const picture = join(directory, `${id}-${width}.png`);
        await page.screenshot(picture);
        expect((await readFile(picture)).length).toBeGreaterThan(20_000);
      }
      expect(page.complaints).toEqual([]);
      expect(page.requests.filter((url) => /^(?:https?|wss?):/u.test(url))).toEqual([]);
    },
  );

  test("draws its charts: marks lie inside the plot and have room", async () => {
    await page.open(at("lifecycle"), 1360, 900);
    const sizes = await page.evaluate(
      'JSON.stringify([...document.querySelectorAll("main > section:not([hidden]) svg .column")].map((each) => each.getBoundingClientRect()).map(({ width, height }) => [width, height]))',
    );
    const columns = JSON.parse(String(sizes)) as readonly (readonly [number, number])[];
    expect(columns.length).toBeGreaterThan(20);
    expect(columns.every(([width, height]) => width > 2 && height > 0)).toBe(true);
  });

  test("narrows tiles to the process, the segment and the period, and says what was not computed", async () => {
    await page.open(at("overview"), 1360, 900);
    const compliance = data.kpis.find(({ id }) => id === "process-compliance");
    const valueOf = (scope: string, key: string, window?: string) =>
      compliance?.values.find(
        (each) =>
          each.scope === scope && each.key === key && (window === undefined ? each.shown : each.window === window),
      );
    const shown = (value: number | null | undefined): string =>
      value == null ? "–" : String(Number((value * 100).toFixed(1)));
    expect(await bigOf("process-compliance")).toContain(shown(valueOf("company", "all")?.value));
    await choose("process", "customer-onboarding");
    expect(await bigOf("process-compliance")).toContain(shown(valueOf("process", "customer-onboarding")?.value));
    await choose("period", "12 months");
    expect(await bigOf("process-compliance")).toContain(
      shown(valueOf("process", "customer-onboarding", "12 months")?.value),
    );
    await choose("segment", "SMB");
    expect(await textOf('main > section:not([hidden]) [data-kpi="process-compliance"] .sentence')).toBe(
      "Not computed by process and segment together.",
    );
    expect(await page.evaluate("location.hash")).toBe(
      "#overview?process=customer-onboarding&segment=SMB&period=12+months",
    );
    await page.evaluate('document.getElementById("filter-clear").click()');
    expect(await bigOf("process-compliance")).toContain(shown(valueOf("company", "all")?.value));
  });

  test("narrows the facts to the segment", async () => {
    await page.open(at("handoffs?segment=SMB"), 1360, 900);
    const expected = data.attention.rows.filter(
      ({ s, m }) => s === "SMB" && m !== null && m >= (data.months[0] ?? ""),
    ).length;
    expect(await textOf("main > section:not([hidden]) .card.wide:last-of-type .note")).toMatch(
      new RegExp(`^${expected} handoff`, "u"),
    );
  });

  test("opens the evidence that a tile's link asks for", async () => {
    await page.open(at("evidence/onboarding-on-time"), 1360, 900);
    expect(await page.evaluate('document.getElementById("evidence-onboarding-on-time").open')).toBe(true);
    expect(await page.evaluate('document.querySelectorAll("#evidence-onboarding-on-time a").length')).toBeGreaterThan(
      0,
    );
  });

  test("leads from a figure to the records behind it, and keeps the filters in the address on the way", async () => {
    await page.open(at("overview?process=customer-onboarding"), 1360, 900);
    await follow('[data-kpi="process-compliance"] a.big');
    expect(await page.evaluate("location.hash")).toBe(
      "#evidence/process-compliance/process/customer-onboarding?process=customer-onboarding",
    );
    expect(await page.evaluate('document.getElementById("evidence-process-compliance").open')).toBe(true);
    expect(await textOf("#evidence-process-compliance summary")).toContain("Customer onboarding");
    await follow("nav a[href='#handoffs']");
    expect(await page.evaluate("location.hash")).toBe("#handoffs?process=customer-onboarding");
  });

  test("has no two elements of one id, and a name for everything that can be chosen", async () => {
    await page.open(at("overview"), 1360, 900);
    const ids = await page.evaluate('JSON.stringify([...document.querySelectorAll("[id]")].map((each) => each.id))');
    const list = JSON.parse(String(ids)) as readonly string[];
    expect(list.filter((id, index) => list.indexOf(id) !== index)).toEqual([]);
    const nameless =
      '[...document.querySelectorAll("a, button, select, summary")].filter((each) => (each.labels?.[0] ?? each).textContent.trim() === "").length';
    expect(await page.evaluate(nameless)).toBe(0);
  });

  test("shows every page without its script", async () => {
    const plain = join(directory, "plain.html");
    await writeFile(plain, text.replace(/<script>.*<\/script>/su, ""));
    await page.open(at("overview", plain), 1360, 900);
    expect(await page.evaluate('document.querySelectorAll("section h1").length')).toBe(data.pages.length);
  });

  test("never takes what a source holds for markup", async () => {
    const evil = `</script><img src=x onerror="window.taken=1"><b data-evil>"'`;
    const spoil = (value: unknown, key = ""): unknown => {
      if (typeof value === "string") return FREE_TEXT.has(key) ? `${value}${evil}` : value;
      if (Array.isArray(value)) return value.map((each) => spoil(each, key));
      if (value === null || typeof value !== "object") return value;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spoil(inner, name)]));
    };
    const spoiled = join(directory, "spoiled.html");
    await writeFile(spoiled, renderReport(spoil(data) as ReportData));
    for (const { id } of data.pages) {
      await page.open(at(id, spoiled), 1360, 900);
      expect(await page.evaluate('document.querySelectorAll("[data-evil], img").length')).toBe(0);
    }
    expect(await page.evaluate("window.taken")).toBeUndefined();
    expect(await page.evaluate("document.title")).toContain(evil);
    expect(page.complaints).toEqual([]);
  });
});

/** What people write in the sources and in the configuration. */
const FREE_TEXT = new Set([
  "company",
  "sentence",
  "title",
  "name",
  "message",
  "because",
  "text",
  "question",
  "formula",
  "owner",
  "caseName",
  "account",
  "source",
  "target",
  "reason",
  "team",
  "category",
  "step",
  "stages",
  "label",
]);
