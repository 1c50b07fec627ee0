import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openStore } from "../../src/store/index.ts";
import { fixedClock } from "../support/store.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-store-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (url: string) => (): unknown => openStore(url, fixedClock);

describe("opening a store", () => {
  test("of a file that is no store is refused with HUB-3001, naming it and leaving it as it is", async () => {
    const file = join(directory, "notes.txt");
    await writeFile(file, "not a database, but quite long enough to be taken for one at first sight\n".repeat(20));
    expect(open(file)).toThrow(expect.objectContaining({ code: "HUB-3001", place: { file } }));
  });

  test("that a newer program wrote is refused with HUB-3004", async () => {
    const file = join(directory, "newer.sqlite");
    await openStore(file, fixedClock).close();
    const database = new DatabaseSync(file);
    database.exec("pragma user_version = 9999");
    database.close();
    expect(open(file)).toThrow(expect.objectContaining({ code: "HUB-3004", disposition: "stop-run" }));
  });

  test("of a kind that is not offered is refused with HUB-3005", () => {
    expect(open("mysql://localhost/hub")).toThrow(
      expect.objectContaining({ code: "HUB-3005", disposition: "operator" }),
    );
  });
});
