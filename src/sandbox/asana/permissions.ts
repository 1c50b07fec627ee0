import { ApiFault } from "./errors.ts";
import type { Credential } from "./auth.ts";
import type { View } from "./view.ts";

/** What the first segment of a path is called in scopes, where the two differ. */
const KINDS: Readonly<Record<string, string>> = {
  sections: "projects",
  events: "tasks",
  custom_field_settings: "custom_fields",
  enum_options: "custom_fields",
  user_task_lists: "tasks",
  status_updates: "stories",
  teams: "teams",
  typeahead: "workspaces",
};
/** Sub-resources with scopes of their own. */
const BELOW: Readonly<Record<string, string>> = {
  stories: "stories",
  tasks: "tasks",
  subtasks: "tasks",
  projects: "projects",
  custom_fields: "custom_fields",
  custom_field_settings: "custom_fields",
  users: "users",
  teams: "teams",
  tags: "tags",
};

/** Errors: 403 when a granular token lacks the scope of a route (reference asana.md §3). */
export function checkScope(credential: Credential, route: string): void {
  const { scopes } = credential;
  if (scopes === null) return;
  const [method = "", path = ""] = route.split(" ");
  const segments = path.split("/").filter((one) => one !== "" && !one.startsWith("{"));
  const [first = "", second = ""] = segments;
  if (first === "batch") return;
  const kind = BELOW[second] ?? KINDS[first] ?? first;
  const deed = method === "GET" ? "read" : method === "DELETE" ? "delete" : "write";
  const wanted = `${kind}:${deed}`;
  if (!scopes.has(wanted)) throw new ApiFault(403, `Forbidden: this token does not have the scope ${wanted}.`);
}

/** Routes that need a paid plan, by how their name begins, and what the service answers otherwise. */
const PAID: readonly (readonly [RegExp, string])[] = [
  [/^GET \/workspaces\/\{workspace_gid\}\/tasks\/search$/u, "Search is only available to premium users."],
  [/ \/(?:custom_fields|enum_options)(?:\/|$)/u, "Custom Fields are not available for free users or guests."],
  [/ \/workspaces\/\{workspace_gid\}\/custom_fields$/u, "Custom Fields are not available for free users or guests."],
  [
    / \/projects\/\{project_gid\}\/(?:custom_field_settings|addCustomFieldSetting|removeCustomFieldSetting)$/u,
    "Custom Field Settings are not available for free users.",
  ],
  [/ \/portfolios(?:\/|$)/u, "Portfolios are not available for free users."],
  [/ \/goals?(?:\/|$)/u, "Goals are not available for free users."],
];

/** Errors: 402 for what a free plan does not have (reference asana.md §6). */
export function checkPlan(plan: View["plan"], route: string): void {
  if (plan === "paid") return;
  const found = PAID.find(([pattern]) => pattern.test(route));
  if (found !== undefined) throw new ApiFault(402, found[1]);
}
