import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openHyperFile, startHyper, writeHyperFile } from "../../../src/extracts/hyper/index.ts";
import type { HyperTable } from "../../../src/extracts/hyper/index.ts";
import { parquetFile } from "../../extracts/hyper/parquet.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { errorCode, filePart, idIn, multipart, payloadPart, signIn, startTableau } from "./server.ts";
import type { Session, TableauServer } from "./server.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;

let directory: string;
let server: TableauServer;
let session: Session;
let project: string;

async function extract(name: string, tables: readonly Omit<HyperTable, "schema" | "source">[]): Promise<Buffer> {
  const engine = await startHyper({ binary: hyperd ?? "" });
  try {
    const source = join(directory, "rows.parquet");
    const file = join(directory, `${name}.hyper`);
    await writeHyperFile(
      engine,
      file,
      tables.map((table) => ({ ...table, schema: "Extract", source })),
    );
    return await readFile(file);
  } finally {
    await engine.stop();
  }
}

async function publish(bytes: Buffer, query = ""): Promise<Response> {
  const { body, type } = multipart([
    payloadPart(`<tsRequest><datasource name="KPI"><project id="${project}"/></datasource></tsRequest>`),
    filePart("kpi.hyper", bytes),
  ]);
  return session.call("POST", `/datasources${query}`, { body, type });
}

withEngine("an extract looked into", () => {
  const columns = [
    { name: "id", type: "text", nullable: true },
    { name: "n", type: "bigint", nullable: true },
  ] as const;
  const key = { columns: ["id"], references: { schema: "Extract", table: "dimension", columns: ["id"] } };
  const dimension = { name: "dimension", columns, assumedPrimaryKey: ["id"] };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "tableau-extracts-"));
    await parquetFile(join(directory, "rows.parquet"), "SELECT 'a' AS id, 1::BIGINT AS n UNION ALL SELECT 'b', 2");
    server = await startTableau({ hyperd: hyperd ?? "" });
    session = await signIn(server);
    project = idIn(await (await session.call("GET", "/projects?filter=name:eq:Process Hub")).text(), "project");
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test("is taken with one fact table and given back byte by byte", async () => {
    const bytes = await extract("star", [{ name: "fact", columns, assumedForeignKeys: [key] }, dimension]);
    const response = await publish(bytes, "?overwrite=true");
    expect(response.status).toBe(201);
    const content = await session.call("GET", `/datasources/${idIn(await response.text(), "datasource")}/content`);
    expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("is refused with two fact tables, and with rubbish after the magic bytes", async () => {
    const facts = ["one", "two"].map((name) => ({ name, columns, assumedForeignKeys: [key] }));
    const refused = await (await publish(await extract("facts", [...facts, dimension]), "?overwrite=true")).text();
    expect(errorCode(refused)).toBe("400011");
    expect(refused).toContain("must contain exactly one fact table");
    const rubbish = await publish(Buffer.from("Hyper, but not really"), "?overwrite=true");
    expect(errorCode(await rubbish.text())).toBe("400011");
  });

  test("grows by appending one of the same table, and by no other", async () => {
    const single = await extract("single", [{ name: "Extract", columns }]);
    const id = idIn(await (await publish(single, "?overwrite=true")).text(), "datasource");
    expect((await publish(single, "?append=true")).status).toBe(201);
    const other = await extract("other", [{ name: "Other", columns }]);
    expect(errorCode(await (await publish(other, "?append=true")).text())).toBe("400011");
    const content = await session.call("GET", `/datasources/${id}/content`);
    const grown = join(directory, "grown.hyper");
    await writeFile(grown, Buffer.from(await content.arrayBuffer()));
    const reader = await openHyperFile(grown, { binary: hyperd ?? "" });
    expect(reader.tables).toMatchObject([{ name: "Extract", rows: 4 }]);
    await reader.close();
  });
});
