import type { Day, ErrorPlace } from "../../model/index.ts";
import { parseSpan } from "./durations.ts";
import type { Span } from "./durations.ts";
import { kpiFileSchema, MEASURES } from "./kpi-file.ts";
import type { KpiArea, KpiFile, MeasureKind } from "./kpi-file.ts";
import { definitionError, fold, suggest } from "./problems.ts";
import type { ProcessDefinition } from "./process.ts";
import { parseTarget } from "./targets.ts";
import type { Target } from "./targets.ts";
import { parseWindow } from "./windows.ts";
import type { WindowDefinition } from "./windows.ts";

export type Cut = KpiFile["by"][number];

/** One KPI, checked and typed. */
export interface KpiDefinition {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly owner: string;
  readonly area: KpiArea;
  /** `name@version`: published values name the definition they were made by. */
  readonly key: string;
  readonly measure: MeasureKind;
  /** Process names or contract names, whichever the measure is about. */
  readonly of: readonly string[];
  readonly subject: "process" | "contract";
  readonly rule: string | null;
  readonly stage: string | null;
  readonly outcome: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly within: Span | null;
  /** For on time: days after the trigger, and the process that must have ended by then. */
  readonly dueDays: number | null;
  readonly goodProcess: string | null;
  readonly clock: "calendar" | "business";
  readonly until: KpiFile["until"];
  readonly baseline: { readonly from: Day; readonly to: Day } | null;
  readonly by: readonly Cut[];
  readonly windows: readonly WindowDefinition[];
  readonly minN: number;
  readonly target: Target | null;
  /** The formula in words, for the reader of a dashboard. */
  readonly formula: string;
  readonly explanation: string;
}

/** What KPI files may refer to. */
export interface KpiVocabulary {
  readonly processes: readonly ProcessDefinition[];
  readonly contracts: readonly string[];
}

const OF_CONTRACT: ReadonlySet<MeasureKind> = new Set([
  "on time",
  "handoff attainment",
  "handoff latency",
  "handoff acceptance",
  "missing handoffs",
  "orphan targets",
  "duplicate handoffs",
  "drifted handoffs",
]);

/**
 * Checks one KPI file and types it.
 * @throws HubError HUB-2311 for a shape that does not fit, HUB-2312 for an unknown process, contract, rule or stage,
 *   HUB-2313 for a target, window or span that cannot be read or does not go with the measure
 */
export function compileKpi(source: unknown, vocabulary: KpiVocabulary, place: ErrorPlace = {}): KpiDefinition {
  const parsed = kpiFileSchema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.join(".") ?? "";
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const measure = path === "measure" ? String(Reflect.get(Object(source), "measure")) : undefined;
    throw definitionError(
      "HUB-2311",
      `The KPI file does not fit at ${path === "" ? "its top" : path}: ${issue?.message ?? "unknown problem"}.`,
      { ...place, path },
      unknown !== undefined
        ? suggest(unknown, Object.keys(kpiFileSchema.shape))
        : measure !== undefined
          ? suggest(measure, MEASURES)
          : "Compare with docs/kpis.md.",
    );
  }
  return typed(parsed.data, vocabulary, place);
}

function typed(file: KpiFile, vocabulary: KpiVocabulary, place: ErrorPlace): KpiDefinition {
  const subject = OF_CONTRACT.has(file.measure) ? "contract" : "process";
  const known =
    subject === "contract" ? vocabulary.contracts : [...new Set(vocabulary.processes.map((process) => process.name))];
  const all = `all ${subject === "contract" ? "handoffs" : "processes"}`;
  const asked = typeof file.of === "string" ? [file.of] : file.of;
  const of = asked.flatMap((text) =>
    fold(text) === all ? known : [lookUp(text, known, subject, { ...place, path: "of" })],
  );
  const processes = vocabulary.processes.filter((process) => subject === "process" && of.includes(process.name));
  const rule = need(file.measure === "rule compliance", file.rule, "rule", place);
  if (rule !== null)
    lookUp(
      rule,
      processes.flatMap((process) => process.rules.map(({ id }) => id)),
      "rule",
      { ...place, path: "rule" },
    );
  const stages = processes.flatMap((process) => process.stages.map(({ name }) => name));
  const stage = file.stage === undefined ? null : lookUp(file.stage, stages, "stage", { ...place, path: "stage" });
  const converting = file.measure === "conversion";
  const from = need(converting, file.from, "from", place);
  const to = need(converting, file.to, "to", place);
  const reachable = [...stages, ...processes.flatMap((process) => process.ends.map(({ activity }) => activity))];
  const outcome = need(file.measure === "outcome share", file.outcome, "outcome", place);
  if (outcome !== null) {
    lookUp(
      outcome,
      processes.flatMap((process) => process.ends.map((end) => end.outcome)),
      "outcome",
      { ...place, path: "outcome" },
    );
  }
  const due = need(file.measure === "on time", file.due, "due", place);
  const good = need(file.measure === "on time", file.good, "good", place);
  const allowance = need(converting, file.within, "within", place);
  const target = file.target === undefined ? null : readTarget(file.target, file.measure, place);
  if (file.measure === "cycle time reduction" && file.baseline === undefined) {
    throw definitionError(
      "HUB-2313",
      "A reduction needs a baseline to be compared with.",
      { ...place, path: "baseline" },
      "Add `baseline: { from: …, to: … }`.",
    );
  }
  const definition = {
    name: file.kpi,
    title: file.title ?? titleOf(file.kpi),
    question: file.question,
    owner: file.owner,
    area: file.area,
    key: `${file.kpi}@${file.version}`,
    measure: file.measure,
    of,
    subject,
    rule,
    stage,
    outcome,
    from: from === null ? null : lookUp(from, reachable, "stage", { ...place, path: "from" }),
    to: to === null ? null : lookUp(to, reachable, "stage", { ...place, path: "to" }),
    within: allowance === null ? null : readSpan(allowance, { ...place, path: "within" }),
    dueDays: due === null ? null : readDue(due, { ...place, path: "due" }),
    goodProcess: good === null ? null : readGood(good, vocabulary, { ...place, path: "good" }),
    clock: file.clock,
    until: file.until,
    baseline: file.baseline ?? null,
    by: file.by,
    windows: file.windows.map((text) => {
      const window = parseWindow(text);
      if (window !== undefined) return window;
      throw definitionError(
        "HUB-2313",
        `"${text}" is no window.`,
        { ...place, path: "windows" },
        "Write `fiscal quarter`, `2 fiscal quarters`, `12 months` or `8 weeks`.",
      );
    }),
    minN: file.min_n,
    target,
    formula: FORMULAS[file.measure],
  } satisfies Omit<KpiDefinition, "explanation">;
  const windows = definition.windows.map((window) => window.text).join(", then ");
  return {
    ...definition,
    explanation: `${definition.title}: ${definition.formula} Of ${of.join(", ")}; over the last complete ${windows} with at least ${definition.minN}; target ${target?.text ?? "none"}.`,
  };
}

/** Each measure in words; the normative definition is reference §2.2 to §2.7. */
const FORMULAS: Readonly<Record<MeasureKind, string>> = {
  "cycle time": "Median time from start to end of the cases completed.",
  "stage cycle time": "Median time a case spends in a stage, all its visits together.",
  "cycle time reduction":
    "1 − median cycle time now ÷ median of the frozen baseline, both by start date with equal follow-up, open cases included.",
  "automation coverage":
    "Automated executions ÷ all executions of routine steps in cases completed; unknown counts as not automated.",
  "design coverage": "Routine steps with a named automation ÷ routine steps of the procedure.",
  "no touch rate": "Completed cases whose routine steps were all automated ÷ completed cases with routine steps.",
  compliance:
    "Completed cases that broke no rule of their procedure ÷ completed cases; waived deviations count as broken.",
  "rule compliance": "Cases that kept the rule ÷ cases it applied to and that are decided.",
  "error rate": "Executions of critical steps that had to be reopened ÷ all their executions.",
  "on time":
    "Triggers whose case ended by the due day ÷ triggers whose due day has passed; one without a case is a miss.",
  "handoff attainment": "Handoffs taken up by their due time ÷ handoffs taken up or overdue.",
  "handoff latency": "Median time from the trigger of a handoff until it is taken up.",
  "handoff acceptance": "Accepted handoffs ÷ accepted or rejected ones.",
  "missing handoffs": "Handoffs past their grace without a target ÷ handoffs past their grace.",
  "orphan targets": "Targets without a source ÷ targets created.",
  "duplicate handoffs": "Handoffs with more than one live target ÷ handoffs with a target.",
  "drifted handoffs": "Matched handoffs whose fields differ ÷ matched handoffs.",
  "first time right": "Completed cases without rework or error ÷ completed cases.",
  "rework rate": "Completed cases in which a stage or step was done again ÷ completed cases.",
  conversion: "Cases that reached the second stage in time ÷ cases that reached the first one long enough ago.",
  "outcome share": "Cases with the outcome ÷ cases ended.",
};

function need(needed: boolean, value: string | undefined, key: string, place: ErrorPlace): string | null {
  if (value !== undefined) return value;
  if (!needed) return null;
  throw definitionError(
    "HUB-2313",
    `This measure needs \`${key}\`.`,
    { ...place, path: key },
    `Add \`${key}:\` to the file.`,
  );
}

function lookUp(text: string, known: readonly string[], what: string, place: ErrorPlace): string {
  const found = known.find((name) => fold(name) === fold(text));
  if (found !== undefined) return found;
  throw definitionError(
    "HUB-2312",
    `The KPI names the unknown ${what} "${text}".`,
    place,
    suggest(text, [...new Set(known)]),
  );
}

function readSpan(text: string, place: ErrorPlace): Span {
  const span = parseSpan(text);
  if (span !== undefined) return span;
  throw definitionError(
    "HUB-2313",
    `"${text}" is no span of time.`,
    place,
    "Write `30 days`, `24h` or `5 business days`.",
  );
}

function readDue(text: string, place: ErrorPlace): number {
  const span = readSpan(text.replace(/ after (it|trigger|the trigger)$/u, ""), place);
  if (span.unit === "days" || span.unit === "weeks") return span.count * (span.unit === "weeks" ? 7 : 1);
  throw definitionError("HUB-2313", "A due day is counted in calendar days.", place, "Write `30 days after it`.");
}

function readGood(text: string, { processes }: KpiVocabulary, place: ErrorPlace): string {
  const match = /^(\S+) ended by due$/u.exec(text.trim());
  if (match === null) {
    throw definitionError("HUB-2313", `"${text}" has no form the hub knows.`, place, "Write `<process> ended by due`.");
  }
  return lookUp(match[1] ?? "", [...new Set(processes.map((process) => process.name))], "process", place);
}

function readTarget(text: string, measure: MeasureKind, place: ErrorPlace): Target {
  const target = parseTarget(text);
  const at = { ...place, path: "target" };
  if (target === undefined) {
    throw definitionError(
      "HUB-2313",
      `"${text}" is no target.`,
      at,
      "Write `at least 95 %`, `below 1 %`, `at least 35 % faster than baseline` or `at most 30 days`.",
    );
  }
  const wanted =
    measure === "cycle time reduction"
      ? "faster"
      : measure === "cycle time" || measure === "stage cycle time" || measure === "handoff latency"
        ? "duration"
        : "ratio";
  if (target.kind === wanted) return target;
  const example = {
    faster: "`at least 35 % faster than baseline`",
    duration: "`at most 30 days`",
    ratio: "`at least 95 %`",
  }[wanted];
  throw definitionError(
    "HUB-2313",
    `The target "${text}" does not go with the measure "${measure}".`,
    at,
    `Write something like ${example}.`,
  );
}

function titleOf(name: string): string {
  const text = name.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
