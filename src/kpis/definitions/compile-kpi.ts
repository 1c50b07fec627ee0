import type { Day, ErrorPlace } from "../../model/index.ts";
import type { Span } from "./durations.ts";
import { kpiFileSchema, MEASURES } from "./kpi-file.ts";
import type { Cut, Direction, KpiArea, KpiFile, KpiUnit, MeasureKind } from "./kpi-file.ts";
import { need, lookUp, readSpan, readDue, readDeparture, readGood, titleOf } from "./kpi-parts.ts";
import { readTarget } from "./kpi-target.ts";
import type { TargetKind } from "./kpi-target.ts";
import { FORMULAS } from "./measure-words.ts";
import { AS_OF_COHORT, compileOwnFormula } from "./own-formula.ts";
import type { OwnFormula } from "./own-formula.ts";
import { definitionError, fold, suggest } from "./problems.ts";
import type { ProcessDefinition } from "./process.ts";
import type { Target } from "./targets.ts";
import { parseWindow } from "./windows.ts";
import type { Season, WindowDefinition } from "./windows.ts";

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
  /** What the file computes by itself; null when it names a measure. */
  readonly own: OwnFormula | null;
  readonly unit: KpiUnit;
  /** Which way is better, where target or file say so. */
  readonly direction: Direction | null;
  readonly gates: KpiGates;
  /** Process names or contract names, whichever the measure is about. */
  readonly of: readonly string[];
  readonly subject: "process" | "contract";
  readonly rule: string | null;
  readonly stage: string | null;
  readonly outcome: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly within: Span | null;
  /** For conversion: later visits of the first stage, a cohort of their own. */
  readonly again: boolean;
  /** For reviews: the process whose completion makes a customer. */
  readonly after: string | null;
  /** What takes a customer away. */
  readonly unless: Departure | null;
  /** For on time: days after the trigger, and the process that must have ended by then. */
  readonly dueDays: number | null;
  readonly goodProcess: string | null;
  readonly clock: "calendar" | "business";
  readonly until: KpiFile["until"];
  readonly baseline: { readonly from: Day; readonly to: Day } | null;
  readonly season: Season;
  readonly by: readonly Cut[];
  readonly windows: readonly WindowDefinition[];
  readonly minN: number;
  readonly target: Target | null;
  /** The formula in words, for the reader of a dashboard. */
  readonly formula: string;
  readonly explanation: string;
}

/** What the data must be for a value to be published as it is (reference §2.8); shares 0..1. */
export interface KpiGates {
  readonly freshness: boolean;
  readonly mapping: number;
  readonly links: number;
}

/** A process of an account whose ending in one of these ways ends more than itself. */
export interface Departure {
  readonly process: string;
  readonly outcomes: readonly string[];
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

/** Measures whose value is no part of a whole. */
const RATIOS: ReadonlySet<MeasureKind> = new Set(["cycle time reduction", "flow stability"]);

/**
 * Checks one KPI file and types it.
 * @throws HubError HUB-2311 for a shape that does not fit, HUB-2312 for an unknown process, contract, rule or stage,
 *   HUB-2313 for a target, window or span that cannot be read or does not go with the measure, HUB-2314 and HUB-2315 (FormulaError)
 *   for a formula
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
  const { measure } = file;
  if (measure !== undefined) return measured({ ...file, measure }, vocabulary, place);
  const own = compileOwnFormula(file, knownTexts(vocabulary), place);
  const isStock = own.moment === null;
  if (file.windows.some((text) => (fold(text) === AS_OF_COHORT) !== isStock)) {
    throw definitionError(
      "HUB-2313",
      isStock
        ? "Rows as they stand have no window to look back over."
        : "Only rows as they stand are counted as of now.",
      { ...place, path: "windows" },
      "Write `windows: [as of]` with `cohort: as of`, and neither without the other.",
    );
  }
  const wanted: TargetKind =
    own.unit === "share" || own.unit === "ratio" ? "ratio" : own.unit === "duration" ? "duration" : "number";
  const isCount = own.statistic === "sum" || own.statistic === "distinct";
  const isExtreme = own.statistic === "lowest" || own.statistic === "highest";
  return finished(file, place, {
    measure: "formula",
    own,
    unit: own.unit,
    of: [],
    subject: own.fact === "fact_handoffs" ? "contract" : "process",
    clock: own.isBusiness ? "business" : "calendar",
    // A number of things, or the least of them, is what it is, however few there are.
    minN: file.min_n ?? (isCount || isExtreme ? 1 : DEFAULT_MIN_N),
    target: file.target === undefined ? null : readTarget(file.target, wanted, file.direction ?? null, place),
    formula: own.words,
  });
}

/** Texts that columns can only hold. */
function knownTexts({ processes, contracts }: KpiVocabulary): ReadonlyMap<string, readonly string[]> {
  const names = [...new Set(processes.map(({ name }) => name))];
  const stages = [...new Set(processes.flatMap((process) => process.stages.map(({ name }) => name)))];
  return new Map([
    ["process.name", names],
    ["contract.name", contracts],
    ["contract_key", contracts],
    ["stage.name", stages],
  ]);
}

type Named = KpiFile & { readonly measure: Exclude<MeasureKind, "formula"> };

function measured(file: Named, vocabulary: KpiVocabulary, place: ErrorPlace): KpiDefinition {
  const subject = OF_CONTRACT.has(file.measure) ? "contract" : "process";
  const known =
    subject === "contract" ? vocabulary.contracts : [...new Set(vocabulary.processes.map((process) => process.name))];
  const all = `all ${subject === "contract" ? "handoffs" : "processes"}`;
  const about = need(true, typeof file.of === "string" ? file.of : file.of?.[0], "of", place);
  const asked = typeof file.of === "object" ? file.of : about === null ? [] : [about];
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
  const reviews = file.measure === "review cadence" || file.measure === "review gap";
  const outcome = need(file.measure === "outcome share" || reviews, file.outcome, "outcome", place);
  const after = need(reviews, file.after, "after", place);
  const names = vocabulary.processes.map((process) => process.name);
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
  const isDuration =
    file.measure === "cycle time" || file.measure === "stage cycle time" || file.measure === "handoff latency";
  const wanted = file.measure === "cycle time reduction" ? "faster" : isDuration ? "duration" : "ratio";
  if (file.measure === "cycle time reduction" && file.baseline === undefined) {
    throw definitionError(
      "HUB-2313",
      "A reduction needs a baseline to be compared with.",
      { ...place, path: "baseline" },
      "Add `baseline: { from: …, to: … }`.",
    );
  }
  return finished(file, place, {
    measure: file.measure,
    own: null,
    unit: isDuration ? "duration" : RATIOS.has(file.measure) ? "ratio" : "share",
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
    again: file.again,
    after: after === null ? null : lookUp(after, names, "process", { ...place, path: "after" }),
    unless: file.unless === undefined ? null : readDeparture(file.unless, vocabulary, { ...place, path: "unless" }),
    clock: file.clock,
    baseline: file.baseline ?? null,
    minN: file.min_n ?? DEFAULT_MIN_N,
    target: file.target === undefined ? null : readTarget(file.target, wanted, file.direction ?? null, place),
    formula: `${FORMULAS[file.measure]}${due === null ? "" : ` The clock starts with the trigger of ${of.join(", ")} and runs ${due}.`}`,
  });
}

const DEFAULT_MIN_N = 10;
/** What only some measures have. */
const NONE = {
  rule: null,
  stage: null,
  outcome: null,
  from: null,
  to: null,
  within: null,
  again: false,
  after: null,
  unless: null,
  dueDays: null,
  goodProcess: null,
  baseline: null,
} as const;

type Common =
  | "name"
  | "title"
  | "question"
  | "owner"
  | "area"
  | "key"
  | "direction"
  | "gates"
  | "until"
  | "season"
  | "by"
  | "windows";
type Particular = Omit<KpiDefinition, Common | "explanation" | keyof typeof NONE>
  & Partial<Pick<KpiDefinition, keyof typeof NONE>>;

/** Adds what every KPI has. */
function finished(file: KpiFile, place: ErrorPlace, particular: Particular): KpiDefinition {
  const { target } = particular;
  const rises = target?.direction === "at least" || target?.direction === "above";
  const definition = {
    ...NONE,
    ...particular,
    name: file.kpi,
    title: file.title ?? titleOf(file.kpi),
    question: file.question,
    owner: file.owner,
    area: file.area,
    key: `${file.kpi}@${file.version}`,
    direction: file.direction ?? (target === null ? null : rises ? "higher is better" : "lower is better"),
    gates: {
      freshness: file.gates.freshness,
      mapping: Number.parseFloat(file.gates.mapping) / 100,
      links: Number.parseFloat(file.gates.links) / 100,
    },
    until: file.until,
    season: file.season,
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
  } satisfies Omit<KpiDefinition, "explanation">;
  const windows = definition.windows.map((window) => window.text).join(", then ");
  const about = definition.of.length === 0 ? "" : ` Of ${definition.of.join(", ")};`;
  const over = definition.own?.moment === null ? " as it stands" : ` over the last complete ${windows}`;
  return {
    ...definition,
    explanation: `${definition.title}: ${definition.formula}${about}${over} with at least ${definition.minN}; target ${target?.text ?? "none"}.`,
  };
}
