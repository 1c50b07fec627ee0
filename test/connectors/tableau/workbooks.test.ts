import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { WorkbookCommand, WorkbookReceipt } from "../../../src/connectors/kit/index.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { idIn, signIn } from "../../sandbox/tableau/server.ts";
import { connectTo } from "./connection.ts";
import type { TestConnection } from "./connection.ts";

const DOCUMENT = "<?xml version='1.0'?>\n<workbook name='x'><a/>\n</workbook>";

let server: TableauServer;
let made: TestConnection;
let directory: string;

beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  made = await connectTo(server.description);
  directory = await mkdtemp(join(tmpdir(), "tableau-workbook-"));
});

afterEach(async () => {
  await made.connection.close();
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
    description: "To begin with.",
    tags: ["process-hub"],
    fingerprint: "process-hub-1",
    ...changes,
  };
  return made.connection.publish?.publishWorkbook?.(command, new AbortController().signal);
}

/** What the site lists, oldest first. */
async function listed(): Promise<string> {
  return (await (await signIn(server)).call("GET", "/workbooks?sort=createdAt:asc")).text();
}

const names = async (): Promise<readonly string[]> =>
  [...(await listed()).matchAll(/<workbook id="[^"]+" name="([^"]+)"/gu)].map(([, name = ""]) => name);

const content = async (id: string): Promise<string> =>
  (await (await signIn(server)).call("GET", `/workbooks/${id}/content`)).text();

describe("a starter workbook", () => {
  test("is published with its document, shown by tabs, without asking to overwrite anything", async () => {
    expect(await publish()).toMatchObject({ name: "Process Hub", how: "published" });
    const text = await listed();
    expect([...text.matchAll(/<tag label="([^"]+)"/gu)].map(([, label]) => label)).toEqual([
      "process-hub",
      "process-hub-1",
    ]);
    expect(text).toContain('showTabs="true"');
    expect(await content(idIn(text, "workbook"))).toBe(DOCUMENT);
  });

  test("is not published again", async () => {
    const first = await publish();
    expect(await publish()).toEqual({ ...first, how: "already there" });
    expect(await names()).toEqual(["Process Hub"]);
  });

  test("that is newer lands beside the one that is there, each under a name of its own", async () => {
    await publish();
    expect(await publish({ fingerprint: "process-hub-2" })).toMatchObject({
      name: "Process Hub 2026-11-02",
      how: "beside another",
    });
    await publish({ fingerprint: "process-hub-3" });
    await publish({ fingerprint: "process-hub-2" });
    expect(await names()).toEqual(["Process Hub", "Process Hub 2026-11-02", "Process Hub 2026-11-02 2"]);
    expect(await content(idIn(await listed(), "workbook"))).toBe(DOCUMENT);
  });

  test("finds its project again after somebody made another of that name", async () => {
    await publish({ project: ["Process Hub"] });
    await server.organise({ do: "replace-project", project: "Process Hub" });
    const newer = { project: ["Process Hub"], fingerprint: "process-hub-2" };
    expect(await publish(newer)).toMatchObject({ name: "Process Hub", how: "published" });
    expect(await names()).toEqual(["Process Hub"]);
  });

  test("does not mind a workbook of that name in another project", async () => {
    await publish();
    expect(await publish({ project: ["Another"] })).toMatchObject({ name: "Process Hub", how: "published" });
  });

  test("of a run that ended before it was tagged is found by its description, tagged, and not sent twice", async () => {
    await server.dial({ fault: "error", status: 500, route: "PUT /workbooks", times: null });
    await expect(publish()).rejects.toMatchObject({ code: "HUB-5106" });
    await server.undial();
    expect(await listed()).not.toContain("<tag ");
    expect(await publish()).toMatchObject({ name: "Process Hub", how: "published" });
    expect(await publish()).toMatchObject({ how: "already there" });
    expect(await names()).toEqual(["Process Hub"]);
    expect(await listed()).toContain('description="To begin with. (process-hub-1)"');
  });

  test("whose name is taken by one that is not shown to us lands beside it", async () => {
    await server.dial({ fault: "error", status: 403, code: "403007", route: "POST /workbooks", times: 1 });
    expect(await publish()).toMatchObject({ name: "Process Hub 2026-11-02", how: "beside another" });
    await server.dial({ fault: "error", status: 403, code: "403007", route: "POST /workbooks", times: null });
    await expect(publish({ fingerprint: "process-hub-2" })).rejects.toMatchObject({ code: "HUB-5103" });
    await server.undial();
  });

  test("whose answer was lost is found and tagged, not sent twice", async () => {
    await server.dial({ fault: "lost-answer", route: "POST /workbooks" });
    expect(await publish()).toMatchObject({ name: "Process Hub", how: "published" });
    expect(await names()).toEqual(["Process Hub"]);
    expect(await publish()).toMatchObject({ how: "already there" });
  });
});
