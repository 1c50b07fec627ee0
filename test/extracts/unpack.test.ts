import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { unwrapExtract } from "../../src/extracts/documents/index.ts";
import { packageOf } from "../../src/sandbox/tableau/content/package.ts";

let directory: string;
let packed: Buffer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-unpack-"));
  packed = Buffer.from(await packageOf("kpi.hyper", Buffer.from("Hyper and rows ".repeat(1000))));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const unpack = async (bytes: Buffer) => {
  const file = join(directory, "given.tdsx");
  await writeFile(file, bytes);
  await unwrapExtract(file);
  expect(await readdir(directory)).toEqual(["given.tdsx"]);
  return readFile(file, "latin1");
};

describe("a package", () => {
  test("gives its extract, and an extract that is in none stays as it is", async () => {
    const extract = "Hyper and rows ".repeat(1000);
    expect(await unpack(packed)).toBe(extract);
    expect(await unpack(Buffer.from(extract))).toBe(extract);
  });

  test.each([
    ["cut off", () => packed.subarray(0, packed.length - 30)],
    ["without an extract", () => Buffer.from(packed.toString("latin1").replaceAll("kpi.hyper", "kpi.other"), "latin1")],
    ["damaged", () => Buffer.from(packed).fill(0x55, 320, 330)],
  ])("is refused with HUB-5116 when it is %s", async (_what, bytes) => {
    await expect(unpack(bytes())).rejects.toMatchObject({ code: "HUB-5116" });
  });
});
