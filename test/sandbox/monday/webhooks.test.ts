import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { webhookSink } from "../../support/webhook-sink.ts";
import type { WebhookSink } from "../../support/webhook-sink.ts";

let monday: MondayServer;
let sink: WebhookSink;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 2)]));
  sink = await webhookSink();
});
afterEach(async () => {
  await monday.stop();
  await sink.stop();
});

const register = (event: string, config: object | null = null, headers: Record<string, string> = {}) =>
  monday.call(
    "mutation ($url: String!, $event: WebhookEventType!, $config: JSON) { create_webhook(board_id: 7, url: $url, event: $event, config: $config) { id board_id event config } }",
    { url: sink.url, event, config: config === null ? null : JSON.stringify(config) },
    headers,
  );
const pump = (): Promise<unknown> => monday.control("POST", "/pump", {});
const events = (): Record<string, unknown>[] => sink.heard.map(({ body }) => body["event"] as Record<string, unknown>);
const change = (label: string): Promise<unknown> =>
  monday.data(
    'mutation ($label: String) { change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: $label) { id } }',
    { label },
  );

describe("webhooks of the stand-in for monday.com", () => {
  test("are registered only at an address that echoes the challenge", async () => {
    sink.echo = false;
    const refused = await register("create_item");
    expect(refused.body).toMatchObject({
      data: { create_webhook: null },
      errors: [{ message: "Internal server error" }],
    });
    sink.echo = true;
    const { body } = await register("create_item");
    expect(body.data).toMatchObject({ create_webhook: { board_id: "7", event: "create_item", config: null } });
    expect(await monday.data("{ webhooks(board_id: 7) { event } }")).toEqual({ webhooks: [{ event: "create_item" }] });
  });

  test("tell of a status change with both values, as the log does, under the internal name", async () => {
    await register("change_status_column_value", { columnId: "status", columnValue: { index: 1 } });
    await change("Stuck");
    await change("Done");
    await pump();
    expect(events()).toMatchObject([
      {
        app: "monday",
        type: "update_column_value",
        boardId: 7,
        pulseId: 70001,
        columnId: "status",
        columnType: "color",
        value: { label: { index: 1, text: "Done" } },
        previousValue: { label: { index: 2, text: "Stuck" } },
        userId: 101,
        isRetry: false,
      },
    ]);
    expect(events()[0]?.["authorization"]).toBeUndefined();
  });

  test("tell of every kind of change on the board and, on the parent's registration, of its subitems", async () => {
    for (const event of ["create_item", "item_archived", "item_restored", "item_moved_to_any_group", "change_name"]) {
      await register(event);
    }
    for (const event of ["create_update", "create_column", "create_subitem", "subitem_deleted"]) await register(event);
    await monday.data('mutation { create_item(board_id: 7, item_name: "New") { id } }');
    await monday.data(
      'mutation { a: move_item_to_group(item_id: 70001, group_id: "second") { id } b: change_simple_column_value(board_id: 7, item_id: 70001, column_id: "name", value: "Renamed") { id } }',
    );
    await monday.data("mutation { archive_item(item_id: 70001) { id } }");
    await monday.control("POST", "/restore", { itemId: "70001" });
    await monday.data(
      'mutation { a: create_update(item_id: 70001, body: "Hi") { id } b: create_column(board_id: 7, title: "More", column_type: text) { id } }',
    );
    const made = await monday.data<{ create_subitem: { id: string; board: { id: string } } }>(
      'mutation { create_subitem(parent_item_id: 70001, item_name: "Sub") { id board { id } } }',
    );
    await monday.data(`mutation { delete_item(item_id: ${made.create_subitem.id}) { id } }`);
    await pump();
    const told = events();
    expect(told.map((event) => event["type"])).toEqual([
      "create_pulse",
      "move_pulse_into_group",
      "update_name",
      "archive_pulse",
      "restore_pulse",
      "create_update",
      "create_column",
      "create_pulse",
      "delete_pulse",
    ]);
    expect(told[1]).toMatchObject({ pulseId: 70001, sourceGroupId: "topics", destGroupId: "second" });
    expect(told[3]).toMatchObject({ itemId: 70001, itemName: "Renamed" });
    expect(told[3]).not.toHaveProperty("pulseId");
    expect(told[7]).toMatchObject({
      boardId: Number(made.create_subitem.board.id),
      parentItemId: "70001",
      parentItemBoardId: "7",
    });
    expect(told[8]).toMatchObject({ parentItemId: 70001, parentBoardId: 7 });
  });

  test("are tried again once a minute for half an hour, marked as such", async () => {
    await register("change_column_value");
    sink.status = 500;
    await change("Done");
    await pump();
    expect(events().map((event) => event["isRetry"])).toEqual([false]);
    monday.clock.advance(59_000);
    await pump();
    expect(events()).toHaveLength(1);
    monday.clock.advance(1_000);
    await pump();
    expect(events().map((event) => event["isRetry"])).toEqual([false, true]);
    expect(events()[1]?.["triggerUuid"]).toBe(events()[0]?.["triggerUuid"]);
    monday.clock.advance(40 * 60_000);
    expect(await pump()).toMatchObject({ waiting: 0, dropped: 1 });
    expect(events()).toHaveLength(31);
  });

  test("carry a JWT of the signing secret when an app's token made them", async () => {
    await monday.control("POST", "/app-tokens", {
      token: "app",
      userId: "101",
      scopes: ["boards:read", "webhooks:write"],
    });
    await register("change_column_value", null, { authorization: "app" });
    await change("Done");
    await pump();
    const [head = "", body = "", signature] = sink.heard[0]?.authorization?.split(".") ?? [];
    const made = createHmac("sha256", "sandbox-monday-signing-secret").update(`${head}.${body}`).digest("base64url");
    expect(signature).toBe(made);
    expect(JSON.parse(Buffer.from(body, "base64url").toString("utf8"))).toMatchObject({
      accountId: 9001,
      userId: 101,
      aud: sink.url,
      exp: Date.UTC(2026, 10, 23, 9, 5) / 1000,
    });
  });
});
