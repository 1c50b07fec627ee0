import { HubError, parseInstant } from "../../model/index.ts";
import type { BusinessCalendar, Instant } from "../../model/index.ts";
import { compileCondition } from "./condition.ts";
import type { AttributeKinds, Condition } from "./condition.ts";
import { compileDeadlines } from "./compile-due.ts";
import { compileFields, readSkew } from "./compile-fields.ts";
import { readBeginnings, readCreateFrom, readPresence } from "./compile-target.ts";
import type { Contract, RejectReasons } from "./contract.ts";
import { compileMatch } from "./compile-match.ts";
import { OCCASION_GRAMMAR, parseOccasions } from "./phrases.ts";
import type { Occasion } from "./phrases.ts";
import { checkAttribute, known } from "./problems.ts";
import type { ContractProblem, Report, Sides, TypeWords } from "./problems.ts";
import type { HandoffFile } from "./schema.ts";

export interface ContractOptions {
  /** Says when a `since` without a time begins. */
  readonly calendar: BusinessCalendar;
  /** Object types of the model; without them names are not checked. */
  readonly types?: ReadonlyMap<string, TypeWords>;
  /** Names of connections, for `create_from`. */
  readonly connections?: readonly string[];
}

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
  const report: Report = (path, code, message, remedy, choice) => {
    problems.push({
      code,
      message,
      path,
      ...(remedy === undefined ? {} : { remedy }),
      ...(choice === undefined ? {} : { choice }),
    });
  };
  const trigger = readTrigger(file, report);
  const sourceType = trigger.type;
  const targetType = file.to.expect === "itself" ? sourceType : file.to.expect;
  const source = options.types?.get(sourceType);
  const target = options.types?.get(targetType);
  const sides: Sides = { sourceType, targetType, source, target, report };
  for (const [path, type] of [[["from", "when"], sourceType] as const, [["to", "expect"], targetType] as const]) {
    if (options.types === undefined || options.types.has(type)) continue;
    const types = [...options.types.keys()];
    report(path, "HUB-2203", `No mapping makes objects of the type "${type}".`, known(types), {
      word: type,
      known: types,
    });
  }
  checkStages(["from", "when"], trigger.stages, source, sourceType, report);
  if (file.money !== undefined) checkAttribute(["money"], file.money, source, sourceType, report);
  const since = readSince(file, options.calendar, report);
  const contract: Contract = {
    name: file.handoff,
    title: file.title ?? titleOf(file),
    since,
    mode: file.mode,
    fromTeam: file.from.team ?? null,
    toTeam: file.to.team ?? null,
    backupOwner: file.to.backup ?? null,
    sourceType,
    targetType,
    presentOnce: readPresence(file, sides),
    trigger: { stages: trigger.stages },
    onceDecided: file.from.again === "once decided",
    where: readCondition(["where"], file.where, sides, "source"),
    unless: readCondition(["unless"], file.unless, sides, "source"),
    targetWhere: readCondition(["to", "where"], file.to.where, sides, "target"),
    begins: readBeginnings(file, sides),
    createFrom: readCreateFrom(file, options.connections, sides),
    ...compileDeadlines(file, since, options.calendar, report),
    match: compileMatch(file.match, sides),
    needs: file.needs.map((need, index) => {
      const [attribute, holds] = typeof need === "string" ? [need, true] : [need.field, need.missing === "hold"];
      checkAttribute(["needs", index], attribute, source, sourceType, report);
      return { attribute, holds };
    }),
    acceptedWhen: readOccasions("accepted_when", targetType, file, sides),
    rejectedWhen: readOccasions("rejected_when", targetType, file, sides),
    returnedWhen: readOccasions("returned_when", targetType, file, sides),
    revokedWhen: readOccasions("revoked_when", sourceType, file, sides),
    rejection: readReasons(file, sides),
    fields: compileFields(file, sides),
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

function readOccasions(
  key: "accepted_when" | "rejected_when" | "returned_when" | "revoked_when",
  type: string,
  file: HandoffFile,
  { source, sourceType, target, report }: Sides,
): readonly Occasion[] {
  const sentence = file[key];
  if (sentence === undefined) return [];
  const parsed = parseOccasions(sentence, type);
  if ("unreadable" in parsed) {
    report([key], "HUB-2202", `"${parsed.unreadable}" cannot be read.`, OCCASION_GRAMMAR);
    return [];
  }
  if (key === "returned_when" && file.accepted_when === undefined) {
    report([key], "HUB-2202", "What was never accepted cannot be given back.", "Say `accepted_when`, too.");
  }
  const words = type === sourceType ? source : target;
  for (const occasion of parsed.occasions) {
    if (occasion.kind === "enters" || occasion.kind === "leaves")
      checkStages([key], occasion.stages, words, type, report);
    else if (occasion.kind === "set") checkAttribute([key], occasion.attribute, words, type, report);
  }
  return parsed.occasions;
}

function readCondition(
  path: readonly string[],
  text: string | undefined,
  sides: Sides,
  side: "source" | "target",
): Condition | null {
  if (text === undefined) return null;
  const [words, type] = side === "source" ? [sides.source, sides.sourceType] : [sides.target, sides.targetType];
  const kinds: AttributeKinds = words?.attributes ?? null;
  const compiled = compileCondition(text, type, kinds);
  if ("condition" in compiled) return compiled.condition;
  sides.report(
    path,
    "HUB-2204",
    `The condition cannot be used: ${compiled.slip}.`,
    `It speaks of "${type.replaceAll("-", "_")}.<attribute>" and gives yes or no.`,
  );
  return null;
}

function readReasons(file: HandoffFile, { target, targetType, report }: Sides): RejectReasons | null {
  const { reject_reasons: reasons, reject_reason: attribute } = file;
  if (attribute !== undefined) checkAttribute(["reject_reason"], attribute, target, targetType, report);
  if (reasons === undefined && attribute === undefined) return null;
  const path = [reasons === undefined ? "reject_reason" : "reject_reasons"];
  if (reasons === undefined) {
    report(path, "HUB-2202", "It is not said which reasons count.", "List them under `reject_reasons:`.");
    return null;
  }
  if (file.rejected_when === undefined) {
    report(path, "HUB-2202", "Nothing says when it is rejected.", "Say `rejected_when`, or leave the reasons out.");
  }
  return { known: reasons, attribute: attribute ?? null };
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
  const { stages: listed = null } = words ?? {};
  if (listed === null) return;
  for (const stage of stages) {
    if (listed.includes(stage)) continue;
    report(path, "HUB-2203", `Objects of the type ${type} have no stage "${stage}".`, known(listed), {
      word: stage,
      known: listed,
    });
  }
}

function titleOf(file: HandoffFile): string {
  const { from, to } = file;
  return from.team === undefined || to.team === undefined ? file.handoff : `${from.team} → ${to.team}`;
}
