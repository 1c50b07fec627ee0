import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { publishFile } from "./publishing-client.ts";
import { errorCode, idIn, signIn, startTableau } from "./server.ts";
import { BY_ID, row, rows, startUpdateWorld, TABLES } from "./update-world.ts";
import type { UpdateOptions, UpdateWorld } from "./update-world.ts";

const hyperd = await engineForTests();
const withEngine = hyperd === undefined ? describe.skip : describe;

let world: UpdateWorld;

withEngine("an update of data", () => {
  beforeAll(async () => {
    world = await startUpdateWorld(hyperd ?? "");
  });
  afterAll(() => world.stop());
  beforeEach(() => world.reset());
  afterEach(() =>
    world.server.control("/settings", { jobNotes: false, dataUpdates: true, updateBytes: 100 * 1024 ** 2 }),
  );

  test.each<[string, object, string, string]>([
    ["a table it does not have", { "target-table": "Other" }, row("d", 4), "errorCode=410012"],
    ["a payload without the table", { "source-table": "Other" }, row("d", 4), "errorCode=410012"],
    ["a column it does not have", {}, `${row("d", 4)}, true AS more`, "no column"],
    ["a column too few", {}, "SELECT 'd'::text AS id, 4::bigint AS n", "no column"],
    ["a column of another type", {}, row("d", 4).replace("::bigint", "::int"), "of type bigint"],
    ["a source whose key is not unique", {}, rows(row("d", 4), row("d", 5)), "not unique"],
    [
      "a condition on an unknown column",
      { condition: { ...BY_ID, "target-col": "no" } },
      row("d", 4),
      "no column &apos;no&apos;",
    ],
  ])("fails its job for %s and leaves the extract", async (_what, changes, payload, why) => {
    await world.server.control("/settings", { jobNotes: true });
    const action = { action: "upsert", ...TABLES, condition: BY_ID, ...changes };
    const { finishCode, notes } = await world.outcome([action], await world.bench.make({ Extract: payload }));
    expect(finishCode).toBe("1");
    expect(notes).toContain(why.replaceAll("&apos;", "'"));
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null"]);
  });

  test("fails its job for a delete whose source holds more than the condition names, and for too large a payload", async () => {
    const remove = { action: "delete", ...TABLES, condition: BY_ID };
    const payload = await world.bench.make({ Extract: row("a", 1) });
    expect(await world.outcome([remove], payload)).toMatchObject({ finishCode: "1" });
    await world.server.control("/settings", { updateBytes: 1000 });
    expect(await world.outcome([{ action: "insert", ...TABLES }], payload)).toMatchObject({ finishCode: "1" });
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null"]);
  });

  test("runs once for a RequestID within a day, whatever became of it", async () => {
    const insert = [{ action: "insert", ...TABLES }];
    const payload = await world.bench.make({ Extract: row("d", 4) });
    const idOf = async (response: Promise<Response>) => idIn(await (await response).text(), "job");
    const first = await idOf(world.patch(insert, { payload, requestId: "once" }));
    expect(await idOf(world.patch(insert, { payload, requestId: "once" }))).toBe(first);
    expect(await world.published()).toEqual(["a=1", "b=2", "c=null", "d=4"]);
    world.server.clock.advance(24 * 3_600_000);
    expect(await idOf(world.patch(insert, { payload, requestId: "once" }))).not.toBe(first);
    expect(await world.published()).toHaveLength(5);
  });

  test.each<[string, unknown, UpdateOptions, string]>([
    ["no RequestID", [{ action: "insert", ...TABLES }], { requestId: null }, "400000"],
    ["no actions", [], {}, "400000"],
    ["an action nobody knows", [{ action: "merge", ...TABLES }], {}, "400000"],
    ["an upsert without condition", [{ action: "upsert", ...TABLES }], {}, "400000"],
    ["an insert with one", [{ action: "insert", ...TABLES, condition: BY_ID }], {}, "400000"],
    ["a source table and no upload", [{ action: "insert", ...TABLES }], {}, "400000"],
    [
      "a delete by a source that it does not name",
      [{ action: "delete", "target-table": "Extract", condition: BY_ID }],
      {},
      "400000",
    ],
    ["a connection of something else", [{ action: "insert", ...TABLES }], { path: "/connections/none/data" }, "404000"],
  ])("is refused at once for %s", async (_what, actions, options, code) => {
    expect(errorCode(await (await world.patch(actions, options)).text())).toBe(code);
  });

  test("is refused where the feature is switched off", async () => {
    await world.server.control("/settings", { dataUpdates: false });
    expect(errorCode(await (await world.patch([{ action: "insert", ...TABLES }])).text())).toBe("403157");
  });
});

describe("an update of data without an engine", () => {
  test("is refused with a word on how to get one", async () => {
    const server = await startTableau({ hyperd: "" });
    try {
      const session = await signIn(server);
      const id = await publishFile(session, "kpi.hyper", Buffer.from("Hyper\r\n"));
      const refused = await (await session.call("PATCH", `/datasources/${id}/data`, { body: "{}" })).text();
      expect(errorCode(refused)).toBe("403157");
      expect(refused).toContain("HUB_HYPERD");
    } finally {
      await server.stop();
    }
  });
});
