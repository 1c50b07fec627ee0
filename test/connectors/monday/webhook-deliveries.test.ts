import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { receiveMonday } from "../../../src/connectors/monday/webhooks.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";
import { startReceiving } from "../../support/webhook-receiver.ts";
import type { ReceivingServer } from "../../support/webhook-receiver.ts";

const SECRET = "an-unguessable-part-of-the-address";
let server: MondayServer;
let hub: ReceivingServer;
beforeEach(async () => {
  server = await startMonday(mondaySeed([mondayBoardSeed("7", 3)]));
  hub = await startReceiving(receiveMonday, { secrets: [SECRET], expected: true, now: server.clock.now() });
});
afterEach(async () => {
  await server.stop();
  await hub.close();
});

async function register(...events: readonly string[]): Promise<void> {
  for (const event of events)
    await server.data(
      "mutation ($url: String!, $event: WebhookEventType!) { create_webhook(board_id: 7, url: $url, event: $event) { id } }",
      { url: `${hub.origin}/hooks/monday?secret=${SECRET}`, event },
    );
  hub.hook = { ...hub.hook, expected: false };
}
const write = (query: string): Promise<unknown> => server.data(`mutation { ${query} }`);
const pump = (): Promise<unknown> => server.control("POST", "/pump", {});
const marked = (): string[] => [...new Set(hub.marks.map(({ stream, id }) => `${stream} ${id}`))].sort();

describe("deliveries of monday.com's webhooks", () => {
  test("begin with a challenge and mark the items of every kind of event", async () => {
    await register("change_column_value", "item_archived", "item_deleted", "item_moved_to_any_group", "change_name");
    await write('change_simple_column_value(board_id: 7, item_id: 70001, column_id: "status", value: "Done") { id }');
    await write("archive_item(item_id: 70002) { id }");
    await write("delete_item(item_id: 70003) { id }");
    await write('move_item_to_group(item_id: 70001, group_id: "second") { id }');
    await pump();
    expect(hub.refused).toEqual([]);
    expect(marked()).toEqual(["items 70001", "items 70002", "items 70003"]);
    expect(new Set(hub.marks.map(({ delivery }) => delivery)).size).toBe(hub.marks.length);
  });

  test("mark subitems and the items they belong to", async () => {
    await register("create_subitem");
    const made = await server.data<{ create_subitem: { id: string } }>(
      'mutation { create_subitem(parent_item_id: 70001, item_name: "Part") { id } }',
    );
    await pump();
    expect(marked()).toEqual(["items 70001", `subitems ${made.create_subitem.id}`]);
  });

  test("of an app carry a token that is good for this very address, and for five minutes", async () => {
    const token = "app-token";
    await server.control("POST", "/app-tokens", {
      token,
      userId: "101",
      scopes: ["boards:read", "webhooks:read", "webhooks:write"],
    });
    const made = await server.call(
      "mutation ($url: String!) { create_webhook(board_id: 7, url: $url, event: item_archived) { id } }",
      { url: `${hub.origin}/hooks/monday` },
      { authorization: token },
    );
    expect(made.body.errors).toBeUndefined();
    hub.hook = { ...hub.hook, expected: false, secrets: ["sandbox-monday-signing-secret"] };
    await write("archive_item(item_id: 70002) { id }");
    await pump();
    expect(hub.refused).toEqual([]);
    expect(marked()).toEqual(["items 70002"]);
    hub.hook = { ...hub.hook, now: server.clock.now() + 10 * 60_000 };
    await write("archive_item(item_id: 70001) { id }");
    await pump();
    expect(marked()).toEqual(["items 70002"]);
    expect(hub.refused).toContainEqual(expect.objectContaining({ code: "HUB-1520" }));
  });

  test("are refused without the secret", async () => {
    await register("item_archived");
    hub.hook = { ...hub.hook, secrets: ["another"] };
    await write("archive_item(item_id: 70002) { id }");
    await pump();
    expect(hub.marks).toEqual([]);
    expect(hub.refused).toContainEqual(expect.objectContaining({ code: "HUB-1520" }));
  });
});
