import type { Hooks } from "../../acceptance/harness.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { BOARDS } from "./harness-seed.ts";

const SECRET = "an-unguessable-part-of-the-address";
const EVENTS = [
  "create_item",
  "change_column_value",
  "change_name",
  "item_archived",
  "item_deleted",
  "item_restored",
  "item_moved_to_any_group",
  "create_subitem",
];

/** Webhooks of a personal token, which are told apart by their address alone. */
export function mondayHooks(served: ServedSystem): Hooks {
  return {
    secrets: [SECRET],
    register: async (target) => {
      const { endpoint = "", token = "" } = served.description;
      for (const board of BOARDS) {
        for (const event of EVENTS) {
          await served.call(
            "POST",
            endpoint,
            { authorization: token, "api-version": "2026-10" },
            {
              query:
                "mutation ($board: ID!, $url: String!, $event: WebhookEventType!) { create_webhook(board_id: $board, url: $url, event: $event) { id } }",
              variables: { board, url: `${target}?secret=${SECRET}`, event },
            },
          );
        }
      }
    },
    deliver: async () => {
      await served.control("POST", "/pump", {});
    },
    forge: (request) => ({ ...request, url: request.url.replace(SECRET, "a-guess") }),
  };
}
