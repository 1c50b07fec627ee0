import { BUSINESS_DAY, HOUR, iso } from "./calendar.ts";
import type { Calendar } from "./calendar.ts";
import { folded } from "./names.ts";
import type { FeatureStory, RoadmapStage, Story, TaskStory } from "./story.ts";
import type { Occurrence, Source, Target } from "./truth-reconcile.ts";
import { reconcile } from "./truth-reconcile.ts";
import type { TruthContract, TruthHandoff } from "./truth.ts";

const SINCE = Date.parse("2025-11-01T07:00:00.000Z");

/** Parameters the truth assumes. */
export const PRODUCT_TO_ENGINEERING: TruthContract = {
  contract: "product-to-engineering",
  since: iso(SINCE),
  parameters: { createdDue: "3 business days", grace: "24 hours", acceptedDue: "10 business days" },
};

const TAKES_BACK: readonly RoadmapStage[] = ["Discovery", "Planning", "Dropped"];

function commitOccurrences(feature: FeatureStory, calendar: Calendar): Occurrence[] {
  const occurrences: { triggeredAt: number; dueAt: number; revokedAt: number | null }[] = [];
  let stage: RoadmapStage = "Discovery";
  for (const change of feature.changes) {
    const last = occurrences.at(-1);
    if (change.kind === "archive" || change.kind === "delete") {
      if (last !== undefined) last.revokedAt ??= change.at;
    }
    if (change.kind !== "stage") continue;
    if (change.to === "Committed" && stage !== "Committed") {
      occurrences.push({ triggeredAt: change.at, dueAt: calendar.add(change.at, 3 * BUSINESS_DAY), revokedAt: null });
    } else if (last !== undefined && TAKES_BACK.includes(change.to)) {
      last.revokedAt ??= change.at;
    }
    stage = change.to;
  }
  return occurrences;
}

/** The item's name after its renames. */
export function featureNameNow(feature: FeatureStory): string {
  let { name } = feature;
  for (const change of feature.changes) if (change.kind === "name") name = change.to;
  return name;
}

function targetOf(epic: TaskStory): Target {
  const text = (field: string): string | null => {
    const value = epic.values[field];
    return typeof value === "string" ? value : null;
  };
  const accepted = epic.changes.find(
    (change) =>
      change.kind === "section" || (change.kind === "assign" && change.by !== null && change.by.service !== true),
  );
  return {
    ref: { system: "asana", stream: "tasks", id: epic.gid },
    createdAt: epic.createdAt,
    live: epic.deletedAt === null,
    linkId: text("monday Item ID"),
    key: text("Feature key"),
    name: folded(epic.name),
    acceptedAt: accepted?.at ?? null,
    defects: epic.defects,
  };
}

/** Truth of the contract Product → Engineering. */
export function productToEngineering(story: Story): TruthHandoff[] {
  const sources = story.features.map((feature): Source => {
    const pasted = feature.changes.findLast((change) => change.kind === "epic");
    const name = folded(featureNameNow(feature));
    return {
      ref: { system: "monday", stream: "items", id: feature.id },
      key: feature.key,
      name,
      namesTarget: pasted?.kind === "epic" ? pasted.to : null,
      occurrences: commitOccurrences(feature, story.setting.calendar),
      differs: (target) => target.name !== name,
      defects: feature.defects,
    };
  });
  return reconcile({
    contract: PRODUCT_TO_ENGINEERING.contract,
    since: SINCE,
    grace: 24 * HOUR,
    asOf: story.setting.asOf,
    sources,
    targets: story.delivery.tasks.map(targetOf),
  });
}
