import type { AccountPair } from "./lookalikes.ts";
import { ROSTER } from "./roster.ts";
import type { Ref, TruthPair } from "./truth.ts";

/** Labelled pairs: accounts that look alike, and the roster's identities across systems. */
export function truthPairs(accounts: readonly AccountPair[]): TruthPair[] {
  const account = (id: string): Ref => ({ system: "salesforce", stream: "Account", id });
  const pairs: TruthPair[] = accounts.map((pair) => ({
    type: "account",
    a: account(pair.a.id),
    b: account(pair.b.id),
    same: pair.same,
    why: pair.why,
  }));
  const refsOf = (entry: (typeof ROSTER)[number]): Ref[] => [
    ...(entry.salesforce === undefined
      ? []
      : [{ system: "salesforce" as const, stream: "User", id: entry.salesforce.userId }]),
    ...(entry.asana === undefined ? [] : [{ system: "asana" as const, stream: "users", id: entry.asana.gid }]),
    ...(entry.monday === undefined ? [] : [{ system: "monday" as const, stream: "users", id: entry.monday.id }]),
  ];
  for (const [i, entry] of ROSTER.entries()) {
    const [first, second] = refsOf(entry);
    if (first !== undefined && second !== undefined) {
      pairs.push({ type: "person", a: first, b: second, same: true, why: "one person in two systems" });
    }
    const next = ROSTER[i + 1];
    const other = next === undefined || next.team !== entry.team ? undefined : refsOf(next)[1];
    if (first !== undefined && other !== undefined && entry.service !== true) {
      pairs.push({ type: "person", a: first, b: other, same: false, why: "colleagues of one team" });
    }
  }
  return pairs;
}
