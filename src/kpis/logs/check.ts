import type { BusinessCalendar, Instant } from "../../model/index.ts";
import { bestAlignment, pathDeviations } from "../cases/alignment.ts";
import type { Alignment, PathDeviation } from "../cases/alignment.ts";
import { fixedAsOf } from "../cases/as-of.ts";
import { textOf } from "../cases/attributes.ts";
import type { Verdict } from "../cases/case.ts";
import { judge } from "../cases/conformance.ts";
import { eventOrder } from "../cases/judged.ts";
import type { Judged } from "../cases/judged.ts";
import type { Rule } from "../definitions/rule.ts";
import { makeSteps } from "./case-events.ts";
import type { CaseNotion } from "./case-events.ts";
import { caseTraces, knownAt, roleIn } from "./case-traces.ts";
import type { CaseTrace, TraceEvent } from "./case-traces.ts";
import type { Checks } from "./check-file.ts";
import type { LogReader } from "./log-reader.ts";

export interface CheckedCase {
  readonly case: string;
  readonly status: "completed" | "open";
  /** Violating as soon as something cannot be repaired; pending while an open case may still go either way. */
  readonly verdict: "conforming" | "violating" | "pending";
  readonly violations: readonly (Verdict & { readonly events: readonly TraceEvent[] })[];
  /** Rules that are not decided yet. */
  readonly pending: readonly string[];
  /** Null without a path, and for open cases. */
  readonly alignment:
    (Pick<Alignment, "cost" | "fitness" | "path"> & { readonly deviations: readonly PathDeviation[] }) | null;
}

export interface CheckedRule {
  readonly rule: Rule;
  /** How often the rule's condition arose, over all cases; 0 for a rule that never fires. */
  readonly activations: number;
  readonly satisfied: number;
  /** Of the satisfied cases, those in which nothing activated the rule. */
  readonly vacuous: number;
  readonly violated: number;
  readonly pending: number;
}

export interface CheckedLog {
  readonly notion: CaseNotion;
  readonly cases: number;
  readonly rules: readonly CheckedRule[];
  readonly completed: number;
  readonly open: number;
  readonly conforming: number;
  readonly violating: number;
  readonly pending: number;
  /** Conforming ÷ (conforming + violating) over completed cases; null without any. */
  readonly compliance: number | null;
  /** Null without a path. */
  readonly alignment: {
    readonly aligned: number;
    readonly fitting: number;
    readonly cost: number;
    /** 1 − Σ cost ÷ Σ worst; null without aligned cases. */
    readonly logFitness: number | null;
    readonly meanFitness: number | null;
  } | null;
}

export interface CheckOptions {
  readonly calendar: BusinessCalendar;
  /** Null: when the log ends. */
  readonly asOf: Instant | null;
  readonly caseType?: string;
}

/**
 * Judges every case of a log by rules, with the engine that measures the hub's own, and aligns it with the allowed paths. A rule
 * takes the order of the log for what happened. With `ends`, cases without any of them are open.
 * @param onCase is told each case in the order of the log; none is held
 * @throws HubError HUB-2411 for an object type the log does not have
 */
export async function checkLog(
  log: LogReader,
  checks: Checks,
  options: CheckOptions,
  onCase: (checked: CheckedCase) => void,
): Promise<CheckedLog> {
  const notion = await makeSteps(log, options.caseType);
  const [row] = await log.rows("SELECT max(happened) AS last FROM step");
  const last = row?.["last"];
  const asOf = options.asOf ?? (typeof last === "bigint" ? Number(last) / 1000 : 0);
  const tally = new Map(
    checks.rules.map((rule) => [rule.id, { activations: 0, satisfied: 0, vacuous: 0, violated: 0, pending: 0 }]),
  );
  const aligned = { n: 0, fitting: 0, cost: 0, worst: 0, fitness: 0 };
  const alignments = new Map<string, Aligned>();
  const found = {
    completed: { conforming: 0, violating: 0, pending: 0 },
    open: { conforming: 0, violating: 0, pending: 0 },
  };
  for await (const trace of caseTraces(log, checks.spelling, checks.rules.some(asksForData))) {
    const ended =
      checks.ends.length === 0
        ? trace.events.at(-1)
        : trace.events.findLast(({ activity }) => checks.ends.includes(activity));
    const judged = judgedOf(trace, ended?.at ?? null, asOf, options.calendar);
    const verdicts = checks.rules.map((rule) => judge(rule, judged));
    for (const { rule, state, activations } of verdicts) {
      const counts = tally.get(rule);
      if (counts === undefined) continue;
      counts.activations += activations;
      counts[state] += 1;
      if (state === "satisfied" && activations === 0) counts.vacuous += 1;
    }
    const best = ended === undefined ? null : alignmentOf(trace, checks.paths, alignments);
    if (best !== null) {
      aligned.n += 1;
      aligned.fitting += Number(best.cost === 0);
      aligned.cost += best.cost;
      aligned.worst += best.worst;
      aligned.fitness += best.fitness;
    }
    const checked = checkedCase(trace, ended !== undefined, verdicts, best);
    found[checked.status][checked.verdict] += 1;
    onCase(checked);
  }
  const { conforming, violating } = found.completed;
  return {
    notion,
    cases: conforming + violating + found.open.violating + found.open.pending,
    rules: checks.rules.map((rule) => ({ rule, ...(tally.get(rule.id) ?? NOTHING) })),
    completed: conforming + violating,
    open: found.open.violating + found.open.pending,
    conforming,
    violating: violating + found.open.violating,
    pending: found.open.pending,
    compliance: conforming + violating === 0 ? null : conforming / (conforming + violating),
    alignment:
      checks.paths.length === 0
        ? null
        : {
            aligned: aligned.n,
            fitting: aligned.fitting,
            cost: aligned.cost,
            logFitness: aligned.worst === 0 ? null : 1 - aligned.cost / aligned.worst,
            meanFitness: aligned.n === 0 ? null : aligned.fitness / aligned.n,
          },
  };
}

function asksForData({ body, condition }: Rule): boolean {
  return condition !== null || body.kind === "needs" || body.kind === "lead" || body.kind === "role";
}

const NOTHING = { activations: 0, satisfied: 0, vacuous: 0, violated: 0, pending: 0 };

type Aligned = Omit<Alignment, "moves"> & { readonly deviations: readonly PathDeviation[] };

/** Variants whose alignment is remembered; rarer ones, of logs where hardly two cases are alike, are aligned again. */
const REMEMBERED = 10_000;

/** Cases of one variant share their alignment. */
function alignmentOf(
  { events }: CaseTrace,
  paths: readonly (readonly string[])[],
  known: Map<string, Aligned>,
): Aligned | null {
  const activities = events.map(({ activity }) => activity);
  const key = JSON.stringify(activities);
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = bestAlignment(activities, paths);
  if (found === null) return null;
  const { cost, worst, fitness, path } = found;
  const aligned = { cost, worst, fitness, path, deviations: pathDeviations(found) };
  if (known.size < REMEMBERED) known.set(key, aligned);
  return aligned;
}

function checkedCase(
  trace: CaseTrace,
  isCompleted: boolean,
  verdicts: readonly Verdict[],
  alignment: Aligned | null,
): CheckedCase {
  const broken = verdicts.filter(({ state }) => state === "violated");
  const deviates = broken.length > 0 || (verdicts.length === 0 && alignment !== null && alignment.cost > 0);
  return {
    case: trace.id,
    status: isCompleted ? "completed" : "open",
    verdict: deviates ? "violating" : isCompleted ? "conforming" : "pending",
    violations: broken.map((verdict) => ({
      ...verdict,
      events: trace.events.filter(({ id }) => verdict.eventIds.includes(id)),
    })),
    pending: verdicts.flatMap(({ rule, state }) => (state === "pending" ? [rule] : [])),
    alignment:
      alignment === null
        ? null
        : {
            cost: alignment.cost,
            fitness: alignment.fitness,
            path: alignment.path,
            deviations: alignment.deviations,
          },
  };
}

function judgedOf(trace: CaseTrace, endedAt: Instant | null, asOf: Instant, calendar: BusinessCalendar): Judged {
  const { events } = trace;
  const known = new Map<unknown, TraceEvent>(events.map((event) => [event, event]));
  const order = eventOrder(events, "recorded");
  return {
    label: `Case ${trace.id}`,
    events,
    order,
    startedAt: events[0]?.at ?? 0,
    endedAt,
    asOf: fixedAsOf(asOf),
    calendar,
    attribute: (name) => textOf(knownAt(trace, name, () => true, calendar)),
    current: (name) => knownAt(trace, name, () => true, calendar),
    valueAt: (name, at, event) =>
      knownAt(trace, name, (each) => (event === undefined ? each.at <= at : !order.isLater(each, event)), calendar),
    roleOf: (event) => {
      const own = known.get(event);
      return own === undefined ? null : roleIn(own);
    },
  };
}
