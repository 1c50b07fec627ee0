import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findHyper, installHyper } from "../../../src/extracts/hyper/index.ts";

const LINUX = { system: "linux", architecture: "x64", glibc: true };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hyper-install-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe("finding the engine", () => {
  test("takes the one HUB_HYPERD names before any other", async () => {
    const named = join(directory, "engine");
    await writeFile(named, "");
    expect(await findHyper({ directory, environment: { HUB_HYPERD: named }, platform: LINUX })).toBe(named);
  });

  test("refuses a variable that names nothing, with HUB-5002", async () => {
    const environment = { HUB_HYPERD: join(directory, "missing") };
    await expect(findHyper({ directory, environment })).rejects.toMatchObject({ code: "HUB-5002" });
  });

  test("finds none where it is not installed or there is none for the platform", async () => {
    expect(await findHyper({ directory, environment: {}, platform: LINUX })).toBeUndefined();
    const musl = { ...LINUX, glibc: false };
    expect(await findHyper({ directory, environment: {}, platform: musl })).toBeUndefined();
  });
});

describe("installing the engine", () => {
  const signal = () => AbortSignal.timeout(60_000);

  test.each([
    ["another C library", { ...LINUX, glibc: false }],
    ["another architecture", { ...LINUX, architecture: "arm64" }],
  ])("refuses %s with HUB-5001", async (_what, platform) => {
    await expect(installHyper({ directory, environment: {}, platform, signal: signal() })).rejects.toMatchObject({
      code: "HUB-5001",
    });
  });

  test("leaves nothing behind when the package cannot be fetched, with HUB-5003 and no address in the text", async () => {
    const pin = { name: "process-hub-no-such-package", version: "0.0.0-none", integrity: "sha512-", binary: "x" };
    const before = process.env["npm_config_registry"];
    process.env["npm_config_registry"] = "http://127.0.0.1:9/";
    try {
      const attempt = installHyper({ directory, environment: {}, platform: LINUX, signal: signal(), pin });
      await expect(attempt).rejects.toMatchObject({
        code: "HUB-5003",
        message: expect.not.stringContaining("127.0.0.1"),
      });
    } finally {
      if (before === undefined) delete process.env["npm_config_registry"];
      else process.env["npm_config_registry"] = before;
    }
    expect(await readdir(directory)).toEqual([]);
  });
});
