import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { activityRecords } from "../../../src/connectors/monday/item-records.ts";
import { monday } from "../../../src/connectors/monday/index.ts";
import type { OwnDial } from "../../support/dialled-system.ts";
import { mondayHub } from "../../support/monday-hub.ts";
import type { MondayHub } from "../../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { nock } from "../../support/nock.ts";

let server: MondayServer;
let hub: MondayHub;
const { signal } = new AbortController();
beforeEach(async () => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 2, "Roadmap")]));
  hub = await mondayHub(server, ["Status", "Due", "Reference"], { marker: "Reference" });
});
afterEach(() => server.stop());

const expired: OwnDial = { fault: "error-in-200", code: "CursorException", message: "CursorExpiredError: refresh" };

/** A connection to a monday.com that gives this one answer. */
async function answering(body: object): Promise<MondayHub> {
  nock("https://api.monday.com").post("/v2").reply(200, body, { "api-version": "2026-10" });
  return mondayHub({ ...server, endpoint: "https://api.monday.com/v2" }, []);
}

describe("what monday.com refuses", () => {
  test.each<[string, OwnDial, string, string, number]>([
    ["429", { fault: "throttle" }, "HUB-1503", "retry-now", 9],
    ["a block", { fault: "error-in-200", code: "API_TEMPORARILY_BLOCKED" }, "HUB-1503", "retry-now", 9],
    ["500", { fault: "error", status: 500 }, "HUB-1505", "retry-now", 4],
    ["a cursor's end", expired, "HUB-1506", "stop-stream", 0],
  ])("%s for good is told with a code", async (_name, dial, code, disposition, waits) => {
    await server.dial({ ...dial, times: null });
    await expect(hub.connection.identify(signal)).rejects.toMatchObject({
      code,
      disposition,
      place: { system: "monday", request: expect.stringMatching(/\w/u) },
      remedy: expect.stringMatching(/\w/u),
    });
    expect(hub.waits).toHaveLength(waits);
  });

  test("a query its schema does not know is told with HUB-1507 in monday.com's own words", async () => {
    const away = await answering({ errors: [{ message: 'Cannot query field "kind" on type "User".' }] });
    await expect(away.connection.identify(signal)).rejects.toMatchObject({
      code: "HUB-1507",
      disposition: "stop-stream",
      message: expect.stringContaining('Cannot query field "kind"'),
    });
  });

  test("an answer of another shape is told with HUB-1508 and the place in it", async () => {
    const away = await answering({ data: { me: { id: {} } } });
    await expect(away.connection.identify(signal)).rejects.toMatchObject({
      code: "HUB-1508",
      disposition: "stop-stream",
      message: expect.stringContaining("me.id"),
    });
  });

  test("access to a board taken away after it was listed is told with HUB-1502, and ends nothing", async () => {
    await hub.cycle();
    await server.control("POST", "/visibility", { boardId: "7", hidden: true });
    await expect(hub.crash("items", "7", 99)).rejects.toMatchObject({
      code: "HUB-1502",
      disposition: "stop-stream",
      place: { stream: "items", partition: "7" },
    });
    expect(hub.live("items")).toEqual(["70001", "70002"]);
  });

  test("a board whose cursors expire over and over ends the stream with HUB-1510", async () => {
    await hub.cycle();
    await server.dial({ ...expired, times: null });
    await expect(hub.crash("items", "7", 99)).rejects.toMatchObject({
      code: "HUB-1510",
      disposition: "stop-stream",
      place: { stream: "items", partition: "7" },
    });
  });

  test("a day that is in no calendar is told with HUB-1512 and changes nothing", async () => {
    await hub.cycle();
    const before = hub.entity("70001").fields;
    const command = { stream: "items", id: "70001", fields: { Due: { day: "next week" } }, idempotencyKey: "op-1" };
    await expect(hub.connection.write?.update(command, signal)).rejects.toMatchObject({
      code: "HUB-1512",
      disposition: "skip-record",
    });
    await hub.cycle();
    expect(hub.entity("70001").fields).toEqual(before);
  });
});

describe("what the hub refuses to do with monday.com", () => {
  test("creating without a place for the marker is HUB-1513", async () => {
    const unmarked = await mondayHub(server, [], { marker: "Nowhere" });
    const command = { stream: "items", marker: "hub:1", parent: "7", fields: { name: "New" } };
    expect(await unmarked.connection.write?.find("items", "hub:1", signal)).toEqual([]);
    await expect(unmarked.connection.write?.create(command, signal)).rejects.toMatchObject({
      code: "HUB-1513",
      disposition: "operator",
    });
  });

  test("a row of the log without JSON is rejected with HUB-1514, and the rest is read", () => {
    const row = { event: "update_column_value", entity: "pulse", user_id: "1", created_at: "17640000000000000" };
    const { records, rejects } = activityRecords(
      [
        { ...row, id: "a", data: "no JSON" },
        { ...row, id: "b", data: '{"pulse_id": 5}' },
      ],
      new Set(),
    );
    expect(rejects).toMatchObject([
      { stream: "activity_logs", id: "a", problem: { code: "HUB-1514", place: { record: "a" } } },
    ]);
    expect(records).toMatchObject([{ id: "b", member: { stream: "items", id: "5" } }]);
  });

  test("mapping a board is HUB-1515", () => {
    const normalise = monday.normaliser({
      system: "monday",
      tenant: "9001",
      settings: monday.settings.parse({}),
      references: {},
    });
    const entity = { system: "monday", tenant: "9001", id: "7", content: {}, members: [], tombstone: null };
    expect(() => normalise({ ...entity, stream: "boards", firstSeenAt: 0 })).toThrow(
      expect.objectContaining({ code: "HUB-1515", disposition: "skip-record" }),
    );
  });

  test("describing a stream there is none of is HUB-1517 and names those there are", async () => {
    await expect(hub.connection.describe("updates", signal)).rejects.toMatchObject({
      code: "HUB-1517",
      remedy: expect.stringContaining("items"),
    });
  });
});
