import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { installHyper, writeHyperFile } from "../../../src/extracts/hyper/index.ts";
import type { HyperEngine, HyperTable } from "../../../src/extracts/hyper/index.ts";

let directory: string;
const path = process.env["PATH"];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hyper-refusals-"));
});
afterEach(async () => {
  process.env["PATH"] = path;
  await rm(directory, { recursive: true, force: true });
});

/** A stand-in for npm that leaves a lock file with another integrity than the one pinned. */
const NPM = `#!/bin/sh
mkdir -p node_modules/engine
echo '{"packages":{"node_modules/engine":{"integrity":"sha512-another"}}}' > node_modules/.package-lock.json
`;

test("an engine that is not the pinned one is not installed, with HUB-5004", async () => {
  const bin = await mkdtemp(join(tmpdir(), "hyper-npm-"));
  await writeFile(join(bin, "npm"), NPM);
  await chmod(join(bin, "npm"), 0o755);
  process.env["PATH"] = `${bin}${delimiter}${path ?? ""}`;
  const pin = { name: "engine", version: "1.0.0", integrity: "sha512-pinned", binary: "engine" };
  const { signal } = new AbortController();
  const kept = join(directory, "engines");
  try {
    await expect(installHyper({ directory: kept, environment: {}, signal, pin })).rejects.toMatchObject({
      code: "HUB-5004",
      disposition: "operator",
      message: expect.stringContaining("sha512-another"),
    });
    expect(await readdir(kept)).toEqual([]);
  } finally {
    await rm(bin, { recursive: true, force: true });
  }
});

test("a table that holds another number of rows than its source keeps the old file, with HUB-5013", async () => {
  const file = join(directory, "facts.hyper");
  await writeFile(file, "the last good one");
  const source = join(directory, "facts.parquet");
  const engine: HyperEngine = {
    connect: () =>
      Promise.resolve({
        query: (sql) => Promise.resolve(/count/iu.test(sql) ? [{ table: "0", source: "3", stored: "2" }] : []),
        close: () => Promise.resolve(),
      }),
    stop: () => Promise.resolve(),
  };
  const columns: HyperTable["columns"] = [{ name: "id", type: "text", nullable: false }];
  const written = writeHyperFile(engine, file, [{ schema: "Extract", name: "facts", columns, source }]);
  await expect(written).rejects.toMatchObject({ code: "HUB-5013", place: { file: source } });
  expect(await readdir(directory)).toEqual(["facts.hyper"]);
});
