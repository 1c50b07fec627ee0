import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { WriteFace } from "../../../src/connectors/kit/index.ts";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { recordsAgain } from "../../support/reread.ts";

let server: MondayServer;
let hub: MondayHub;
let write: WriteFace;
const { signal } = new AbortController();
beforeEach(async () => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap")]));
  hub = await mondayHub(server, ["Status", "Effort", "Owner", "Due", "Reference"], { marker: "Reference" });
  await hub.cycle();
  if (hub.connection.write === undefined) throw new Error("The connection does not write.");
  ({ write } = hub.connection);
});
afterEach(() => server.stop());

describe("writing to monday.com", () => {
  test("sets fields by their titles and reads them back", async () => {
    const receipt = await write.update(
      {
        stream: "items",
        id: "70001",
        fields: {
          Status: "done",
          Effort: 5,
          Owner: { person: "101" },
          Due: { day: "2026-12-01" },
          group: "Doing",
          name: "New name",
        },
        idempotencyKey: "op-1",
      },
      signal,
    );
    expect(receipt).toMatchObject({ id: "70001", at: Date.UTC(2026, 10, 23, 9) });
    const records = await recordsAgain(hub.connection, "items", ["70001"], hub.context());
    expect(records.filter(({ stream }) => stream === "items")).toMatchObject([
      { id: "70001", content: { name: "New name", group: { id: "second" } } },
    ]);
    await hub.cycle();
    expect(hub.entity("70001").fields).toMatchObject({
      Status: { option: "1", name: "Done" },
      Effort: 5,
      Owner: { person: "101" },
      Due: "2026-12-01",
    });
  });

  test("refuses to write over a change made since the plan", async () => {
    const command = { stream: "items", id: "70001", fields: { Effort: 5 }, idempotencyKey: "op-2" };
    const planned = Date.UTC(2026, 0, 5, 8);
    await expect(write.update({ ...command, unmodifiedSince: planned }, signal)).rejects.toMatchObject({
      code: "HUB-1511",
    });
  });

  test("creates an item once per marker and finds it again", async () => {
    const command = {
      stream: "items",
      marker: "hub-77",
      fields: { name: "Feature", Status: "Stuck" },
      parent: "roadmap",
    };
    expect(await write.find("items", "hub-77", signal)).toEqual([]);
    const first = await write.create(command, signal);
    const again = await write.create(command, signal);
    expect(again.id).toBe(first.id);
    expect(await write.find("items", "hub-77", signal)).toMatchObject([{ id: first.id }]);
  });

  test("creates one item although the answer is lost: it is asked for again under the same key", async () => {
    await server.dial({ fault: "lost-answer", route: "mutation create_item" });
    const command = { stream: "items", marker: "hub-78", fields: { name: "Once" }, parent: "roadmap" };
    const { id } = await write.create(command, signal);
    await hub.cycle();
    expect(hub.live("items")).toEqual([id, "70001", "70002"]);
  });

  test("refuses a label or field the board does not have without asking monday.com to change anything", async () => {
    await server.control("DELETE", "/calls");
    const update = (fields: Record<string, string>): Promise<unknown> =>
      write.update({ stream: "items", id: "70001", fields, idempotencyKey: "op-3" }, signal);
    await expect(update({ Status: "Nope" })).rejects.toMatchObject({ code: "HUB-1516" });
    await expect(update({ Colour: "red" })).rejects.toMatchObject({ code: "HUB-1516" });
    expect(await server.control("GET", "/calls")).toEqual({ total: 2, byOperation: { items: 2 } });
  });
});
