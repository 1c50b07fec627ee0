import type { SandboxEnvironment } from "../kit/system.ts";
import type { EventRow, EventTarget } from "./events.ts";
import type { Resources } from "./kinds.ts";
import { render, names } from "./selection.ts";
import type { State } from "./state.ts";
import type { View } from "./view.ts";
import type { WebhookParts } from "./webhooks.ts";

const SHOWN = names(
  "user.resource_type created_at action resource.resource_type resource.resource_subtype parent.resource_type parent.resource_subtype change.field change.action change.new_value.resource_type change.added_value.resource_type change.removed_value.resource_type",
);
const DETAILS: ReadonlySet<string> = new Set(["task", "story", "section", "attachment", "tag"]);
const ANYBODY: View = { viewerGid: "", app: null, plan: "paid", scopes: null };

/** How webhooks look at the workspace (reference asana.md §14). */
export function webhookParts(state: State, resources: Resources, environment: SandboxEnvironment): WebhookParts {
  return {
    now: () => environment.clock.now(),
    show: (event) => render(resources.event, event, SHOWN, ANYBODY),
    carries: (resource, event) => carries(state, resource, event),
    subtypeOf: ({ kind, gid }) =>
      kind === "task"
        ? (state.tasks.get(gid)?.subtype ?? null)
        : kind === "story"
          ? (state.stories.get(gid)?.subtype ?? null)
          : null,
    disturb: () => ({
      duplicate: environment.dials.take("webhook-duplicate") !== null,
      reorder: environment.dials.take("webhook-reorder") !== null,
    }),
  };
}

/** Streams of tasks and projects bubble; those of a workspace, team or portfolio tell of projects only. */
function carries(state: State, resource: EventTarget, event: EventRow): boolean {
  const { kind, gid } = resource;
  if (kind === "task" || kind === "project" || kind === "goal") return event.streams.includes(gid);
  if (DETAILS.has(event.resource.kind)) return false;
  if (kind === "workspace") return true;
  const project = state.projects.get(event.resource.gid);
  if (project === undefined) return event.resource.gid === gid;
  if (kind === "team") return project.teamGid === gid;
  return kind === "portfolio" && (state.portfolios.get(gid)?.items.includes(project) ?? false);
}
