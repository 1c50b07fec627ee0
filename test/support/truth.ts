import { parseRecordKey } from "../../src/model/index.ts";
import type { Handoff } from "../../src/model/index.ts";
import type { Truth } from "../../src/sandbox/index.ts";

type TruthHandoff = Truth["handoffs"][number];
type Ref = NonNullable<TruthHandoff["source"]>;

const FIELDS = ["link", "timeliness", "content", "decision", "label"] as const;

/** Every way in which the hub's handoffs differ from what is true; empty when they agree. */
export function differencesFromTruth(truth: Truth, handoffs: readonly Handoff[]): readonly string[] {
  const found = new Map(handoffs.map((handoff) => [nameOfHandoff(handoff), handoff]));
  const differences: string[] = [];
  for (const expected of truth.handoffs) {
    const name = nameOfTruth(expected);
    const actual = found.get(name);
    found.delete(name);
    if (actual === undefined)
      differences.push(`missed: ${name} (${expected.label ?? "historical"}; ${expected.defects.join(", ")})`);
    else differences.push(...compare(name, expected, actual));
  }
  for (const [name, handoff] of found) differences.push(`invented: ${name} (${handoff.label}; ${handoff.because})`);
  return differences;
}

function compare(name: string, expected: TruthHandoff, actual: Handoff): readonly string[] {
  if (expected.historical || actual.historical) {
    return expected.historical === actual.historical
      ? []
      : [`${name}: historical ${actual.historical}, truth ${expected.historical}`];
  }
  const told = `(${expected.defects.join(", ")}; ${actual.because})`;
  // With nothing but a name to go by the right answer is the right match, or a doubt that lists it: never a wrong one.
  if (expected.evidence === "fuzzy") {
    const named = (expected.target ?? expected.byName[0])?.id;
    const shown = actual.claimedKeys.map(idOf).includes(named);
    const right = actual.targetKey === null ? shown || named === undefined : idOf(actual.targetKey) === named;
    const honest =
      named === undefined || ["ambiguous", "matched"].includes(actual.link) || expected.link === actual.link;
    return honest && right
      ? []
      : [`${name}: ${actual.link} with ${actual.targetKey}, truth fuzzy ${expected.link} ${told}`];
  }
  const differences = FIELDS.filter((field) => expected[field] !== null && expected[field] !== actual[field]).map(
    (field) => `${name}: ${field} ${actual[field]}, truth ${expected[field]} ${told}`,
  );
  const target = actual.targetKey === null ? undefined : idOf(actual.targetKey);
  if (expected.link === "matched" && target !== expected.target?.id) {
    differences.push(`${name}: target ${target}, truth ${expected.target?.id} ${told}`);
  }
  return differences;
}

export function nameOfTruth({ contract, occurrence, source, target }: TruthHandoff): string {
  return source === null ? `${contract} orphan ${refText(target)}` : `${contract} ${refText(source)} #${occurrence}`;
}

export function nameOfHandoff({ contract, occurrence, sourceKey, targetKey }: Handoff): string {
  return sourceKey === null
    ? `${contract} orphan ${keyText(targetKey)}`
    : `${contract} ${keyText(sourceKey)} #${occurrence}`;
}

function refText(ref: Ref | null): string {
  return ref === null ? "nothing" : `${ref.system} ${ref.stream} ${ref.id}`;
}

function keyText(key: string | null): string {
  const parsed = key === null ? undefined : parseRecordKey(key);
  return parsed === undefined ? "nothing" : `${parsed.system} ${parsed.stream} ${parsed.id}`;
}

function idOf(key: string): string | undefined {
  return parseRecordKey(key)?.id;
}
