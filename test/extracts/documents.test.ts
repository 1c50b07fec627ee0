import { copyFile, mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { dataSourceDocument, hyperTables, packageDataSource, unwrapExtract } from "../../src/extracts/index.ts";
import { foreignKeys, isFact, STAR_TABLE_NAMES, starColumns, starTable } from "../../src/kpis/index.ts";
import type { StarTableName } from "../../src/kpis/index.ts";
import { canValidateWorkbooks, workbookMisfits } from "../support/twb-schema.ts";
import { all, named, parsedXml } from "../support/xml.ts";
import type { XmlNode } from "../support/xml.ts";

const FACTS = STAR_TABLE_NAMES.filter((name) => isFact(name));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-documents-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const documentOf = (fact: StarTableName): XmlNode => all(parsedXml(dataSourceDocument(fact)), "datasource")[0] ?? {};
const columnsOf = (fact: StarTableName): readonly XmlNode[] =>
  all(documentOf(fact), "column").filter((column) => column["@datatype"] !== "table");
const columnOf = (fact: StarTableName, name: string): XmlNode =>
  columnsOf(fact).find((column) => column["@name"] === `[${name}]`) ?? {};

const inSchema = canValidateWorkbooks() ? describe : describe.skip;
if (!canValidateWorkbooks()) process.stderr.write("No xmllint or no schema here: documents are not validated.\n");

inSchema("held against Tableau's schema inside a small workbook", () => {
  test.each(FACTS)("the document of %s fits", async (fact) => {
    const file = join(directory, `${fact}.twb`);
    await writeFile(file, workbookAround(dataSourceDocument(fact)));
    expect(await workbookMisfits(file, join(directory, "schema"))).toBe("");
  });
});

describe("the document of a data source", () => {
  test.each(FACTS)("of %s is a tree: one road from the fact to each dimension", (fact) => {
    const graph = all(documentOf(fact), "object-graph")[0];
    const ids = all(graph, "object").map((object) => String(object["@id"]));
    const roads = all(graph, "relationship");
    const ends = roads.map((road) => all(road, "second-end-point")[0]?.["@object-id"]);

    expect(roads).toHaveLength(ids.length - 1);
    expect(new Set(roads.map((road) => all(road, "first-end-point")[0]?.["@object-id"]))).toEqual(new Set([ids[0]]));
    expect(new Set(ends)).toEqual(new Set(ids.slice(1)));
    expect(ids[0]).toMatch(new RegExp(`^${fact}_[0-9A-F]{32}$`, "u"));
  });

  test.each(FACTS)("of %s relates by columns it declares, the fact's first", (fact) => {
    const mapped = new Map(all(documentOf(fact), "map").map((map) => [map["@key"], map["@value"]]));
    const roads = all(documentOf(fact), "relationship").map((road) =>
      all(road, "expression").flatMap((each) => (each["@op"] === "=" ? [] : [mapped.get(each["@op"])])),
    );
    expect(roads).toEqual(
      foreignKeys(fact).map(({ column, table, key }) => [`[${fact}].[${column}]`, `[${table}].[${key}]`]),
    );
  });

  test.each(FACTS)("of %s names the tables and columns that its .hyper has, each under a name of its own", (fact) => {
    const publication = hyperTables(sourceOf).publications.find((each) => each.fact === fact);
    const stored = publication?.tables.flatMap(({ name, columns }) =>
      columns.map((column) => `[${name}].[${column.name}]`),
    );
    const maps = all(documentOf(fact), "map");
    const names = named(columnsOf(fact));
    const captions = columnsOf(fact).map((column) => column["@caption"]);

    expect(maps.map((map) => map["@value"])).toEqual(stored);
    expect(maps.map((map) => map["@key"])).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(captions).size).toBe(captions.length);
    const [collection] = all(all(documentOf(fact), "connection")[0], "relation");
    expect(all(collection, "relation").map((relation) => relation["@table"])).toEqual(
      publication?.tables.map(({ schema, name }) => `[${schema}].[${name}]`),
    );
  });

  test("tells a column that two tables have apart by its table", () => {
    expect(named(columnsOf("fact_case"))).toEqual(expect.arrayContaining(["[as_of_key]", "[as_of_key (dim_as_of)]"]));
    expect(columnOf("fact_case", "as_of_key (dim_as_of)")["@caption"]).toBe("As-of key (As of)");
  });

  test("comments every column in whole sentences", () => {
    for (const table of STAR_TABLE_NAMES) {
      for (const [name, { comment }] of starColumns(table))
        expect([name, comment]).toEqual([name, expect.stringMatching(/\.$|…$/u)]);
    }
    expect(all(columnOf("fact_case", "cycle_sec"), "run")).toEqual([
      "Time from start to completion; empty for a case that is not completed. In seconds.",
    ]);
  });

  test("hides what only leads from table to table, and shows what counts and names", () => {
    const hidden = columnsOf("fact_conformance").filter((column) => column["@hidden"] === "true");
    expect(named(hidden)).toEqual(
      expect.arrayContaining([
        "[rule_key]",
        "[process_key]",
        "[date_key]",
        "[rule_key (dim_rule)]",
        "[rule_process_key]",
      ]),
    );
    for (const visible of ["case_key", "rule_sentence", "is_violation", "day"]) {
      expect(columnOf("fact_conformance", visible)).not.toHaveProperty("@hidden");
    }
  });

  test("adds up counts, tells names apart, and shows shares, money and durations as what they are", () => {
    const shown = (fact: StarTableName, name: string): unknown => {
      const column = columnOf(fact, name);
      return [column["@role"], column["@type"], column["@default-format"]];
    };
    expect(shown("fact_case", "is_open")).toEqual(["measure", "quantitative", "n#,##0"]);
    expect(shown("fact_case", "fiscal_year")).toEqual(["dimension", "ordinal", "*0"]);
    expect(shown("fact_case", "fitness")).toEqual(["measure", "quantitative", "p0.0%"]);
    expect(shown("fact_case", "amount_corporate")).toEqual(["measure", "quantitative", "n#,##0.00"]);
    expect(shown("fact_case", "cycle_sec")).toEqual(["measure", "quantitative", `*#,##0" s"`]);
    expect(shown("fact_case", "started_at_local")).toEqual(["dimension", "ordinal", undefined]);
    expect(shown("fact_case", "outcome")).toEqual(["dimension", "nominal", undefined]);
  });
});

describe("the package of a data source", () => {
  test("holds the document and the extract where the document says it is", async () => {
    const extract = join(directory, "some.hyper");
    await writeFile(extract, Buffer.from("HyPe not really, but long enough to be packed. ".repeat(5000)));

    const made = await packageDataSource("fact_case", extract, join(directory, "new", "fact_case.tdsx"));

    const bytes = await readFile(made.file);
    expect(bytes.length).toBe(made.bytes);
    expect(bytes.toString("latin1")).toContain("Cases.tds");
    expect(bytes.toString("latin1")).toContain("Data/Extracts/fact_case.hyper");
    expect(dataSourceDocument("fact_case")).toContain('dbname="Data/Extracts/fact_case.hyper"');
    const back = join(directory, "back.hyper");
    await copyFile(made.file, back);
    await unwrapExtract(back);
    expect((await readFile(back)).equals(await readFile(extract))).toBe(true);
    const again = await packageDataSource("fact_case", extract, join(directory, "again.tdsx"));
    expect((await readFile(again.file)).equals(bytes)).toBe(true);
  });

  test("is refused for an extract that no package can hold (HUB-5041)", async () => {
    const extract = join(directory, "huge.hyper");
    const handle = await open(extract, "w");
    await handle.truncate(2 ** 32);
    await handle.close();
    await expect(packageDataSource("fact_case", extract, join(directory, "huge.tdsx"))).rejects.toMatchObject({
      code: "HUB-5041",
      disposition: "operator",
    });
    await rm(extract);
  });

  test("leaves nothing behind when its extract cannot be read (HUB-5040)", async () => {
    const folder = join(directory, "failed");
    await expect(
      packageDataSource("fact_case", join(directory, "nowhere.hyper"), join(folder, "a.tdsx")),
    ).rejects.toMatchObject({ code: "HUB-5040" });
    await expect(packageDataSource("fact_case", directory, join(folder, "a.tdsx"))).rejects.toMatchObject({
      code: "HUB-5040",
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

const sourceOf = (table: StarTableName): string => `/nowhere/${table}.parquet`;

/** A `.tds` has no schema of its own (reference tableau.md §6.2). */
function workbookAround(document: string): string {
  const source = document
    .slice(document.indexOf("<datasource"))
    .replace(/<document-format-change-manifest>.*?<\/document-format-change-manifest>/su, "")
    .replace("<datasource ", '<datasource name="federated.under-test" ')
    .replace(/ formatted-name="[^"]*"/u, "");
  const id = (digit: number): string => `{00000000-0000-0000-0000-00000000000${digit}}`;
  return `<?xml version='1.0' encoding='utf-8' ?>
<workbook original-version='26.1' source-build='0.0.0 (0000.0.0.0)' source-platform='linux' version='26.1' xmlns:user='http://www.tableausoftware.com/xml/user'>
<document-format-change-manifest><ManifestByVersion/></document-format-change-manifest>
<datasources>${source}</datasources>
<worksheets><worksheet name='A'><table><view><datasources/><aggregation value='true'/></view><style/>
<panes><pane><view><breakdown value='auto'/></view><mark class='Automatic'/></pane></panes><rows/><cols/></table>
<simple-id uuid='${id(1)}'/></worksheet></worksheets>
<explain-data enabled-for-viewer='false' extreme-values-enabled-for-all='false'><explanation-types/></explain-data>
</workbook>`;
}

test("captions of tables are those under which data sources are published", () => {
  for (const fact of FACTS) {
    expect(hyperTables(sourceOf).publications.find((each) => each.fact === fact)?.name).toBe(starTable(fact).caption);
  }
});
