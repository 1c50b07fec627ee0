import type { JsonObject } from "../../../src/model/index.ts";

/** What the changes of a monday.com world can use. */
export interface Account {
  /** A GraphQL call as a user (negative: an automation), past limits and faults; its `data`. */
  readonly ask: (query: string, variables?: object, asUserId?: string) => Promise<JsonObject>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Boards in sight. */
  readonly boards: () => Promise<readonly string[]>;
  /** Active items of a board, or of all boards in sight, by id. */
  readonly items: (board?: string) => Promise<readonly JsonObject[]>;
  /** Archived or deleted. */
  readonly gone: Map<string, "archived" | "deleted">;
}
