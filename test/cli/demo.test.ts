import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { cycleDocument } from "../../src/cli/documents/cycle.ts";
import { engineForTests } from "../extracts/hyper/test-engine.ts";
import { misfits } from "../support/documents.ts";
import { ROOT } from "../support/e2e.ts";

jest.setTimeout(60_000);

const engine = await engineForTests();
const withEngine = engine === undefined ? describe.skip : describe;
let directory: string;

/** A folder of somebody who has pointed the hub at real systems. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-demo-"));
  await symlink(join(ROOT, "config"), join(directory, "config"));
  await mkdir(join(directory, "out"));
  await writeFile(join(directory, "out", "notes.txt"), "mine");
  await writeFile(
    join(directory, ".env"),
    Object.entries(NONSENSE)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Where a hub that read these would fail to sign in, or stop. */
const NONSENSE = {
  SALESFORCE_PROD_BASE_URL: "http://127.0.0.1:1",
  SALESFORCE_PROD_CLIENT_ID: "nobody",
  SALESFORCE_PROD_CLIENT_SECRET: "nothing",
  ASANA_MAIN_TOKEN: "nothing",
  ASANA_MAIN_BASE_URL: "http://127.0.0.1:1",
  MONDAY_PRODUCT_TOKEN: "nothing",
  MONDAY_PRODUCT_ENDPOINT: "http://127.0.0.1:1",
  TABLEAU_CLOUD_BASE_URL: "http://127.0.0.1:1",
  TABLEAU_CLOUD_TOKEN_SECRET: "nothing",
  HUB_PSEUDONYM_KEY: "another key",
};

async function demo(): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const words = ["demo", "--json", "--seed", "7", "--scale", "0.02", "--out", "out"];
  const child = spawn(process.execPath, ["--", join(ROOT, "bin", "hub.js"), ...words], {
    cwd: directory,
    env: { PATH: process.env["PATH"], ...NONSENSE, HUB_HYPERD: engine },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

withEngine("hub demo --json", () => {
  let first: Awaited<ReturnType<typeof demo>>;

  test("prints one document that fits its schema and reads nobody's environment", async () => {
    first = await demo();
    expect({ code: first.code, err: first.code === 0 ? "" : first.err }).toEqual({ code: 0, err: "" });
    expect(first.out.trimEnd().split("\n")).toHaveLength(1);
    const document: unknown = JSON.parse(first.out);
    expect(misfits("demo", document)).toEqual([]);
    const { complete, publish, handoffs, kpis } = cycleDocument.parse(document);
    expect(complete).toBe(true);
    expect(publish.published.length).toBeGreaterThan(0);
    expect(publish.published.every(({ checked }) => checked === "content")).toBe(true);
    expect(handoffs.length).toBeGreaterThan(0);
    expect(kpis.length).toBeGreaterThan(0);
    expect(publish.files.every(({ path }) => path.startsWith(directory))).toBe(true);
  });

  test("says the same in the same folder again and leaves what others put there", async () => {
    const second = await demo();
    expect(second.code).toBe(0);
    expect(comparable(second.out)).toEqual(comparable(first.out));
    expect(await readFile(join(directory, "out", "notes.txt"), "utf8")).toBe("mine");
  });
});

/**
 * Without the ports, without the seconds that the systems' clock went on (it runs on from the as-of), and without the
 * sizes of compressed files: addresses inside them carry the ports.
 */
function comparable(text: string): unknown {
  const same = text
    .replaceAll(/127\.0\.0\.1:\d+/gu, "127.0.0.1")
    .replaceAll(/"(bytes|bytesSent)":\d+/gu, '"$1":0')
    .replaceAll(/2026-11-02T1[01]:\d\d:\d\d\.\d{3}Z/gu, "2026-11-02T11:00:00.000Z");
  return JSON.parse(same);
}
