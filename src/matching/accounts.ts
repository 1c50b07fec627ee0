import { isJsonObject } from "../model/index.ts";
import type { Json, JsonObject } from "../model/index.ts";

/** One user or queue of one system, as far as finding the person behind it needs. */
export interface UserAccount {
  readonly connection: string;
  readonly system: string;
  readonly tenant: string;
  /** The system's own id. */
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly username: string | null;
  /** Null when the system does not say. */
  readonly active: boolean | null;
  readonly queue: boolean;
}

/** The streams in which systems keep users and queues. */
export function holdsAccounts(stream: string): boolean {
  return /^(users?|groups?)$/iu.test(stream);
}

/**
 * Reads a user or queue from a record by the names systems give these fields (`Email`, `email`; `IsActive`, `enabled`);
 * null for a group that owns nothing (Salesforce `Group` of a type other than Queue).
 */
export function readAccount(
  of: { readonly connection: string; readonly system: string; readonly tenant: string },
  record: { readonly stream: string; readonly id: string; readonly content: JsonObject },
): UserAccount | null {
  const fields = new Map(Object.entries(record.content).map(([name, value]) => [name.toLowerCase(), value]));
  const group = /^groups?$/iu.test(record.stream);
  if (group && text(fields.get("type")) !== "Queue") return null;
  return {
    ...of,
    id: record.id,
    name: text(fields.get("name")),
    email: text(fields.get("email")),
    username: text(fields.get("username")),
    active: flag(fields.get("isactive") ?? fields.get("enabled") ?? fields.get("is_active")),
    queue: group,
  };
}

function text(value: Json | undefined): string | null {
  if (isJsonObject(value) || typeof value !== "string") return null;
  const trimmed = value.trim();
  return trimmed === "" ? null : trimmed;
}

function flag(value: Json | undefined): boolean | null {
  return typeof value === "boolean" ? value : null;
}
