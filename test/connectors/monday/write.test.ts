import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { isUnknown } from "../../../src/connectors/kit/index.ts";
import type { WriteFace } from "../../../src/connectors/kit/index.ts";
import type { HubError } from "../../../src/model/index.ts";
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

  test("creates an item in the board and group that `create_from` names, for a person by address", async () => {
    const command = {
      stream: "items",
      marker: "hub:80",
      template: "Roadmap/Doing",
      fields: {
        name: "Feature",
        Owner: { person: "ann@example.test" },
        Tier: "gold",
        Span: ["2026-01-01", "2026-01-05"],
      },
    };
    const { id, complete } = await write.create(command, signal);
    expect(complete).toBe(true);
    await hub.cycle();
    expect(hub.content("items", id)).toMatchObject({ group: { id: "second" } });
    expect(hub.entity(id).fields["Owner"]).toEqual({ person: "102" });
    await expect(write.create({ ...command, template: "Roadmap/Nowhere" }, signal)).rejects.toMatchObject({
      code: "HUB-1516",
    });
    await expect(write.create({ ...command, fields: { name: "F", Tier: "Bronze" } }, signal)).rejects.toMatchObject({
      code: "HUB-1516",
    });
  });

  test("gives work to nobody who has left: HUB-1250 before anything is changed", async () => {
    const command = { stream: "items", id: "70001", idempotencyKey: "k" };
    for (const person of ["103", "bob@example.test", "who@example.test"]) {
      await expect(write.update({ ...command, fields: { Owner: { person } } }, signal)).rejects.toMatchObject({
        code: "HUB-1250",
        place: { path: "Owner" },
      });
    }
  });

  test("creates anew under the same marker once a refused command was corrected", async () => {
    const command = { stream: "items", marker: "hub:81", parent: "7", fields: { name: "Feature", Approved: true } };
    await server.dial({ fault: "error-in-200", route: "mutation create_item", code: "ColumnValueException" });
    const failure: unknown = await write.create(command, signal).catch((error: unknown) => error);
    expect([(failure as HubError).code, isUnknown(failure)]).toEqual(["HUB-1512", false]);
    const { id } = await write.create({ ...command, fields: { name: "Feature" } }, signal);
    expect(await write.find("items", "hub:81", signal)).toMatchObject([{ id }]);
  });

  test("archives an item with an update that says why, once however often it is asked to, and finds it no more", async () => {
    const made = await write.create({ stream: "items", marker: "hub:82", parent: "7", fields: { name: "F" } }, signal);
    const command = { stream: "items", id: made.id, tag: "Taken back <by plan 7>", idempotencyKey: "u" };
    await server.dial({ fault: "error-in-200", route: "mutation archive_item", code: "USER_UNAUTHORIZED" });
    await expect(write.retire(command, signal)).rejects.toMatchObject({ code: "HUB-1502" });
    await write.retire({ ...command, idempotencyKey: "u2" }, signal);
    await write.retire({ ...command, idempotencyKey: "u3" }, signal);
    const { items } = await server.data<{ items: unknown[] }>(
      "query ($ids: [ID!]) { items(ids: $ids) { state updates { text_body } } }",
      { ids: [made.id] },
    );
    expect(items).toEqual([{ state: "archived", updates: [{ text_body: expect.stringContaining("by plan 7") }] }]);
    expect(await write.find("items", "hub:82", signal)).toEqual([]);
    const change = write.update({ stream: "items", id: made.id, fields: { Effort: 1 }, idempotencyKey: "k" }, signal);
    await expect(change).rejects.toMatchObject({ code: "HUB-1511", fate: "stale" });
  });

  test("is not sure of a change whose answers are all lost, and looks before it sends it again", async () => {
    const command = { stream: "items", id: "70001", fields: { Effort: 8 }, idempotencyKey: "k" };
    await server.dial({ fault: "lost-answer", route: "mutation change_multiple_column_values" });
    expect((await write.update(command, signal)).complete).toBe(true);
    await server.dial({ fault: "html", route: "mutation change_multiple_column_values", times: 9 });
    const failure: unknown = await write
      .update({ ...command, fields: { Effort: 9 }, idempotencyKey: "k2" }, signal)
      .catch((error: unknown) => error);
    expect([(failure as HubError).code, isUnknown(failure)]).toEqual(["HUB-1505", true]);
  });

  test("knows that what a locked board refuses was not done", async () => {
    await server.dial({ fault: "error", route: "mutation change_multiple_column_values", status: 423, times: 99 });
    const command = { stream: "items", id: "70001", fields: { Effort: 8 }, idempotencyKey: "k" };
    const failure: unknown = await write.update(command, signal).catch((error: unknown) => error);
    expect([(failure as HubError).code, isUnknown(failure)]).toEqual(["HUB-1505", false]);
  });
});
