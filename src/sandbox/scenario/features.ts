import { BUSINESS_DAY, DAY, HOUR, dayText } from "./calendar.ts";
import { allot } from "./defects.ts";
import { second } from "./leads.ts";
import { FEATURE_NAMES, featureName } from "./names.ts";
import type { Random } from "./random.ts";
import { sprintOf } from "./sprints.ts";
import { pace, upTo } from "./story.ts";
import type { FeatureChange, FeatureStory, RoadmapStage, Setting } from "./story.ts";

/** The board's group for a local day: its calendar quarter. */
export function groupOf(day: number): string {
  const text = dayText(day);
  return `Q${String(Math.floor((Number(text.slice(5, 7)) - 1) / 3) + 1)} ${text.slice(0, 4)}`;
}

/** When the feature first became Committed, or null. */
export function committedAt(feature: FeatureStory): number | null {
  return feature.changes.find((change) => change.kind === "stage" && change.to === "Committed")?.at ?? null;
}

const PATH: readonly RoadmapStage[] = ["Planning", "Committed", "Development", "Testing", "Launched"];
/** Business days spent before entering each stage of the path. */
const PAUSES: readonly number[] = [9, 12, 7, 18, 7];

function live(setting: Setting, random: Random, feature: FeatureStory, oddity: string | undefined): void {
  const { calendar, staff } = setting;
  const speed = pace(setting, feature.createdAt);
  let at = feature.createdAt;
  const dropsAt = oddity === undefined && random.chance(0.1) ? random.int(0, 1) : -1;
  let path = [...PATH];
  if (oddity === "planning-skipped") path = path.filter((stage) => stage !== "Planning");
  if (oddity === "testing-skipped") path = path.filter((stage) => stage !== "Testing");
  if (oddity === "commit-skipped") path = path.filter((stage) => stage !== "Committed");
  if (oddity === "testing-after-launch")
    path = ["Planning", "Committed", "Development", "Launched", "Testing", "Launched"];
  if (oddity === "testing-failed") {
    path = ["Planning", "Committed", "Development", "Testing", "Development", "Testing", "Launched"];
  }
  if (oddity === "planned-again")
    path = ["Planning", "Committed", "Planning", "Committed", "Development", "Testing", "Launched"];
  for (const [i, stage] of path.entries()) {
    const pause = PAUSES[PATH.indexOf(stage)] ?? 5;
    const again =
      path.indexOf(stage) !== i
      || (path[i - 1] !== undefined && PATH.indexOf(stage) < PATH.indexOf(path[i - 1] ?? stage));
    at = calendar.add(at, random.logNormal((again ? 0.3 : speed) * pause * BUSINESS_DAY, 0.4));
    const { owner } = feature;
    if (i === dropsAt) {
      feature.changes.push({ at: second(at), by: owner, kind: "stage", to: "Dropped" });
      return;
    }
    const automatic = (stage === "Development" || stage === "Launched") && random.chance(0.5);
    const by = stage === "Development" || stage === "Testing" ? random.pick(staff.engineers) : owner;
    feature.changes.push({ at: second(at), by: automatic ? null : by, kind: "stage", to: stage });
    if (stage === "Committed" && random.chance(0.3)) {
      const day = calendar.localDay(at) + random.int(50, 110);
      const later = second(calendar.add(at, random.between(0.2, 4) * HOUR));
      feature.changes.push(
        { at: later, by: owner, kind: "target", to: dayText(day) },
        { at: later, by: owner, kind: "group", to: groupOf(day) },
      );
    }
    if (stage === "Development") {
      const later = second(calendar.add(at, 0.3 * HOUR));
      feature.changes.push({ at: later, by, kind: "sprint", to: sprintOf(calendar.localDay(at)) });
    }
  }
}

/** Things that happen to an item after it was committed; each is also the name of its defect. */
export const ITEM_DEFECTS = ["item-deleted", "item-archived", "dropped-after-commit", "feature-renamed"] as const;

/** About 120 roadmap items per unit of scale with their stage history up to the as-of, in order of creation. */
export function tellFeatures(setting: Setting): FeatureStory[] {
  const random = setting.random("features");
  const { asOf, start, calendar, staff, ids } = setting;
  const count = Math.round(120 * setting.scale);
  const order = random.shuffled(Array.from({ length: FEATURE_NAMES }, (_, k) => k));
  const times = Array.from({ length: count }, () =>
    calendar.add(start + random.next() * (asOf - start - 8 * DAY), random.between(0, 7) * HOUR),
  ).sort((a, b) => a - b);
  const features = times.map((at, n): FeatureStory => {
    const owner = random.pick(staff.productManagers);
    const day = calendar.localDay(at) + random.int(60, 130);
    return {
      id: ids.monday(),
      key: `F-${String(n + 1).padStart(3, "0")}`,
      name: featureName(order, n),
      createdAt: second(at),
      creator: random.chance(0.8) ? owner : random.pick(staff.productManagers),
      owner,
      group: groupOf(day),
      target: dayText(day),
      points: random.pick([2, 3, 5, 8, 13]),
      priority: random.pick(["High", "Medium", "Low"] as const),
      changes: [],
      defects: [],
    };
  });
  const seasoned = (feature: FeatureStory): boolean => feature.createdAt < asOf - 120 * DAY;
  const oddities = allot(
    random,
    features,
    [
      { name: "planning-skipped", rate: 0.012 },
      { name: "testing-skipped", rate: 0.012 },
      { name: "commit-skipped", rate: 0.01 },
      { name: "testing-after-launch", rate: 0.008 },
      { name: "testing-failed", rate: 0.02 },
      { name: "planned-again", rate: 0.012 },
    ].map((plan) => ({
      ...plan,
      eligible: (feature: FeatureStory): boolean =>
        seasoned(feature) && (plan.name !== "planned-again" || feature.createdAt > asOf - 300 * DAY),
    })),
  );
  for (const feature of features) {
    const oddity = oddities.get(feature);
    live(setting, random, feature, oddity);
    if (oddity !== undefined) feature.defects.push(oddity);
    feature.changes = upTo<FeatureChange>(feature.changes, asOf);
  }
  commitLastMinute(setting, random, features);
  return features;
}

/** One or two items are committed in the last business hours, so that their epic is not yet due. */
function commitLastMinute(setting: Setting, random: Random, features: readonly FeatureStory[]): void {
  const { asOf, calendar } = setting;
  let day = calendar.localDay(asOf) - 1;
  while (!calendar.isBusinessDay(day)) day -= 1;
  const stageOf = (feature: FeatureStory): RoadmapStage => {
    const last = feature.changes.findLast((change) => change.kind === "stage");
    return last?.kind === "stage" ? last.to : "Discovery";
  };
  const quiet = features.filter(
    (feature) =>
      feature.defects.length === 0
      && (feature.changes.at(-1)?.at ?? feature.createdAt) < calendar.instant(day, 6 * HOUR),
  );
  const planned = quiet.filter((feature) => stageOf(feature) === "Planning");
  let ready = planned.length > 0 ? planned : quiet.filter((feature) => stageOf(feature) === "Discovery");
  if (ready.length === 0) {
    // Nobody waits for a commit: the newest item is told again from its creation.
    ready = quiet.slice(-1);
    for (const feature of ready) feature.changes = [];
  }
  for (const feature of random.shuffled(ready).slice(0, Math.max(1, Math.round(1.5 * setting.scale)))) {
    const at = second(calendar.instant(day, random.between(9.5, 16.5) * HOUR));
    if (stageOf(feature) === "Discovery") {
      feature.changes.push({ at: at - 3 * HOUR, by: feature.owner, kind: "stage", to: "Planning" });
    }
    feature.changes.push({ at, by: feature.owner, kind: "stage", to: "Committed" });
    feature.defects.push("epic-not-yet-due");
  }
}
