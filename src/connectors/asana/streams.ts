import type { StreamDefinition } from "../kit/index.ts";

/** The partition of streams that one listing covers. */
export const WHOLE = "workspace";
/** The partition of the event feed; tasks and sections it delivers are known under it. */
export const FEED = "workspace-events";
/** Partitions that deliver tasks and sections of whatever project. */
export const SHARED: readonly string[] = [FEED, WHOLE];
/** The record that tells since when the event feed has been followed without a break. */
export const BASELINE = "baseline";

/**
 * In reading order. The event feed's token is taken before anything it covers is listed, so that nothing slips between.
 */
export const STREAMS: readonly StreamDefinition[] = [
  { name: "workspaces", title: "Workspace", role: "reference" },
  { name: "teams", title: "Teams", role: "reference" },
  { name: "users", title: "Users", role: "reference" },
  { name: "custom_fields", title: "Custom fields", role: "reference" },
  { name: "events", title: "Workspace events", role: "reference" },
  { name: "projects", title: "Projects", role: "entity", references: ["users", "custom_fields"], after: ["events"] },
  { name: "sections", title: "Sections", role: "reference", after: ["events", "projects"] },
  {
    name: "tasks",
    title: "Tasks",
    role: "entity",
    references: ["projects", "sections", "custom_fields", "users"],
    after: ["events", "projects"],
  },
  { name: "stories", title: "Task history", role: "history", memberOf: "tasks", after: ["tasks"] },
];
