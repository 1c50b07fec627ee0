import type { ErrorPlace } from "../../model/index.ts";
import { formatSpan, parseSpan } from "./durations.ts";
import { definitionError, fold, quoteList, suggest } from "./problems.ts";
import type { AttributePath, EndDefinition, ProcessDefinition, StageDefinition, StartDefinition } from "./process.ts";
import { processFileSchema } from "./process-file.ts";
import type { ProcessFile } from "./process-file.ts";
import { parseCondition, parseRule } from "./rule-grammar.ts";

/**
 * Checks one process file and types it.
 * @param source the parsed YAML
 * @param place the file, for errors
 * @throws HubError HUB-2301 for a shape that does not fit, HUB-2302 for a bad start, end, span or double name,
 *   HUB-2303 and HUB-2304 for rules
 */
export function compileProcess(source: unknown, place: ErrorPlace = {}): ProcessDefinition {
  const parsed = processFileSchema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join(".") ?? "";
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    throw definitionError(
      "HUB-2301",
      `The process file does not fit at ${path === "" ? "its top" : path}: ${issue?.message ?? "unknown problem"}.`,
      { ...place, path },
      unknown === undefined
        ? "Compare with the sketches in docs/kpis.md."
        : suggest(unknown, Object.keys(processFileSchema.shape)),
    );
  }
  return typed(parsed.data, place);
}

function typed(file: ProcessFile, place: ErrorPlace): ProcessDefinition {
  const stages: readonly StageDefinition[] = file.stages.map((stage, order) =>
    typeof stage === "string"
      ? { name: stage, order, until: null, team: null, isWaiting: false }
      : {
          name: stage.stage,
          order,
          until: stage.until ?? null,
          team: stage.team ?? null,
          isWaiting: stage.waiting,
        },
  );
  const double = stages.find(
    (stage, index) => stages.findIndex((other) => fold(other.name) === fold(stage.name)) !== index,
  );
  if (double !== undefined) {
    throw definitionError(
      "HUB-2302",
      `The stage "${double.name}" is listed twice.`,
      { ...place, path: "stages" },
      "Remove one of them.",
    );
  }
  const ends = readEnds(file);
  const renamed = new Map<string, string>();
  const declared: string[] = [];
  if (Array.isArray(file.activities)) declared.push(...file.activities);
  else {
    for (const [activity, type] of Object.entries(file.activities)) {
      renamed.set(type, activity);
      declared.push(activity);
    }
  }
  const activities = [
    ...new Set([
      ...stages.map((stage) => stage.until ?? stage.name),
      ...Object.keys(file.steps),
      ...ends.map((end) => end.activity),
      ...declared,
      `${file.case} created`,
    ]),
  ];
  const start = readStart(file, activities, place);
  const rules = Object.entries(file.rules).map(([id, text]) =>
    parseRule(id, text, { activities }, { ...place, path: `rules.${id}` }),
  );
  const touches = typeof file.touches === "string" ? [file.touches] : file.touches;
  for (const touch of touches) {
    if (activities.some((known) => fold(known) === fold(touch))) continue;
    throw definitionError(
      "HUB-2304",
      `\`touches\` names the unknown activity "${touch}".`,
      { ...place, path: "touches" },
      suggest(touch, activities),
    );
  }
  for (const path of file.paths) {
    for (const activity of path) {
      if (activities.some((known) => fold(known) === fold(activity))) continue;
      throw definitionError(
        "HUB-2304",
        `A path names the unknown activity "${activity}".`,
        { ...place, path: "paths" },
        suggest(activity, activities),
      );
    }
  }
  const where = file.where === undefined ? null : parseCondition(file.where);
  if (where === undefined) {
    throw definitionError(
      "HUB-2302",
      `"${file.where}" is no condition.`,
      { ...place, path: "where" },
      "Write `kind is not Renewal`, `segment is SMB or Mid-Market` or `months >= 4`.",
    );
  }
  const due = file.due === undefined ? null : parseSpan(file.due);
  if (due === undefined) {
    throw definitionError(
      "HUB-2302",
      `"${file.due}" is no span of time.`,
      { ...place, path: "due" },
      "Write `30 days`, `24h` or `5 business days`.",
    );
  }
  const definition = {
    name: file.process,
    title: file.title ?? titleOf(file.process),
    version: file.version,
    key: `${file.process}@${file.version}`,
    effectiveFrom: file.effective_from,
    caseType: file.case,
    where,
    team: file.team ?? null,
    start,
    ends,
    stages,
    steps: Object.entries(file.steps).map(([name, step]) => ({
      name,
      routine: step.routine,
      critical: step.critical,
      automatedBy: typeof step.automated_by === "string" ? [step.automated_by] : (step.automated_by ?? []),
      assisted: step.assisted,
      why: step.why ?? null,
    })),
    rules,
    joins: Object.entries(file.joins).map(([type, reference]) => ({ type, reference })),
    renamed,
    activities,
    touches,
    paths: file.paths,
    due,
    money: file.money === undefined ? null : readPath(file.money),
    sourceMoney: file.source_money ?? null,
    personal: file.personal,
    dimensions: Object.fromEntries(Object.entries(file.dimensions).map(([name, path]) => [name, readPath(path)])),
    owner: file.owner ?? null,
    sprints:
      file.sprints === undefined
        ? null
        : {
            objectType: file.sprints.of,
            attribute: file.sprints.attribute,
            points: file.sprints.points ?? null,
            team: file.sprints.team ?? null,
            done: file.sprints.done,
            first: file.sprints.first,
            days: file.sprints.days,
          },
  } satisfies Omit<ProcessDefinition, "explanation">;
  return { ...definition, explanation: explain(definition) };
}

/** `opportunity enters Closed Won` and `Closed Won` name the same activity. */
function activityOf(text: string): { readonly type: string | null; readonly activity: string } {
  const entering = /^([a-z][\w-]*) enters (.+)$/u.exec(text.trim());
  return entering === null
    ? { type: null, activity: text.trim() }
    : { type: entering[1] ?? null, activity: entering[2] ?? "" };
}

function readEnds(file: ProcessFile): readonly EndDefinition[] {
  const entries = typeof file.ends === "string" ? [[file.ends, "completed"] as const] : Object.entries(file.ends);
  return entries.map(([text, outcome]) => ({
    activity: activityOf(text).activity,
    outcome,
    cancels: outcome === "cancelled",
  }));
}

function readStart(file: ProcessFile, activities: readonly string[], place: ErrorPlace): StartDefinition {
  const at = { ...place, path: "starts" };
  if (fold(file.starts) === fold(`${file.case} created`)) return { kind: "created" };
  const onDay = /^on ([a-z_]\w*)$/u.exec(file.starts);
  if (onDay !== null) return { kind: "day", attribute: onDay[1] ?? "" };
  const { type, activity } = activityOf(file.starts);
  if (type !== null && type !== file.case) {
    if (file.through === undefined) {
      throw definitionError(
        "HUB-2302",
        `The process starts with another object (${type}) and does not say through which handoff.`,
        at,
        "Add `through: <handoff contract>`.",
      );
    }
    return {
      kind: "handoff",
      contract: file.through,
      sourceType: type,
      activity,
      idAttribute: file.or_by ?? null,
      sharedAttribute: file.or_same ?? null,
    };
  }
  const known = activities.find((name) => fold(name) === fold(activity));
  if (known === undefined) {
    throw definitionError(
      "HUB-2304",
      `The start names the unknown activity "${activity}".`,
      at,
      suggest(activity, activities),
    );
  }
  return { kind: "activity", activity: known };
}

function readPath(text: string): AttributePath {
  const [first, second] = text.split(".");
  return second === undefined ? { via: null, attribute: first ?? "" } : { via: first ?? "", attribute: second };
}

function titleOf(name: string): string {
  const text = name.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function explain(process: Omit<ProcessDefinition, "explanation">): readonly string[] {
  const start = {
    created: () => `when the ${process.caseType} is created`,
    activity: () => `with "${process.start.kind === "activity" ? process.start.activity : ""}"`,
    day: () => `on the day in ${process.start.kind === "day" ? process.start.attribute : ""}`,
    handoff: () =>
      process.start.kind === "handoff"
        ? `when the ${process.start.sourceType} enters "${process.start.activity}" (found through ${process.start.contract}), else when the ${process.caseType} is created`
        : "",
  }[process.start.kind]();
  const ends = process.ends.map((end) => `"${end.activity}" (${end.outcome})`).join(" or ");
  const routine = process.steps.filter((step) => step.routine).map((step) => step.name);
  const critical = process.steps.filter((step) => step.critical).map((step) => step.name);
  return [
    `${process.title} v${process.version}: one case per ${process.caseType}. It starts ${start} and ends with ${ends}.`,
    ...(routine.length === 0 ? [] : [`Routine steps, which should run by themselves: ${quoteList(routine)}.`]),
    ...(critical.length === 0 ? [] : [`Critical steps, whose errors are counted: ${quoteList(critical)}.`]),
    ...(process.due === null ? [] : [`A case is due ${formatSpan(process.due)} after its start.`]),
    ...process.rules.map((rule) => `${rule.id}: ${rule.sentence} [${rule.formal}]`),
  ];
}

/**
 * The version of a process in force on a local day; the first one for days before any version.
 * @param versions versions of one process
 */
export function versionAt(versions: readonly ProcessDefinition[], day: string): ProcessDefinition | undefined {
  const sorted = [...versions].sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  return sorted.findLast((version) => version.effectiveFrom <= day) ?? sorted[0];
}
