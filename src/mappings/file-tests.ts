import { canonicalJson, parseInstant } from "../model/index.ts";
import type { Canonical, FieldValue, MappedEntity, NativeReference, NormalisedEntity } from "../model/index.ts";
import type { CompiledMapping } from "./compile.ts";
import type { MappingProblem } from "./problems.ts";
import type { MappingFile, MappingTest } from "./schema.ts";

const FIRST_SEEN = "2026-01-01T00:00:00Z";

/** Runs the `tests:` of a mapping file; every expectation that does not hold is a problem at its place. */
export function runMappingTests(mapping: CompiledMapping, file: MappingFile): readonly MappingProblem[] {
  return (file.tests ?? []).flatMap((test, index) => runTest(mapping, test, index));
}

function runTest(mapping: CompiledMapping, test: MappingTest, index: number): readonly MappingProblem[] {
  const entity = entityOf(mapping, test);
  const taken = mapping.takes(entity);
  const result = mapping.apply(entity, { firstSeenAt: parseInstant(FIRST_SEEN) ?? 0 });
  const title = test.name ?? `test ${String(index + 1)}`;
  if (!taken && test.expect["taken"] !== false) {
    return [slip(title, index, "taken", "the conditions leave this record out", "to be taken")];
  }
  const found = readable(result);
  const problems: MappingProblem[] = [];
  for (const [name, wanted] of Object.entries(test.expect)) {
    const actual = name === "taken" ? taken : (found[name] ?? null);
    if (fits(actual, wanted)) continue;
    problems.push(slip(title, index, name, `${name} is ${canonicalJson(actual)}`, canonicalJson(wanted)));
  }
  return problems;
}

function slip(title: string, index: number, name: string, found: string, wanted: string): MappingProblem {
  return {
    code: "HUB-2108",
    message: `${title}: ${found}, expected ${wanted}.`,
    path: name === "taken" ? ["tests", index] : ["tests", index, "expect", name],
    remedy: "Correct the mapping or the expectation.",
  };
}

function entityOf(mapping: CompiledMapping, test: MappingTest): NormalisedEntity {
  const at = test.created === undefined ? undefined : parseInstant(test.created);
  const by = { person: null, kind: "unknown" } as const;
  return {
    key: { system: "test", tenant: "test", stream: mapping.stream, id: "1" },
    fields: test.record as Readonly<Record<string, FieldValue>>,
    transitions: (test.changes ?? []).map((change, index) => ({
      field: change.field,
      from: change.from as FieldValue,
      to: change.to as FieldValue,
      at: parseInstant(change.at) ?? 0,
      precision: "ms",
      by,
      source: { stream: "test", id: String(index) },
      sequence: index,
    })),
    created: at === undefined ? null : { at, precision: "ms", by },
    removed: null,
    url: null,
    gaps: [],
  };
}

/** The outcome in the words of `expect`: attributes as a person would write them, references by id or key value. */
function readable(result: MappedEntity): Readonly<Record<string, unknown>> {
  const [object] = result.objects;
  return {
    ...Object.fromEntries(Object.entries(object?.attributes ?? {}).map(([name, value]) => [name, simple(value)])),
    ...Object.fromEntries((object?.references ?? []).map(({ name, to }) => [name, referenceText(to)])),
    events: result.events.map((event) => event.type),
    unmapped: result.unmapped.map((each) => each.value),
  };
}

function simple(value: Canonical): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("day" in value) return value.day;
  if ("at" in value && typeof value.at === "number") return new Date(value.at).toISOString().replace(".000Z", "Z");
  return "person" in value ? value.person : value;
}

function referenceText(to: NativeReference): string {
  return to.kind === "record" ? to.id : to.value;
}

/** An expected number fits an amount of money; an expected object names only the members it cares about. */
function fits(actual: unknown, wanted: unknown): boolean {
  if (typeof actual === "object" && actual !== null && !Array.isArray(actual)) {
    if (typeof wanted === "number") return "amount" in actual && actual.amount === wanted;
    if (typeof wanted === "object" && wanted !== null && !Array.isArray(wanted)) {
      const members: Readonly<Record<string, unknown>> = { ...actual };
      return Object.entries(wanted).every(([name, value]) => fits(members[name], value));
    }
  }
  return canonicalJson(actual) === canonicalJson(wanted);
}
