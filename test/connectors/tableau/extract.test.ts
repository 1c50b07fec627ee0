import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Connection } from "../../../src/connectors/kit/index.ts";
import { unwrapExtract } from "../../../src/extracts/documents/index.ts";
import { openHyperFile, startHyper, writeHyperFile } from "../../../src/extracts/hyper/index.ts";
import type { HyperEngine, HyperTable } from "../../../src/extracts/hyper/index.ts";
import { parquetFile } from "../../extracts/hyper/parquet.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { connectTo } from "./connection.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;
const signal = new AbortController().signal;

let directory: string;
let engine: HyperEngine;
let server: TableauServer;
let connection: Connection;

withEngine("an extract published to Tableau", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "tableau-extract-"));
    await parquetFile(join(directory, "rows.parquet"), "SELECT 'k' || i AS id, i AS n FROM range(500) r(i)");
    engine = await startHyper({ binary: hyperd ?? "" });
    server = await startTableau({ hyperd: hyperd ?? "" });
    await server.control("/settings", { downloadAs: "package" });
    ({ connection } = await connectTo(server.description, { singleRequestMegabytes: 60 }));
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const table = (name: string, refersTo?: string): HyperTable => ({
    schema: "Extract",
    name,
    columns: [
      { name: "id", type: "text", nullable: false },
      { name: "n", type: "bigint", nullable: true },
    ],
    assumedPrimaryKey: ["id"],
    ...(refersTo === undefined
      ? {}
      : {
          assumedForeignKeys: [
            { columns: ["id"], references: { schema: "Extract", table: refersTo, columns: ["id"] } },
          ],
        }),
    source: join(directory, "rows.parquet"),
  });

  async function publish(name: string, tables: readonly HyperTable[]) {
    const file = join(directory, `${name}.hyper`);
    await writeHyperFile(engine, file, tables);
    const command = { name: "KPI", project: ["Process Hub"], description: "", file, tags: ["process-hub"] };
    const receipt = await connection.publish?.publish(command, signal);
    if (receipt === undefined) throw new Error("no publish face");
    return receipt;
  }

  test("comes back with the row counts it was built with, and stays when a later one is refused", async () => {
    const receipt = await publish("star", [table("fact", "dimension"), table("dimension")]);
    await expect(
      publish("facts", [table("one", "dimension"), table("two", "dimension"), table("dimension")]),
    ).rejects.toMatchObject({ code: "HUB-5108", message: expect.stringContaining("exactly one fact table") });
    const back = join(directory, "back.hyper");
    await connection.publish?.download(receipt, back, signal);
    await unwrapExtract(back);
    const reader = await openHyperFile(back, { binary: hyperd ?? "" });
    const counts = reader.tables.map(({ name, rows }) => `${name} ${rows}`).sort();
    await reader.close();
    expect(counts).toEqual(["dimension 500", "fact 500"]);
  });
});
