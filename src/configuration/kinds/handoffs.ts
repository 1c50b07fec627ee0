import {
  explainContract,
  handoffSchema,
  jointProblems,
  runContractTests,
  tryCompileContract,
} from "../../handoffs/index.ts";
import type { Contract, ContractProblem, HandoffFile } from "../../handoffs/index.ts";
import { knownPeople } from "../known-people.ts";
import type { FileKind, KindProblem } from "../file-kind.ts";
import type { PeopleFile } from "../people-file.ts";
import { suggestion } from "../shape.ts";
import type { NodePath } from "../yaml-file.ts";
import { checkTeam, teamsOf } from "./names.ts";

/** config/handoffs/*.yaml: what one team passes to another. */
export const handoffKind: FileKind<Contract> = {
  name: "handoff",
  folder: "handoffs",
  shapeCode: "HUB-2201",
  schema: handoffSchema,
  compile: (data, { calendars, calendar, vocabulary, connections, people }) => {
    const businessTime = calendars.get(calendar);
    // Without the calendar the configuration is refused as a whole; contracts would only add follow-up problems.
    if (businessTime === undefined) return { value: null, problems: [] };
    const file = handoffSchema.parse(data);
    const outcome = tryCompileContract(file, {
      calendar: businessTime,
      types: vocabulary,
      connections: [...connections.keys()],
    });
    return { value: outcome.value, problems: [...outcome.problems.map(withNearest), ...checkPeople(file, people)] };
  },
  checkTogether: (contracts) =>
    jointProblems(contracts).map(({ contract, ...problem }) => ({ ...problem, identity: contract })),
  runTests: (data, contract, { calendars, calendar, people, vocabulary }) => {
    const businessTime = calendars.get(calendar);
    if (businessTime === undefined) return [];
    const known = knownPeople(people, businessTime.localDay(contract.since));
    return runContractTests(contract, handoffSchema.parse(data), {
      calendar: businessTime,
      people: known,
      types: vocabulary,
    });
  },
  identityOf: (contract) => contract.name,
  explain: (contract) => explainContract(contract).join(" "),
};

function withNearest({ choice, ...problem }: ContractProblem): KindProblem {
  return choice === undefined || choice.known.length === 0
    ? problem
    : { ...problem, remedy: suggestion(choice.word, choice.known) };
}

/** The teams and persons that a contract names. */
function checkPeople(file: HandoffFile, people: PeopleFile): readonly KindProblem[] {
  const problems: KindProblem[] = [];
  if (file.from.team !== undefined) problems.push(...checkTeam(file.from.team, ["from", "team"], people));
  if (file.to.team !== undefined) problems.push(...checkTeam(file.to.team, ["to", "team"], people));
  if (people.length === 0) return problems;
  const persons = people.filter(({ service }) => service !== true).map(({ name }) => name);
  const check = (name: string, known: readonly string[], what: string, path: NodePath): void => {
    if (known.includes(name)) return;
    problems.push({
      code: "HUB-2029",
      message: `"${name}" is ${what} of people.yaml.`,
      path,
      remedy: suggestion(name, known),
    });
  };
  if (file.to.backup !== undefined) check(file.to.backup, persons, "no person", ["to", "backup"]);
  const many = Array.isArray(file.escalation);
  const steps = file.escalation === undefined ? [] : [file.escalation].flat();
  for (const [index, { to }] of steps.entries()) {
    const path = many ? ["escalation", index, "to"] : ["escalation", "to"];
    check(to, [...persons, ...teamsOf(people)], "neither a person nor a team", path);
  }
  return problems;
}
