import { resolve } from "node:path";
import { readYamlFile } from "../../configuration/index.ts";
import { checkLog, compileChecks, LogReader, withProcedure } from "../../kpis/index.ts";
import type { CheckedCase, CheckedLog, Checks } from "../../kpis/index.ts";
import { createBusinessCalendar, HubError, toIso } from "../../model/index.ts";
import type { BusinessCalendar } from "../../model/index.ts";
import { logCheckDocument } from "../documents/log.ts";
import { isoOrNull } from "../documents/parts.ts";
import { ListDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { calendarNamed, configurationIfAny, logPath } from "../log-folder.ts";
import { count } from "../log-view.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";
import { readInstant } from "./sandbox.ts";

export interface LogCheckOptions extends GlobalOptions {
  readonly rules?: string;
  readonly procedure?: string;
  readonly case?: string;
  readonly calendar?: string;
}

const SHOWN = 20;

/** Judges every case of a log. Deviations are findings: the exit code is 0. */
export async function logCheckVerb(machine: Machine, name: string, options: LogCheckOptions): Promise<number> {
  if (options.rules === undefined && options.procedure === undefined) {
    throw new HubError("HUB-2410", "Nothing says what to check.", {
      disposition: "operator",
      remedy: "Name a file with --rules or --procedure.",
    });
  }
  const calendar = await calendarFor(machine, options);
  const log = await LogReader.open(logPath(machine, options, name), name);
  try {
    const activities = (await log.rows("SELECT DISTINCT activity FROM event ORDER BY activity")).map((row) =>
      String(row["activity"]),
    );
    const checks = await checksOf(machine, options, activities);
    const check = (onCase: (checked: CheckedCase) => void): Promise<CheckedLog> =>
      checkLog(
        log,
        checks,
        {
          calendar,
          asOf: options.asOf === undefined ? null : readInstant(options.asOf),
          ...(options.case === undefined ? {} : { caseType: options.case }),
        },
        onCase,
      );
    if (options.json) {
      const document = new ListDocument(machine.terminal, logCheckDocument, "caseResults");
      const checked = await check((each) => document.add(toCaseResult(each)));
      document.close(toFigures(name, checks, checked, calendar));
      return EXIT.complete;
    }
    const told: string[] = [];
    let deviations = 0;
    const checked = await check((each) => {
      for (const message of messagesOf(each)) {
        deviations += 1;
        if (told.length < SHOWN) told.push(message);
      }
    });
    machine.terminal.out(checkText(name, checks, checked, { told, more: deviations - told.length }));
    return EXIT.complete;
  } finally {
    log.close();
  }
}

/** The configuration's, unless another is named; without either, a day has 24 hours in UTC. */
async function calendarFor(machine: Machine, options: LogCheckOptions): Promise<BusinessCalendar> {
  if (options.calendar !== undefined) return calendarNamed(machine, options, options.calendar);
  const configuration = await configurationIfAny(machine, options);
  if (configuration !== null) return configuration.calendar;
  const always = [["00:00", "24:00"]] as const;
  const weekly = { 1: always, 2: always, 3: always, 4: always, 5: always, 6: always, 7: always };
  return createBusinessCalendar({ name: "around the clock, UTC", zone: "UTC", weekly, holidays: [] });
}

async function checksOf(machine: Machine, options: LogCheckOptions, activities: readonly string[]): Promise<Checks> {
  const read = async (file: string): Promise<Checks> => {
    const path = resolve(machine.directory, file);
    return compileChecks((await readYamlFile(path)).data, activities, { file });
  };
  const rules = options.rules === undefined ? null : await read(options.rules);
  if (rules !== null && rules.rules.length === 0) throw empty(options.rules, "has no rules");
  const procedure = options.procedure === undefined ? null : await read(options.procedure);
  if (procedure !== null && procedure.rules.length + procedure.paths.length === 0)
    throw empty(options.procedure, "has neither a path nor rules");
  if (rules !== null && procedure !== null) return withProcedure(rules, procedure);
  const only = rules ?? procedure;
  if (only === null) throw new HubError("HUB-1001", "There is nothing to check.");
  return only;
}

function empty(file: string | undefined, what: string): HubError {
  return new HubError("HUB-2410", `The file ${what}.`, {
    disposition: "operator",
    place: file === undefined ? {} : { file },
    remedy: "Write `rules:` with a rule each, or `path:` with a list of activities.",
  });
}

function toFigures(name: string, checks: Checks, checked: CheckedLog, calendar: BusinessCalendar) {
  const { notion, rules, alignment, ...figures } = checked;
  return {
    log: name,
    checkedAgainst: checks.title,
    caseType: notion.type,
    caseTypeGuessed: notion.guessed,
    calendar: calendar.name,
    notInLog: [...checks.notInLog],
    ...figures,
    rules: rules.map(({ rule, ...counts }) => ({
      rule: rule.id,
      text: rule.text,
      sentence: rule.sentence,
      formal: rule.formal,
      ...counts,
    })),
    alignment: alignment === null ? null : { paths: checks.paths.map((path) => [...path]), ...alignment },
  };
}

function toCaseResult(checked: CheckedCase) {
  return {
    case: checked.case,
    status: checked.status,
    verdict: checked.verdict,
    violations: checked.violations.map(({ rule, category, step, message, at, events }) => ({
      rule,
      category: category ?? "",
      step: step ?? "",
      message,
      at: isoOrNull(at),
      events: events.map(({ activity, at: when, id, line }) => ({ activity, at: toIso(when), id, line })),
    })),
    pendingRules: [...checked.pending],
    cost: checked.alignment?.cost ?? null,
    fitness: checked.alignment?.fitness ?? null,
    deviations: (checked.alignment?.deviations ?? []).map((deviation) => ({ ...deviation })),
  };
}

function messagesOf({ case: id, violations, alignment }: CheckedCase): readonly string[] {
  return [
    ...violations.map(({ rule, message }) => `${message} (${rule})`),
    ...(alignment?.deviations ?? []).map(({ message }) => `Case ${id}: ${message}`),
  ];
}

/** The first deviations, and how many more there are. */
interface Told {
  readonly told: readonly string[];
  readonly more: number;
}

function checkText(name: string, checks: Checks, checked: CheckedLog, { told, more }: Told): string {
  const { conforming, completed, open, pending, compliance, rules, alignment } = checked;
  const share = (value: number | null): string => (value === null ? "unknown" : `${(value * 100).toFixed(1)} %`);
  const numbers = ["fired", "held", "broken", "pending"].map((title) => ({ title, align: "right" as const }));
  return [
    `${name} against ${checks.title}: ${count(conforming)} of ${count(completed)} completed cases conform (${share(compliance)}).\n`,
    open === 0 ? "" : `${count(open)} cases are open, ${count(pending)} of them undecided.\n`,
    checks.notInLog.length === 0 ? "" : `No case has ${checks.notInLog.map((each) => `"${each}"`).join(", ")}.\n`,
    alignment === null
      ? ""
      : `${count(alignment.fitting)} of ${count(alignment.aligned)} fit the procedure exactly; fitness ${share(alignment.logFitness)} of the log, ${share(alignment.meanFitness)} of the mean case.\n`,
    rules.length === 0
      ? ""
      : `\n${formatTable(
          [{ title: "rule" }, ...numbers],
          rules.map(({ rule, activations, satisfied, violated, pending: undecided }) => [
            `${rule.id}: ${rule.sentence}`,
            ...[activations, satisfied, violated, undecided].map(count),
          ]),
        )}`,
    told.length === 0 ? "" : `\n${told.join("\n")}\n`,
    more > 0 ? `… ${count(more)} more, with --json\n` : "",
  ].join("");
}
