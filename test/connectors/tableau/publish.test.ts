import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { PublishCommand, PublishFace } from "../../../src/connectors/kit/index.ts";
import type { TableauSettings } from "../../../src/connectors/tableau/index.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { connectTo } from "./connection.ts";
import type { TestConnection } from "./connection.ts";

/** 100 kB of bytes in one request, files above it in chunks of 30 kB. */
const SMALL = { singleRequestMegabytes: 100 / 1024, chunkMegabytes: 30 / 1024 };
const signal = new AbortController().signal;

let server: TableauServer;
let directory: string;
let open: TestConnection[];
beforeEach(async () => {
  server = await startTableau({ hyperd: "" });
  directory = await mkdtemp(join(tmpdir(), "tableau-publish-"));
  open = [];
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const { connection } of open) await connection.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function connected(
  settings: Partial<TableauSettings> = SMALL,
  onSleep?: (ms: number) => Promise<void>,
): Promise<TestConnection & { readonly publish: PublishFace }> {
  const made = await connectTo(server.description, settings, onSleep);
  open.push(made);
  const { publish } = made.connection;
  if (publish === undefined) throw new Error("no publish face");
  return { ...made, publish };
}

/** A file of a size whose every stretch differs, so that lost, doubled or swapped chunks show. */
async function hyperFile(name: string, bytes: number): Promise<Buffer> {
  const content = Buffer.alloc(bytes);
  content.write("Hyper", "latin1");
  for (let at = 8; at + 4 <= bytes; at += 4) content.writeUInt32LE(at, at);
  await writeFile(join(directory, name), content);
  return content;
}

const command = (name: string, changes: Partial<PublishCommand> = {}): PublishCommand => ({
  name: "Handoffs",
  project: ["Process Hub"],
  description: "Every handoff",
  file: join(directory, name),
  tags: [],
  ...changes,
});

async function operations(): Promise<Readonly<Record<string, number>>> {
  return ((await server.control("/calls")) as { operations: Record<string, number> }).operations;
}

describe("publishing a small file", () => {
  test("sends it in one request and can fetch the same bytes back", async () => {
    const content = await hyperFile("small.hyper", 90_000);
    const { publish } = await connected();
    const receipt = await publish.publish(command("small.hyper"), signal);
    expect(receipt).toMatchObject({ name: "Handoffs", bytes: 90_000, how: "single", chunks: 1, jobId: null });
    expect(receipt.url).toContain("/#/site/techflow/datasources/");
    const back = join(directory, "back");
    await publish.download(receipt, back, signal);
    expect((await readFile(back)).equals(content)).toBe(true);
    expect(await operations()).toMatchObject({ "datasources.publish": 1, "auth.signIn": 1 });
  });

  test("fetches the package that real servers wrap an extract in, and leaves nothing half", async () => {
    await hyperFile("small.hyper", 90_000);
    await server.control("/settings", { downloadAs: "package" });
    const { publish } = await connected();
    const receipt = await publish.publish(command("small.hyper"), signal);
    await publish.download(receipt, join(directory, "back.tdsx"), signal);
    const packed = await readFile(join(directory, "back.tdsx"));
    expect(packed.subarray(0, 2).toString("latin1")).toBe("PK");
    expect((await readdir(directory)).sort()).toEqual(["back.tdsx", "small.hyper"]);
  });

  test("replaces what is there under the same id", async () => {
    await hyperFile("one.hyper", 1000);
    const second = await hyperFile("two.hyper", 2000);
    const { publish } = await connected();
    const before = await publish.publish(command("one.hyper"), signal);
    const after = await publish.publish(command("two.hyper"), signal);
    expect(after.id).toBe(before.id);
    expect(after.updatedAt).toBeGreaterThan(before.updatedAt);
    await publish.download(after, join(directory, "back"), signal);
    expect((await readFile(join(directory, "back"))).equals(second)).toBe(true);
  });

  test("creates the projects of the path that are missing, once, and not those of other parents", async () => {
    await hyperFile("one.hyper", 1000);
    const { publish } = await connected();
    const nested = command("one.hyper", { project: ["Process Hub", "2025", "KPIs"] });
    const first = await publish.publish(nested, signal);
    const second = await publish.publish(nested, signal);
    expect(second.id).toBe(first.id);
    expect(await operations()).toMatchObject({ "projects.create": 2 });
    const other = await publish.publish(command("one.hyper", { project: ["process hub"] }), signal);
    expect(other.id).not.toBe(first.id);
  });

  test("keeps names, descriptions and tags with special characters", async () => {
    await hyperFile("one.hyper", 1000);
    const { publish } = await connected();
    const name = `R&D's "won" deals, <2026> – Übergabe`;
    const receipt = await publish.publish(command("one.hyper", { name, tags: ["a b", "kpi"] }), signal);
    expect(receipt.name).toBe(name);
    const again = await publish.publish(command("one.hyper", { name, tags: ["kpi"] }), signal);
    expect(again.id).toBe(receipt.id);
    expect(await operations()).toMatchObject({ "tags.add": 1 });
  });

  test("takes a lost answer for what it turns out to be", async () => {
    // The sandbox's server says so on the console when it breaks a connection off.
    jest.spyOn(console, "error").mockImplementation(() => undefined);
    await hyperFile("one.hyper", 1000);
    const { publish } = await connected();
    await server.dial({ fault: "lost-answer", route: "POST /datasources", status: 504 });
    const landed = await publish.publish(command("one.hyper"), signal);
    expect(await operations()).toMatchObject({ "datasources.publish": 1 });
    await server.dial({ fault: "reset", route: "POST /datasources" });
    const { sleeps, publish: other } = await connected();
    const sentAgain = await other.publish(command("one.hyper"), signal);
    expect(sentAgain.id).toBe(landed.id);
    expect(sentAgain.updatedAt).toBeGreaterThan(landed.updatedAt);
    expect(await operations()).toMatchObject({ "datasources.publish": 2 });
    expect(sleeps).toEqual([2000, 5000, 10_000]);
  });

  test("signs in once more when its session is lost, and goes on", async () => {
    await hyperFile("one.hyper", 1000);
    const { publish, connection } = await connected();
    await connection.identify(signal);
    await server.control("/lose-session", {});
    await publish.publish(command("one.hyper"), signal);
    expect(await operations()).toMatchObject({ "auth.signIn": 2, "datasources.publish": 1 });
  });

  test("waits as long as a 429 asks for", async () => {
    await hyperFile("one.hyper", 1000);
    const { publish, sleeps } = await connected();
    await server.dial({ fault: "throttle", route: "POST /datasources", seconds: 7 });
    await publish.publish(command("one.hyper"), signal);
    expect(sleeps).toEqual([7000]);
  });

  test.each([
    ["rows.csv", "HUB-5114"],
    ["missing.hyper", "HUB-5114"],
    ["empty.hyper", "HUB-5114"],
    ["broken.hyper", "HUB-5108"],
  ])("refuses %s with %s and leaves what was published", async (name, code) => {
    const good = await hyperFile("good.hyper", 5000);
    await writeFile(join(directory, "rows.csv"), "a,b");
    await writeFile(join(directory, "empty.hyper"), "");
    await writeFile(join(directory, "broken.hyper"), "no extract at all");
    const { publish } = await connected();
    const receipt = await publish.publish(command("good.hyper"), signal);
    await expect(publish.publish(command(name), signal)).rejects.toMatchObject({ code });
    await publish.download(receipt, join(directory, "back"), signal);
    expect((await readFile(join(directory, "back"))).equals(good)).toBe(true);
  });
});

describe("publishing a large file", () => {
  test("sends chunks in order and asks after the job until it is done, whatever its first finish code", async () => {
    const content = await hyperFile("large.hyper", 250_000);
    await server.control("/settings", { pollsUntilDone: 4, unknownPolls: 2, initialFinishCode: true });
    const { publish, sleeps } = await connected();
    const receipt = await publish.publish(command("large.hyper"), signal);
    expect(receipt).toMatchObject({ how: "chunked", chunks: 9, bytes: 250_000 });
    expect(receipt.jobId).not.toBeNull();
    expect(sleeps).toEqual([500, 700, 980, 1372, 1921]);
    await publish.download(receipt, join(directory, "back"), signal);
    expect((await readFile(join(directory, "back"))).equals(content)).toBe(true);
    expect(await operations()).toMatchObject({ "fileUploads.create": 1, "fileUploads.append": 9, "jobs.get": 6 });
  });

  test("goes on asking after a job that its own server does not know yet, for ten seconds", async () => {
    await hyperFile("large.hyper", 120_000);
    const dial = { fault: "error", status: 404, code: "404027", route: "GET /jobs" } as const;
    await server.dial({ ...dial, times: 2 });
    const { publish, sleeps } = await connected();
    expect(await publish.publish(command("large.hyper"), signal)).toMatchObject({ how: "chunked" });
    expect(sleeps).toEqual([500, 700]);
    await server.dial({ ...dial, times: null });
    await expect(publish.publish(command("large.hyper"), signal)).rejects.toMatchObject({ code: "HUB-5104" });
    await server.undial();
  });

  test("begins a new upload when a chunk's answer is lost, so that no chunk is there twice", async () => {
    const content = await hyperFile("large.hyper", 120_000);
    await server.dial({ fault: "lost-answer", route: "PUT /fileUploads", status: 502 });
    const { publish } = await connected();
    const receipt = await publish.publish(command("large.hyper"), signal);
    expect(await operations()).toMatchObject({ "fileUploads.create": 2 });
    await publish.download(receipt, join(directory, "back"), signal);
    expect((await readFile(join(directory, "back"))).equals(content)).toBe(true);
  });

  test("does not commit twice what landed unheard", async () => {
    await hyperFile("large.hyper", 120_000);
    await server.dial({ fault: "lost-answer", route: "POST /datasources", status: 504 });
    const { publish } = await connected();
    const receipt = await publish.publish(command("large.hyper"), signal);
    expect(receipt.how).toBe("chunked");
    expect(await operations()).toMatchObject({ "datasources.publish": 1, "fileUploads.create": 1 });
  });

  test("tells a failed job with HUB-5109 and leaves what was published", async () => {
    const good = await hyperFile("good.hyper", 5000);
    await hyperFile("large.hyper", 120_000);
    const { publish } = await connected();
    const receipt = await publish.publish(command("good.hyper"), signal);
    await server.control("/settings", { failJobs: 1 });
    await expect(publish.publish(command("large.hyper"), signal)).rejects.toMatchObject({ code: "HUB-5109" });
    await publish.download(receipt, join(directory, "back"), signal);
    expect((await readFile(join(directory, "back"))).equals(good)).toBe(true);
  });

  test("gives a job up at its deadline with HUB-5110", async () => {
    await hyperFile("large.hyper", 120_000);
    await server.control("/settings", { pollsUntilDone: 1000 });
    const { publish, sleeps } = await connected({ ...SMALL, jobTimeoutMinutes: 30 });
    await expect(publish.publish(command("large.hyper"), signal)).rejects.toMatchObject({ code: "HUB-5110" });
    expect(Math.max(...sleeps)).toBe(30_000);
    const waited = sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThanOrEqual(30 * 60_000);
    expect(waited).toBeLessThan(31 * 60_000);
  });

  test("stops when told to", async () => {
    await hyperFile("large.hyper", 120_000);
    await server.control("/settings", { pollsUntilDone: 1000 });
    const controller = new AbortController();
    const { publish } = await connected(SMALL, () => {
      controller.abort(new Error("enough"));
      return Promise.resolve();
    });
    await expect(publish.publish(command("large.hyper"), controller.signal)).rejects.toThrow("enough");
  });
});

describe("a connection", () => {
  test("says who it is and closes quietly though somebody ended its login", async () => {
    const { connection, logged } = await connectTo(server.description);
    expect(await connection.identify(signal)).toMatchObject({
      tenantName: "TechFlow",
      userName: "hub@techflow.example",
      apiVersion: "3.29",
    });
    await server.control("/lose-session", {});
    await connection.close();
    expect(logged).toEqual([]);
  });

  test("shares one sign-in among calls made at the same time", async () => {
    const { connection } = await connected();
    await Promise.all([connection.identify(signal), connection.identify(signal), connection.identify(signal)]);
    expect(await operations()).toMatchObject({ "auth.signIn": 1, serverInfo: 1 });
    expect(connection.calls()).toBe(8);
  });

  test("leaves no half-fetched file when the content is gone", async () => {
    await hyperFile("one.hyper", 1000);
    const { publish } = await connected();
    const receipt = await publish.publish(command("one.hyper"), signal);
    const elsewhere = { ...receipt, id: receipt.id.replace(/^./u, "x") };
    await expect(publish.download(elsewhere, join(directory, "back"), signal)).rejects.toMatchObject({
      code: "HUB-5104",
    });
    expect(await readdir(directory)).toEqual(["one.hyper"]);
  });
});
