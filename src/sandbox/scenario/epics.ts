import { BUSINESS_DAY, DAY, HOUR } from "./calendar.ts";
import { allot } from "./defects.ts";
import { committedAt } from "./features.ts";
import { second } from "./leads.ts";
import type { Random } from "./random.ts";
import { caseProject, sectionTask } from "./section-tasks.ts";
import type { Move } from "./section-tasks.ts";
import { planSprints } from "./sprints.ts";
import { upTo } from "./story.ts";
import type {
  FeatureChange,
  FeatureStory,
  ProjectStory,
  RoadmapStage,
  Setting,
  TaskChange,
  TaskStory,
} from "./story.ts";

/** Start of the Product → Engineering contract (docs/techflow.md, Handoffs). */
const PRODUCT_SINCE = Date.parse("2025-11-01T07:00:00.000Z");

const SECTIONS = ["Backlog", "In sprint", "In progress", "Code review", "Done"];

/** What is left to chance, each by its own row of numbers. */
interface Chances {
  readonly random: Random;
  readonly sprints: Random;
}

interface EpicSketch {
  readonly name: string;
  readonly createdAt: number;
  readonly itemId: string | null;
  readonly key: string | null;
  readonly abandoned: boolean;
  readonly defects: readonly string[];
}

function entered(feature: FeatureStory | null, stage: RoadmapStage): number | undefined {
  return feature?.changes.find((change) => change.kind === "stage" && change.to === stage)?.at;
}

/** One epic; its sections follow the feature's stages at a distance. */
function newEpic(
  setting: Setting,
  { random, sprints }: Chances,
  feature: FeatureStory | null,
  sketch: EpicSketch,
): TaskStory {
  const { calendar, staff } = setting;
  const engineer = random.pick(staff.engineers);
  const creator = random.chance(0.6) ? staff.bot : (feature?.owner ?? random.pick(staff.productManagers));
  const moves: Move[] = [];
  const extra: TaskChange[] = [];
  if (!sketch.abandoned) {
    const sprintAt = calendar.add(sketch.createdAt, random.between(1, random.chance(0.9) ? 7 : 12) * BUSINESS_DAY);
    moves.push({ to: "In sprint", at: sprintAt, by: engineer });
    extra.push({
      at: Math.floor(sprintAt - random.between(0, 2) * HOUR * (sprintAt > sketch.createdAt + 3 * HOUR ? 1 : 0)),
      by: engineer,
      kind: "assign",
      to: engineer,
    });
    const follow = (stage: RoadmapStage, to: string): void => {
      const at = entered(feature, stage);
      const last = moves.at(-1)?.at ?? sketch.createdAt;
      if (at !== undefined)
        moves.push({ to, at: Math.max(calendar.add(at, random.between(0.1, 5) * HOUR), last + HOUR), by: engineer });
    };
    follow("Development", "In progress");
    follow("Testing", "Code review");
    follow("Launched", "Done");
    const done = moves.find(({ to }) => to === "Done")?.at;
    extra.push(...planSprints(setting, sprints, { ready: sprintAt, done, by: engineer }));
  }
  return sectionTask(setting, {
    name: sketch.name,
    createdAt: sketch.createdAt,
    createdBy: creator,
    firstSection: "Backlog",
    lastSection: ["Done"],
    moves,
    values: { "monday Item ID": sketch.itemId, "Feature key": sketch.key, Sprint: null },
    dueDay: null,
    extra,
    defects: sketch.defects,
  });
}

/** What happens to an item after its commit because of its planted defect. */
function trouble(setting: Setting, random: Random, feature: FeatureStory, defect: string, committed: number): void {
  const { asOf, calendar } = setting;
  const at = second(Math.min(calendar.add(committed, random.between(20, 60) * HOUR), asOf - HOUR));
  const { owner } = feature;
  const cut = (): void => {
    feature.changes = feature.changes.filter((change) => change.at < at);
  };
  if (defect === "item-deleted" || defect === "item-archived") {
    cut();
    feature.changes.push({ at, by: owner, kind: defect === "item-deleted" ? "delete" : "archive" });
  } else if (defect === "dropped-after-commit") {
    cut();
    feature.changes.push({ at, by: owner, kind: "stage", to: "Dropped" });
  } else if (defect === "feature-renamed") {
    feature.changes.push({ at, by: owner, kind: "name", to: `${feature.name} (beta)` });
  }
}

/** The project `Engineering Delivery` with the epics of all committed features. */
export function tellEpics(setting: Setting, features: readonly FeatureStory[]): ProjectStory {
  const random = setting.random("epics");
  const chances = { random, sprints: setting.random("sprints") };
  const { asOf, calendar, staff, ids } = setting;
  const project = caseProject(setting, {
    name: "Engineering Delivery",
    team: "Engineering",
    sections: SECTIONS,
    taskFields: ["monday Item ID", "Feature key", "Sprint"],
    owner: staff.engineers[0] ?? null,
  });
  const committed = features.filter(
    (feature) => committedAt(feature) !== null && !feature.defects.includes("epic-not-yet-due"),
  );
  const candidates = committed.filter((feature) => {
    const at = committedAt(feature) ?? 0;
    return at >= PRODUCT_SINCE && at < asOf - 16 * DAY && feature.defects.length === 0;
  });
  const defects = allot(random, candidates, [
    { name: "item-deleted", rate: 0.012 },
    { name: "item-archived", rate: 0.012 },
    { name: "dropped-after-commit", rate: 0.02 },
    { name: "epic-missing", rate: 0.03 },
    { name: "epic-late", rate: 0.05 },
    { name: "epic-linked-from-item", rate: 0.03 },
    { name: "epic-key-only", rate: 0.03 },
    { name: "epic-fuzzy-only", rate: 0.02 },
    { name: "epic-duplicate", rate: 0.02 },
    { name: "epic-duplicate-key", rate: 0.012 },
    { name: "epic-key-ambiguous", rate: 0.012 },
    { name: "epic-deleted", rate: 0.012 },
    { name: "feature-renamed", rate: 0.03 },
    { name: "name-case-only", rate: 0.02 },
  ]);
  for (const feature of committed) {
    const at = committedAt(feature) ?? 0;
    const defect = defects.get(feature);
    if (defect !== undefined) {
      feature.defects.push(defect);
      trouble(setting, random, feature, defect, at);
    }
    if (defect === "epic-missing") continue;
    const late = defect === "epic-late";
    const createdAt = Math.floor(
      calendar.add(at, late ? random.between(3.2, 7) * BUSINESS_DAY : random.between(0.2, 15) * HOUR),
    );
    if (createdAt >= asOf) continue;
    const linked = !["epic-linked-from-item", "epic-key-only", "epic-fuzzy-only", "epic-key-ambiguous"].includes(
      defect ?? "",
    );
    const keyed = defect !== "epic-fuzzy-only" && defect !== "epic-linked-from-item";
    const sketch: EpicSketch = {
      name: defect === "name-case-only" ? ` ${feature.name.toUpperCase()}` : feature.name,
      createdAt,
      itemId: linked ? feature.id : null,
      key: keyed ? feature.key : null,
      abandoned: false,
      defects: defect === undefined ? [] : [defect],
    };
    const epic = newEpic(setting, chances, feature, sketch);
    project.tasks.push(epic);
    const pastes = defect === "epic-linked-from-item" || (linked && defect === undefined && random.chance(0.5));
    if (pastes) {
      const pasted = second(calendar.add(createdAt, random.between(0.2, 6) * HOUR));
      if (pasted < asOf) feature.changes.push({ at: pasted, by: feature.owner, kind: "epic", to: epic.gid });
    }
    if (defect === "epic-deleted")
      epic.deletedAt = Math.floor(Math.min(createdAt + random.between(2, 9) * DAY, asOf - HOUR));
    if (defect === "epic-duplicate" || defect === "epic-duplicate-key" || defect === "epic-key-ambiguous") {
      project.tasks.push(
        newEpic(setting, chances, feature, {
          ...sketch,
          itemId: defect === "epic-duplicate" ? feature.id : null,
          createdAt: Math.floor(calendar.add(createdAt, random.between(2, 30) * HOUR)),
          abandoned: true,
        }),
      );
    }
    feature.changes = upTo<FeatureChange>(feature.changes, asOf);
  }
  const chores = [
    "Upgrade queue workers",
    "Retire old exporter",
    "Flaky test clean-up",
    "Rotate signing keys",
    "Index rebuild",
  ];
  for (let i = Math.max(2, Math.round(random.between(2, 3) * setting.scale)); i > 0; i -= 1) {
    const createdAt = Math.floor(calendar.add(asOf - random.between(15, 250) * DAY, random.between(0, 7) * HOUR));
    const name = i <= chores.length ? (chores[i - 1] ?? "Chore") : `${random.pick(chores)} ${String(i)}`;
    project.tasks.push(
      newEpic(setting, chances, null, {
        name,
        createdAt,
        // One names an item that does not exist.
        itemId: i === 1 ? ids.monday() : null,
        key: null,
        abandoned: false,
        defects: ["epic-orphan"],
      }),
    );
  }
  return project;
}
