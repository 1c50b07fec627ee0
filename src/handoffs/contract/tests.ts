import { parseRecordKey } from "../../model/index.ts";
import type { Actor, BusinessCalendar, Canonical, Handoff, Operation } from "../../model/index.ts";
import type { Contract } from "./contract.ts";
import { proposeOperations } from "../proposals/propose.ts";
import type { ContractProblem, TypeWords } from "./problems.ts";
import { reconcile } from "../reconcile.ts";
import type { HandoffFile } from "./schema.ts";
import { canonicalOf, TEST_TENANT, testObject } from "./test-records.ts";
import type { TestSide } from "./test-records.ts";
import type { ContractTest, Expectation } from "./test-schema.ts";

export interface ContractTestOptions {
  readonly calendar: BusinessCalendar;
  /** Who is known, with the team and the backup (by id). */
  readonly people: readonly Pick<Actor, "id" | "name" | "kind" | "team" | "backup">[];
  /** Says what the attributes of the records mean. */
  readonly types?: ReadonlyMap<string, TypeWords>;
}

/** Runs the `tests:` of a contract; every expectation that does not hold is a problem at its place. */
export function runContractTests(
  contract: Contract,
  file: HandoffFile,
  options: ContractTestOptions,
): readonly ContractProblem[] {
  return file.tests.flatMap((test, index) => runTest(contract, test, index, options));
}

interface Outcome {
  readonly handoffs: readonly Handoff[];
  readonly operations: readonly Operation[];
}

function runTest(
  contract: Contract,
  test: ContractTest,
  index: number,
  options: ContractTestOptions,
): readonly ContractProblem[] {
  const stranger = strangerIn(contract, test, options);
  if (stranger !== null) {
    return [
      {
        code: "HUB-2212",
        message: `${test.name ?? `test ${String(index + 1)}`}: nobody is called "${stranger}".`,
        path: ["tests", index],
        remedy: "Name somebody of people.yaml, or `automation`.",
      },
    ];
  }
  const outcome = decideTest(contract, test, options);
  const many = Array.isArray(test.expect);
  const [unexpected] = outcome.handoffs;
  if (many && [test.expect].flat().length === 0 && unexpected !== undefined) {
    return [
      {
        code: "HUB-2212",
        message: `${test.name ?? `test ${String(index + 1)}`}: there is a handoff (${unexpected.label}), expected none.`,
        path: ["tests", index, "expect"],
        remedy: "Correct the contract or the expectation.",
      },
    ];
  }
  return [test.expect].flat().flatMap((expected, at): readonly ContractProblem[] => {
    const path = many ? ["tests", index, "expect", at] : ["tests", index, "expect"];
    const title = test.name ?? `test ${String(index + 1)}`;
    const slip = (found: string, wanted: string, member?: string): ContractProblem => ({
      code: "HUB-2212",
      message: `${title}: ${found}, expected ${wanted}.`,
      path: member === undefined ? path : [...path, member],
      remedy: "Correct the contract or the expectation.",
    });
    const { fitting, called } = choose(outcome.handoffs, expected);
    const [handoff, another] = fitting;
    if (handoff === undefined) return [slip(`there is no handoff ${called}`, "one")];
    if (another !== undefined)
      return [
        slip(`there are ${String(fitting.length)} handoffs ${called}`, "the one that `source` and `occurrence` name"),
      ];
    return compare(handoff, outcome.operations, expected).map(([member, found, wanted]) =>
      slip(`${member} is ${found}`, wanted, member),
    );
  });
}

/** A name that a test takes for a person's and that nobody has; null when there is none. */
function strangerIn(contract: Contract, test: ContractTest, { people, types }: ContractTestOptions): string | null {
  const named = (records: ContractTest["sources"], type: string): readonly string[] => {
    const kinds = types?.get(type)?.attributes;
    return records.flatMap(({ attributes, stages, changes }) => [
      ...Object.entries(attributes).flatMap(([name, value]) =>
        kinds?.get(name) === "person" && typeof value === "string" ? [value] : [],
      ),
      ...[...stages, ...changes].flatMap((each) => ("by" in each && typeof each.by === "string" ? [each.by] : [])),
    ]);
  };
  const known = new Set(["automation", ...people.map(({ name }) => name)]);
  const all = [...test.left, ...named(test.sources, contract.sourceType), ...named(test.targets, contract.targetType)];
  return all.find((name) => !known.has(name)) ?? null;
}

/** What the hub makes of a test's records. */
function decideTest(contract: Contract, test: ContractTest, { calendar, people, types }: ContractTestOptions): Outcome {
  const actors = people.map(({ id, name, kind, team, backup }): Actor => ({
    id,
    name,
    kind,
    team,
    backup,
    active: !test.left.includes(name),
    accounts: ["source", "target"].map((system) => ({
      key: `${system}/${TEST_TENANT}/${name}`,
      method: "test",
      why: "it is the name in the test",
    })),
  }));
  const byName = new Map(actors.map((actor) => [actor.name, actor]));
  const side = (system: TestSide["system"], type: string): TestSide => ({
    system,
    type,
    words: types?.get(type),
    actors: byName,
  });
  const [source, target] = [side("source", contract.sourceType), side("target", contract.targetType)];
  const sources = test.sources.map((record) => testObject(record, source));
  const targets = test.targets.map((record) => testObject(record, target));
  const related = new Map(
    Object.entries(test.related).map(([id, attributes]) => [
      id,
      Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, canonicalOf(name, value, { words: undefined })]),
      ),
    ]),
  );
  const input = { asOf: Date.parse(test.at), calendar, sources, targets, actors, related, waivers: new Map() };
  const bare = reconcile(contract, input);
  const agreed = test.agreed === undefined ? null : agreedOn(contract, test.agreed, source, byName);
  const handoffs =
    agreed === null ? bare : reconcile(contract, { ...input, bases: new Map(bare.map(({ id }) => [id, agreed])) });
  const objects = new Map([...sources, ...targets].map((object) => [object.id, object]));
  const connections = new Map([
    ["the source's", { system: "source", tenant: TEST_TENANT }],
    [contract.createFrom?.connection ?? "the target's", { system: "target", tenant: TEST_TENANT }],
  ]);
  return { handoffs, operations: proposeOperations(contract, { handoffs, objects, actors, connections, calendar }) };
}

/** Persons are agreed on by who they are. */
function agreedOn(
  contract: Contract,
  agreed: NonNullable<ContractTest["agreed"]>,
  source: TestSide,
  actors: ReadonlyMap<string, Actor>,
): Readonly<Record<string, Canonical>> {
  const attributes = new Map(contract.fields.map(({ name, ours }) => [name, ours]));
  return Object.fromEntries(
    Object.entries(agreed).map(([field, value]) => {
      const canonical = canonicalOf(attributes.get(field) ?? field, value, source);
      const person =
        typeof canonical === "object" && canonical !== null && "person" in canonical ? canonical.person : null;
      return [field, person === null ? canonical : { person: actors.get(person)?.id ?? person }];
    }),
  );
}

function choose(
  handoffs: readonly Handoff[],
  { source, occurrence, target }: Expectation,
): { readonly fitting: readonly Handoff[]; readonly called: string } {
  if (source !== undefined) {
    const fitting = handoffs.filter(
      (handoff) =>
        nativeId(handoff.sourceKey) === source && (occurrence === undefined || handoff.occurrence === occurrence),
    );
    return { fitting, called: `of ${source}${occurrence === undefined ? "" : `, occurrence ${String(occurrence)}`}` };
  }
  if (handoffs.length === 1 || typeof target !== "string") return { fitting: handoffs, called: "at all" };
  return { fitting: handoffs.filter(({ targetKey }) => nativeId(targetKey) === target), called: `with ${target}` };
}

/** Member, found, wanted of each expectation that does not hold. */
function compare(
  handoff: Handoff,
  operations: readonly Operation[],
  expected: Expectation,
): readonly (readonly [string, string, string])[] {
  const found: Readonly<Record<string, string>> = {
    label: handoff.historical ? "historical" : handoff.label,
    state: handoff.historical ? "historical" : handoff.plain,
    link: handoff.link,
    timeliness: handoff.timeliness,
    content: handoff.content,
    decision: handoff.decision,
    target: nativeId(handoff.targetKey) ?? "nothing",
  };
  const differing = Object.entries(found).flatMap(([member, is]): (readonly [string, string, string])[] => {
    const wanted = expected[member as keyof Expectation];
    if (wanted === undefined) return [];
    const text = wanted === null ? "nothing" : String(wanted);
    return text === is ? [] : [[member, `"${is}"`, `"${text}"`]];
  });
  if (expected.because !== undefined && !handoff.because.includes(expected.because))
    differing.push(["because", `"${handoff.because}"`, `it to contain "${expected.because}"`]);
  if (expected.operations !== undefined) {
    const said = operations
      .filter(({ handoffId }) => handoffId === handoff.id)
      .map(sayOperation)
      .sort();
    const wanted = [...expected.operations].sort();
    if (said.length !== wanted.length || !said.every((text, at) => `${text} `.startsWith(`${wanted[at] ?? ""} `)))
      differing.push(["operations", sayList(said), sayList(wanted)]);
  }
  return differing;
}

function sayOperation({ action, objectType, field, after }: Operation): string {
  return field === null ? `${action} ${objectType}` : `${action} ${objectType}.${field} to ${sayValue(after)}`;
}

function sayValue(value: Operation["after"]): string {
  if (typeof value !== "object" || value === null) return String(value ?? "nothing");
  if ("person" in value && typeof value.person === "string") return value.person;
  if ("day" in value && typeof value.day === "string") return value.day;
  return "amount" in value && typeof value.amount === "number"
    ? `${value.amount} ${JSON.stringify(value["currency"]).slice(1, -1)}`
    : JSON.stringify(value);
}

function sayList(all: readonly string[]): string {
  return all.length === 0 ? "nothing" : all.map((text) => `"${text}"`).join(", ");
}

function nativeId(key: string | null): string | null {
  return key === null ? null : (parseRecordKey(key)?.id ?? key);
}
