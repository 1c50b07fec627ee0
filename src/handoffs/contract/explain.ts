import { assertNever, toIso } from "../../model/index.ts";
import type { ComparedField, Contract, Likeness } from "./contract.ts";
import type { Span } from "./durations.ts";
import type { Occasion } from "./phrases.ts";

/** Says a contract back in sentences, as `config check` prints it. */
export function explainContract(contract: Contract): readonly string[] {
  const itself = contract.presentOnce !== null;
  const { sourceType: source, targetType: target } = contract;
  const conditions = [
    ...(contract.where === null ? [] : [`only where ${contract.where.text}`]),
    ...(contract.unless === null ? [] : [`not where ${contract.unless.text}`]),
  ];
  const again = contract.onceDecided ? "again only once the one before was decided" : "each time anew";
  return [
    `${contract.title}: when ${an(source)} enters ${list(contract.trigger.stages)} (${again}${conditions.map((text) => `; ${text}`).join("")}), ${itself ? `its ${contract.presentOnce ?? ""} is to be a person` : `${an(target)} is expected`} within ${span(contract.created)}.`,
    `What happened before ${toIso(contract.since)} is counted apart. After a grace of ${span(contract.grace)} it counts as missing.`,
    ...(contract.targetWhere === null
      ? []
      : [`${capital(an(target))} counts only where ${contract.targetWhere.text}.`]),
    ...matchSentences(contract),
    ...(contract.acceptedWhen.length === 0
      ? []
      : [
          `It is accepted when ${occasions(contract.acceptedWhen, target)}${contract.accepted === null ? "" : `, due within ${span(contract.accepted)}`}.`,
        ]),
    ...(contract.rejectedWhen.length === 0
      ? []
      : [`It is rejected when ${occasions(contract.rejectedWhen, target)} before that.`]),
    ...reasons(contract),
    ...(contract.returnedWhen.length === 0
      ? []
      : [`Accepted, it is given back when ${occasions(contract.returnedWhen, target)}.`]),
    ...contract.escalation.map(
      ({ after, to }) => `${to} is told when a deadline was missed ${span(after)} ago and nothing came of it.`,
    ),
    ...(contract.revokedWhen.length === 0
      ? []
      : [`Nothing is expected any more once ${occasions(contract.revokedWhen, source)}.`]),
    ...needs(contract),
    ...contract.fields.map((field) => fieldSentence(field, contract)),
    mode(contract),
  ];
}

function matchSentences({ match, sourceType, targetType }: Contract): readonly string[] {
  const links = [
    ...match.linkFromTarget.map((attribute) => `its ${attribute} is the ${sourceType}'s id`),
    ...match.linkFromSource.map((attribute) => `the ${sourceType}'s ${attribute} is its id`),
  ];
  const keys = match.keys.map((key) => `both have the same ${key.map(({ ours }) => ours).join(" and ")}`);
  if (links.length + keys.length + match.likenesses.length === 0) return [];
  const alike = match.likenesses.map(like);
  return [
    ...(links.length + keys.length === 0
      ? []
      : [`${capital(an(targetType))} belongs to it when ${[...links, ...keys].join(", or else when ")}.`]),
    ...(alike.length === 0 ? [] : [`${capital(an(targetType))} with ${alike.join(" or ")} ${taken(match)}.`]),
  ];
}

function taken({ accept, margin, tieBreaks }: Contract["match"]): string {
  if (accept === null) return "is shown as a candidate and never taken";
  const ties = tieBreaks.length === 0 ? "" : `; between equals its ${list(tieBreaks, "and then")} decides`;
  return `is shown as a candidate, and taken when it is ${percent(accept)} likely and ${percent(margin)} ahead of any other${ties}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function like(likeness: Likeness): string {
  if (likeness.kind === "reference") return `the same ${likeness.reference}`;
  return likeness.kind === "company"
    ? `the same company in its ${list(likeness.theirs)}`
    : `the same ${list(likeness.theirs)}`;
}

function occasions(all: readonly Occasion[], type: string): string {
  return all.map((occasion) => sayOccasion(occasion, type)).join(", or ");
}

function sayOccasion(occasion: Occasion, type: string): string {
  switch (occasion.kind) {
    case "enters":
      return `the ${type} enters ${list(occasion.stages)}${occasion.byPerson ? " by a person's hand" : ""}`;
    case "leaves":
      return `the ${type} leaves ${list(occasion.stages)}`;
    case "step":
      return `the step "${occasion.step}" is ${occasion.did}`;
    case "set":
      return `the ${type}'s ${occasion.attribute} is set${occasion.byPerson ? " by a person" : ""}`;
    case "removed":
      return `the ${type} is ${occasion.causes.includes("deleted") ? "deleted" : ""}${occasion.causes.length === 1 || !occasion.causes.includes("archived") ? "" : " or "}${occasion.causes.includes("archived") ? "archived" : ""}`;
    default:
      return assertNever(occasion);
  }
}

function mode({ mode, createFrom, begins }: Contract): string {
  if (mode === "observe") return "The hub only watches: it proposes nothing.";
  const create =
    createFrom === null
      ? "creates nothing"
      : `creates what is missing from ${createFrom.template} in ${createFrom.connection}${beginnings(begins)}`;
  return `The hub ${mode === "auto" ? "carries out on its own" : "proposes"} repairs: it ${create} and brings fields the source owns up to date.`;
}

function needs({ needs: all, sourceType, createFrom }: Contract): readonly string[] {
  const say = (holds: boolean): string =>
    list(
      all.filter((need) => need.holds === holds).map((need) => need.attribute),
      "and",
    );
  const [held, told] = [say(true), say(false)];
  return [
    ...(held === ""
      ? []
      : [
          `The ${sourceType} is to bring along ${held}${createFrom === null ? "" : "; while one is missing nothing is created"}.`,
        ]),
    ...(told === ""
      ? []
      : [`It should have ${told}, too; where one is missing that is told, and nothing waits for it.`]),
  ];
}

function reasons({ rejection, targetType }: Contract): readonly string[] {
  if (rejection === null) return [];
  const where =
    rejection.attribute === null ? "the stage it was rejected into" : `the ${targetType}'s ${rejection.attribute}`;
  return [`A rejection says why in ${where}: ${list(rejection.known)}; without one of these it needs a decision.`];
}

function fieldSentence({ name, ours, theirs, owner, onConflict }: ComparedField, contract: Contract): string {
  const { sourceType: source, targetType: target } = contract;
  const pair = `the ${source}'s ${ours} and the ${target}'s ${theirs}`;
  switch (owner) {
    case "source":
      return `${name}: the ${source}'s ${ours} decides what the ${target}'s ${theirs} is.`;
    case "target":
      return `${name}: the ${target}'s ${theirs} decides what the ${source}'s ${ours} is.`;
    case "shared":
      return `${name}: ${pair} follow each other; ${conflictWords(onConflict, source, target)}.`;
    case "create_once":
      return `${name}: the ${target}'s ${theirs} begins as the ${source}'s ${ours} and is free after that.`;
    case "append_only":
      return `${name}: what the ${source}'s ${ours} holds is added to the ${target}'s ${theirs}; nothing is taken away.`;
    case "derived":
      return `${name}: ${pair} are never compared and never written.`;
    default:
      return assertNever(owner);
  }
}

function conflictWords(policy: ComparedField["onConflict"], source: string, target: string): string {
  switch (policy) {
    case "manual":
      return "when both changed, a person decides";
    case "most_recent":
      return "when both changed, the later change holds where both systems tell its time, else a person decides";
    case "prefer_non_empty":
      return "when both changed, what is not empty holds, else a person decides";
    case "source":
      return `when both changed, the ${source} holds`;
    case "target":
      return `when both changed, the ${target} holds`;
    default:
      return assertNever(policy);
  }
}

function beginnings(begins: Contract["begins"]): string {
  const all = Object.entries(begins).map(
    ([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`,
  );
  return all.length === 0 ? "" : ` with ${list(all, "and")}`;
}

function list(words: readonly string[], join = "or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${join} ${last}`;
}

function span({ text }: Span): string {
  return text;
}

function an(noun: string): string {
  return `${/^[aeiou]/u.test(noun) ? "an" : "a"} ${noun}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
