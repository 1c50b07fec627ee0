/** An app of the account: who its OAuth tokens belong to. */
export interface App {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs the calls of webhooks that the app's tokens created. */
  readonly signingSecret: string;
}

/** The app every sandbox has installed; nothing of it is secret. */
export const SANDBOX_APP: App = {
  id: "10000001",
  clientId: "sandbox-monday-client",
  clientSecret: "sandbox-monday-client-secret",
  signingSecret: "sandbox-monday-signing-secret",
};

const READ_SCOPES: Readonly<Record<string, string>> = {
  me: "me:read",
  account: "account:read",
  users: "users:read",
  teams: "teams:read",
  workspaces: "workspaces:read",
  updates: "updates:read",
  replies: "updates:read",
  tags: "tags:read",
  assets: "assets:read",
  webhooks: "webhooks:read",
  docs: "docs:read",
};
const WRITE_SCOPES: Readonly<Record<string, string>> = {
  create_webhook: "webhooks:write",
  delete_webhook: "webhooks:write",
  create_notification: "notifications:write",
  create_team: "teams:write",
  delete_team: "teams:write",
  add_users_to_team: "teams:write",
  remove_users_from_team: "teams:write",
  activate_users: "users:write",
  deactivate_users: "users:write",
};
const FREE = new Set(["version", "versions", "complexity", "platform_api", "get_column_type_schema", "job_status"]);

/** The scope a root field needs, null when every token may ask it (reference monday.md §11). */
export function scopeOf(root: "Query" | "Mutation", field: string): string | null {
  if (FREE.has(field)) return null;
  if (root === "Query") return READ_SCOPES[field] ?? "boards:read";
  if (/update$|_to_top$|_updates$|_to_update$/u.test(field)) return "updates:write";
  if (/_doc(?:$|_)/u.test(field)) return "docs:write";
  if (field.endsWith("workspace")) return "workspaces:write";
  return WRITE_SCOPES[field] ?? "boards:write";
}
