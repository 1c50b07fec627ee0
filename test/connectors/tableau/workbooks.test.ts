import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { WorkbookCommand, WorkbookReceipt } from "../../../src/connectors/kit/index.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { withWorkbooks } from "../../support/tableau-workbooks.ts";
import type { TableauWithWorkbooks } from "../../support/tableau-workbooks.ts";
import { connectTo } from "./connection.ts";
import type { TestConnection } from "./connection.ts";

const DOCUMENT = "<?xml version='1.0'?>\n<workbook name='x'><a/>\n</workbook>";

let server: TableauServer;
let tableau: TableauWithWorkbooks;
let made: TestConnection;
let directory: string;

beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  tableau = await withWorkbooks(server.description["baseUrl"] ?? "");
  made = await connectTo({ ...server.description, baseUrl: tableau.origin });
  directory = await mkdtemp(join(tmpdir(), "tableau-workbook-"));
});

afterEach(async () => {
  await made.connection.close();
  await tableau.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function publish(
  changes: Partial<WorkbookCommand> = {},
  document = DOCUMENT,
): Promise<WorkbookReceipt | undefined> {
  const file = join(directory, "starter.twb");
  await writeFile(file, document);
  const command = {
    name: "Process Hub",
    newerName: "Process Hub 2026-11-02",
    project: ["Process KPIs"],
    file,
    tags: ["process-hub"],
    fingerprint: "process-hub-1",
    ...changes,
  };
  return made.connection.publish?.publishWorkbook?.(command, new AbortController().signal);
}

const names = (): readonly string[] => tableau.workbooks.map(({ name }) => name);

describe("a starter workbook", () => {
  test("is published with its document, shown by tabs, without asking to overwrite anything", async () => {
    expect(await publish()).toMatchObject({ name: "Process Hub", how: "published" });
    const [standing] = tableau.workbooks;
    expect(standing?.document).toBe(DOCUMENT);
    expect(standing?.query).toContain("workbookType=twb");
    expect(standing?.query).not.toContain("overwrite");
    expect(standing?.tags.tag?.map(({ label }) => label)).toEqual(["process-hub", "process-hub-1"]);
  });

  test("is not published again", async () => {
    const first = await publish();
    expect(await publish()).toEqual({ ...first, how: "already there" });
    expect(names()).toEqual(["Process Hub"]);
  });

  test("that is newer lands beside the one that is there, each under a name of its own", async () => {
    await publish();
    expect(await publish({ fingerprint: "process-hub-2" })).toMatchObject({
      name: "Process Hub 2026-11-02",
      how: "beside another",
    });
    await publish({ fingerprint: "process-hub-3" });
    await publish({ fingerprint: "process-hub-2" });
    expect(names()).toEqual(["Process Hub", "Process Hub 2026-11-02", "Process Hub 2026-11-02 2"]);
    expect(tableau.workbooks[0]?.document).toBe(DOCUMENT);
  });

  test("does not mind a workbook of that name in another project", async () => {
    await publish();
    expect(await publish({ project: ["Another"] })).toMatchObject({ name: "Process Hub", how: "published" });
  });

  test("whose answer was lost is found and tagged, not sent twice", async () => {
    tableau.loseNextAnswer();
    expect(await publish()).toMatchObject({ name: "Process Hub", how: "published" });
    expect(names()).toEqual(["Process Hub"]);
    expect(await publish()).toMatchObject({ how: "already there" });
  });
});
