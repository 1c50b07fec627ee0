import { HubError, parseInstant } from "../model/index.ts";
import type { BusinessCalendar, Instant } from "../model/index.ts";
import { compileCondition } from "./condition.ts";
import type { AttributeKinds, Condition } from "./condition.ts";
import { compileFields, readSkew } from "./compile-fields.ts";
import type { Contract } from "./contract.ts";
import { parseSpan } from "./durations.ts";
import type { Span } from "./durations.ts";
import { compileMatch } from "./match-rules.ts";
import { OCCASION_GRAMMAR, parseOccasions } from "./phrases.ts";
import type { Occasion } from "./phrases.ts";
import { checkAttribute, known } from "./problems.ts";
import type { ContractProblem, Report, TypeWords } from "./problems.ts";
import type { HandoffFile } from "./schema.ts";

export interface ContractOptions {
  /** Says when a `since` without a time begins. */
  readonly calendar: BusinessCalendar;
  /** Object types of the model; without them names are not checked. */
  readonly types?: ReadonlyMap<string, TypeWords>;
  /** Names of connections, for `create_from`. */
  readonly connections?: readonly string[];
}

const NO_SPAN: Span = { kind: "clock", ms: 0, text: "0h" };

/** Compiles a contract; throws its first problem as a HubError of HUB-22xx. */
export function compileContract(file: HandoffFile, options: ContractOptions): Contract {
  const { value, problems } = tryCompileContract(file, options);
  const [problem] = problems;
  if (value !== null) return value;
  if (problem === undefined) throw new HubError("HUB-1001", `The contract ${file.handoff} has no problem told.`);
  throw new HubError(problem.code, problem.message, {
    disposition: "operator",
    place: { file: `${file.handoff}.yaml`, path: (problem.path ?? []).join(".") },
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  });
}

/** Compiles a contract and collects every problem in it; the value is null when there is one. */
export function tryCompileContract(
  file: HandoffFile,
  options: ContractOptions,
): { readonly value: Contract | null; readonly problems: readonly ContractProblem[] } {
  const problems: ContractProblem[] = [];
  const report: Report = (path, code, message, remedy) => {
    problems.push({ code, message, path, ...(remedy === undefined ? {} : { remedy }) });
  };
  const trigger = readTrigger(file, report);
  const sourceType = trigger.type;
  const itself = file.to.expect === "itself";
  const targetType = itself ? sourceType : file.to.expect;
  for (const [path, type] of [[["from", "when"], sourceType] as const, [["to", "expect"], targetType] as const]) {
    if (options.types !== undefined && !options.types.has(type)) {
      report(path, "HUB-2203", `No mapping makes objects of the type "${type}".`, known([...options.types.keys()]));
    }
  }
  const source = options.types?.get(sourceType);
  const target = options.types?.get(targetType);
  checkStages(["from", "when"], trigger.stages, source, sourceType, report);
  const occasions = (key: "accepted_when" | "rejected_when" | "revoked_when", type: string): readonly Occasion[] => {
    const sentence = file[key];
    if (sentence === undefined) return [];
    const parsed = parseOccasions(sentence, type);
    if ("unreadable" in parsed) {
      report([key], "HUB-2202", `"${parsed.unreadable}" cannot be read.`, OCCASION_GRAMMAR);
      return [];
    }
    const words = type === sourceType ? source : target;
    for (const occasion of parsed.occasions) {
      if (occasion.kind === "enters" || occasion.kind === "leaves")
        checkStages([key], occasion.stages, words, type, report);
      else if (occasion.kind === "set") checkAttribute([key], occasion.attribute, words, type, report);
    }
    return parsed.occasions;
  };
  const condition = (key: "where" | "unless"): Condition | null => {
    const text = file[key];
    if (text === undefined) return null;
    const kinds: AttributeKinds = source?.attributes ?? null;
    const compiled = compileCondition(text, sourceType, kinds);
    if ("condition" in compiled) return compiled.condition;
    report(
      [key],
      "HUB-2204",
      `The condition cannot be used: ${compiled.slip}.`,
      `It speaks of "${sourceType.replaceAll("-", "_")}.<attribute>" and gives yes or no.`,
    );
    return null;
  };
  const span = (key: "created" | "grace" | "accepted"): Span | null => {
    const text = file.due[key];
    if (text === undefined) return null;
    const parsed = parseSpan(text);
    if (parsed === undefined)
      report(
        ["due", key],
        "HUB-2205",
        `"${text}" is no length of time.`,
        "Write 24h, 2 days, 1 business hour or 3 business days.",
      );
    return parsed ?? NO_SPAN;
  };
  if (file.money !== undefined) checkAttribute(["money"], file.money, source, sourceType, report);
  const contract: Contract = {
    name: file.handoff,
    title: file.title ?? titleOf(file),
    since: readSince(file, options.calendar, report),
    mode: file.mode,
    fromTeam: file.from.team ?? null,
    toTeam: file.to.team ?? null,
    backupOwner: file.to.backup ?? null,
    sourceType,
    targetType,
    presentOnce: readPresence(file, itself, source, sourceType, report),
    trigger: { stages: trigger.stages },
    onceDecided: file.from.again === "once decided",
    where: condition("where"),
    unless: condition("unless"),
    createFrom: readCreateFrom(file, options.connections, report),
    created: span("created") ?? NO_SPAN,
    grace: span("grace") ?? NO_SPAN,
    accepted: span("accepted"),
    match: compileMatch(file.match, { sourceType, targetType, source, target, report }),
    needs: file.needs,
    acceptedWhen: occasions("accepted_when", targetType),
    rejectedWhen: occasions("rejected_when", targetType),
    revokedWhen: occasions("revoked_when", sourceType),
    fields: compileFields(file, { sourceType, targetType, source, target, report }),
    clockSkewMs: readSkew(file, report),
    money: file.money ?? null,
    createsPerRun: file.limits.creates_per_run ?? null,
  };
  return { value: problems.length === 0 ? contract : null, problems };
}

function readTrigger(file: HandoffFile, report: Report): { readonly type: string; readonly stages: readonly string[] } {
  const type = file.from.when.trim().split(/\s+/u)[0] ?? "";
  const parsed = parseOccasions(file.from.when, type);
  const [only, more] = "occasions" in parsed ? parsed.occasions : [];
  if (only?.kind === "enters" && more === undefined && !only.byPerson) return { type, stages: only.stages };
  report(["from", "when"], "HUB-2202", `"${file.from.when}" is no trigger.`, "Write `<object type> enters <stage>`.");
  return { type, stages: [] };
}

function readPresence(
  file: HandoffFile,
  itself: boolean,
  words: TypeWords | undefined,
  type: string,
  report: Report,
): string | null {
  const text = file.to.present_when;
  if (!itself) {
    if (text !== undefined)
      report(
        ["to", "present_when"],
        "HUB-2206",
        "`present_when` belongs to a target that is the source itself.",
        "Leave it out, or write `expect: itself`.",
      );
    return null;
  }
  const attribute = /^(?:when )?(?:its )?(\S+) is a person$/u.exec(text?.trim() ?? "")?.[1];
  if (attribute === undefined) {
    report(
      ["to", "present_when"],
      "HUB-2206",
      "A target that is the source itself needs to say when it is present.",
      "Write `present_when: owner is a person`.",
    );
    return null;
  }
  checkAttribute(["to", "present_when"], attribute, words, type, report);
  return attribute;
}

function readCreateFrom(
  file: HandoffFile,
  connections: readonly string[] | undefined,
  report: Report,
): Contract["createFrom"] {
  const text = file.to.create_from;
  if (text === undefined) return null;
  const [connection = "", ...rest] = text.split("/");
  const template = rest.join("/");
  if (template === "")
    report(["to", "create_from"], "HUB-2207", `"${text}" names no template.`, "Write `<connection>/<template>`.");
  else if (connections !== undefined && !connections.includes(connection)) {
    report(["to", "create_from"], "HUB-2207", `There is no connection "${connection}".`, known(connections));
  }
  return { connection, template };
}

function readSince(file: HandoffFile, calendar: BusinessCalendar, report: Report): Instant {
  const instant = file.since.includes("T") ? parseInstant(file.since) : calendar.startOfDay(file.since);
  if (instant !== undefined && !Number.isNaN(instant)) return instant;
  report(["since"], "HUB-2205", `"${file.since}" is no time.`, "Write 2026-10-01 or 2026-10-01T07:00:00Z.");
  return 0;
}

function checkStages(
  path: ContractProblem["path"],
  stages: readonly string[],
  words: TypeWords | undefined,
  type: string,
  report: Report,
): void {
  if (words === undefined || words.stages === null) return;
  for (const stage of stages) {
    if (!words.stages.includes(stage))
      report(path, "HUB-2203", `Objects of the type ${type} have no stage "${stage}".`, known(words.stages));
  }
}

function titleOf(file: HandoffFile): string {
  const { from, to } = file;
  return from.team === undefined || to.team === undefined ? file.handoff : `${from.team} → ${to.team}`;
}
