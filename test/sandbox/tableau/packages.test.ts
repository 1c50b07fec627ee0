import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readPackage, writePackage } from "../../../src/sandbox/tableau/content/package.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { startBench } from "./extract-bench.ts";
import type { ExtractBench } from "./extract-bench.ts";
import { publishFile } from "./publishing-client.ts";
import { signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;

const EXTRACT = "Data/Extracts/star.hyper";
const relation = (name: string) => `<relation connection='h' name='${name}' table='[Extract].[${name}]' type='table'/>`;
const map = (key: string, value: string) => `<map key='[${key}]' value='${value}'/>`;
const end = (which: string, id: string) => `<${which}-end-point object-id='${id}'/>`;
const OBJECTS = "<objects><object id='F'/><object id='S'/></objects>";
const ROAD =
  "<relationship><expression op='='><expression op='[id]'/><expression op='[id (side)]'/></expression>"
  + `${end("first", "F")}${end("second", "S")}</relationship>`;
const GRAPH = `<object-graph>${OBJECTS}<relationships>${ROAD}</relationships></object-graph>`;

/** The document of a star of two tables, with something in it exchanged. */
function document(from = "", to = ""): string {
  return (
    `<datasource><connection class='federated'><named-connections><named-connection name='h'><connection class='hyper' dbname='${EXTRACT}'/>`
    + `</named-connection></named-connections><relation type='collection'>${relation("fact")}${relation("side")}</relation>`
    + `<cols>${map("id", "[fact].[id]")}${map("n", "[fact].[n]")}${map("id (side)", "[side].[id]")}</cols></connection>${GRAPH}</datasource>`
  ).replace(from, to);
}

let directory: string;
let bench: ExtractBench;
let server: TableauServer;
let session: Session;
let star: Buffer;

const publish = async (entries: Readonly<Record<string, string | Buffer>>): Promise<string> =>
  publishFile(
    session,
    "star.tdsx",
    Buffer.from(
      await writePackage(Object.entries(entries).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }))),
    ),
  );

withEngine("a packaged data source", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "tableau-packages-"));
    bench = await startBench(hyperd ?? "", directory);
    server = await startTableau({ hyperd: hyperd ?? "" });
    session = await signIn(server);
    const rows = "SELECT 'a'::text AS id, 1::bigint AS n, timestamp '2026-01-01 00:00:00' AS at";
    star = await bench.make({ fact: rows, side: rows }, { fact: "side" });
  });
  afterAll(async () => {
    await server.stop();
    await bench.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test("is taken where its document fits its extract", async () => {
    const id = await publish({ "star.tds": document(), [EXTRACT]: star });
    const names = async (query: string): Promise<readonly string[]> => {
      const response = await session.call("GET", `/datasources/${id}/content${query}`);
      return (await readPackage(Buffer.from(await response.arrayBuffer()))).map(({ name }) => name);
    };
    expect(await names("")).toEqual(["star.tds", EXTRACT]);
    expect(await names("?includeExtract=False")).toEqual(["star.tds"]);
  });

  test.each([
    ["does not bring the file", EXTRACT, "Data/other.hyper"],
    ["no table [Extract].[gone]", "[Extract].[side]", "[Extract].[gone]"],
    ["no column [fact].[m]", "[fact].[n]", "[fact].[m]"],
    ["need a model", GRAPH, ""],
    ["do not lead to every table", ROAD, ""],
    ["are not a tree", end("second", "S"), end("second", "F")],
    ["names the table 'X'", end("second", "S"), end("second", "X")],
    ["names the field [id (other)]", "op='[id (side)]'", "op='[id (other)]'"],
    ["(line 1)", "</datasource>", "</datasourc>"],
  ])("is refused where it does not: %s", async (why, from, to) => {
    await expect(publish({ "star.tds": document(from, to), [EXTRACT]: star })).rejects.toThrow(why);
  });

  test("is refused without a document, with two, and with an extract that is none", async () => {
    await expect(publish({ [EXTRACT]: star })).rejects.toThrow("exactly one .tds");
    await expect(publish({ "a.tds": document(), "b.tds": document() })).rejects.toThrow("exactly one .tds");
    await expect(publish({ "star.tds": document(), [EXTRACT]: "Hyper?" })).rejects.toThrow("could not be opened");
  });
});

describe("a package", () => {
  test("is read as it was written", async () => {
    const entries = [
      { name: "a.tds", bytes: Buffer.from("x".repeat(10_000)) },
      { name: "Data/ä.hyper", bytes: Buffer.from([0, 255, 1]) },
    ];
    expect(await readPackage(Buffer.from(await writePackage(entries)))).toEqual(entries);
  });

  test("that is none is refused with 400011", async () => {
    await expect(readPackage(Buffer.from("PK\u0003\u0004 and nothing"))).rejects.toThrow("400011");
  });
});
