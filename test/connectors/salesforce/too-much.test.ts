import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Page } from "../../../src/model/index.ts";
import { connect, context, describeOf, failureOf, json, readAll, rows, stubOrg } from "./stub-org.ts";
import type { Answer, StubOrg } from "./stub-org.ts";

let org: StubOrg;
beforeEach(async () => {
  org = await stubOrg();
});
afterEach(() => org.close());

const FIELDS = { Id: "id", IsDeleted: "boolean", CreatedDate: "datetime", SystemModstamp: "datetime", Name: "string" };
const selection = { Opportunity: ["Name"] };
const id = (n: number): string => `0065e00000${String(n).padStart(5, "0")}AAA`;
interface Stored {
  readonly n: number;
  readonly stamp: number;
}

const at = (text: string): number => Date.parse(text);
const literal = (instant: number): string => new Date(instant).toISOString().replace("Z", "+0000");

/** An org that answers the queries of the connector over some rows, and refuses those that `refuses` says. */
function table(stored: readonly Stored[], refuses: (soql: string, found: number) => Answer | undefined): Answer {
  return (seen, response) => {
    if (seen.path.endsWith("/describe")) return describeOf("Opportunity", FIELDS)(seen, response);
    const soql = seen.soql ?? "";
    const number = (pattern: RegExp): number | undefined => {
      const text = pattern.exec(soql)?.[1];
      return text === undefined ? undefined : text.includes("T") ? at(text) : Number(text);
    };
    const from = number(/SystemModstamp >= (\S+)/u);
    const before = number(/SystemModstamp < (\S+)/u);
    const upTo = number(/SystemModstamp <= (\S+)/u);
    const tie = /SystemModstamp > (\S+) OR .* Id > '(\w+)'/u.exec(soql);
    const beyond = tie === null ? /Id > '(\w+)'/u.exec(soql)?.[1] : undefined;
    const limit = number(/LIMIT (\d+)/u) ?? Number.POSITIVE_INFINITY;
    const byId = soql.includes("ORDER BY Id");
    const found = stored
      .filter(({ n, stamp }) => {
        if (from !== undefined && stamp < from) return false;
        if (before !== undefined && stamp >= before) return false;
        if (upTo !== undefined && stamp > upTo) return false;
        if (beyond !== undefined && id(n) <= beyond) return false;
        if (tie === null) return true;
        const mark = at(tie[1] ?? "");
        return stamp > mark || (stamp === mark && id(n) > (tie[2] ?? ""));
      })
      .sort((a, b) => (byId ? a.n - b.n : a.stamp - b.stamp || a.n - b.n))
      .slice(0, limit);
    const refusal = refuses(soql, found.length);
    if (refusal !== undefined) return refusal(seen, response);
    return rows(
      found.map(({ n, stamp }) => ({
        Id: id(n),
        IsDeleted: false,
        CreatedDate: literal(stamp),
        SystemModstamp: literal(stamp),
        Name: `Deal ${n}`,
      })),
    )(seen, response);
  };
}

const refuse = (errorCode: string, status = 400): Answer => json(status, [{ errorCode, message: "too much" }]);
const ids = (pages: readonly Page[]): readonly string[] =>
  pages.flatMap((page) => page.records.filter(({ stream }) => stream === "Opportunity").map((record) => record.id));
const numbered = (count: number, stamp: (n: number) => number): readonly Stored[] =>
  Array.from({ length: count }, (_, n) => ({ n, stamp: stamp(n) }));

describe("what Salesforce finds too much", () => {
  test("in a first read is asked for in fewer rows at once, and goes on after the last id", async () => {
    const stored = numbered(1_200, () => at("2026-11-01T00:00:00Z"));
    org.script.push(table(stored, (_soql, found) => (found > 300 ? refuse("QUERY_TIMEOUT") : undefined)));
    const session = await connect(org.origin);
    const pages = await readAll(session, "Opportunity", null, context(selection));
    expect(ids(pages)).toEqual(stored.map(({ n }) => id(n)));
    expect(session.waits).toEqual([]);
    expect(pages.at(-1)?.position.covered).toEqual([{ from: 0, to: at("2026-11-02T11:00:00Z") }]);
  });

  test("in an increment is asked for by halved intervals without a gap between them", async () => {
    const session = await connect(org.origin);
    org.script.push(table([], () => undefined));
    const first = await readAll(session, "Opportunity", null, context(selection));
    const stored = numbered(900, (n) => at("2026-11-02T10:51:00Z") + Math.floor(n / 3) * 1000);
    org.script.splice(
      0,
      1,
      table(stored, (soql, found) =>
        soql.includes("SELECT") && found > 100 ? refuse("OPERATION_TOO_LARGE") : undefined,
      ),
    );
    const pages = await readAll(session, "Opportunity", first.at(-1)?.position ?? null, context(selection));
    expect(ids(pages)).toEqual(stored.map(({ n }) => id(n)));
  });

  test("within one second is asked for by id", async () => {
    const session = await connect(org.origin);
    org.script.push(table([], () => undefined));
    const first = await readAll(session, "Opportunity", null, context(selection));
    const stored = numbered(10_000, () => at("2026-11-02T10:59:00Z"));
    org.script.splice(
      0,
      1,
      table(stored, (_soql, found) => (found > 4_000 ? refuse("QUERY_TIMEOUT") : undefined)),
    );
    const pages = await readAll(session, "Opportunity", first.at(-1)?.position ?? null, context(selection));
    expect(ids(pages)).toEqual(stored.map(({ n }) => id(n)));
  });

  test("however little is asked for ends the stream with HUB-1310", async () => {
    org.script.push(
      table(
        numbered(5, () => 0),
        (soql) => (soql.startsWith("SELECT") ? refuse("QUERY_TIMEOUT") : undefined),
      ),
    );
    const error = await failureOf(readAll(await connect(org.origin), "Opportunity", null, context(selection)));
    expect([error.code, error.disposition]).toEqual(["HUB-1310", "stop-stream"]);
  });

  test("for one address is asked for in shorter lists of fields", async () => {
    const names = Array.from({ length: 60 }, (_, n) => `Field_number_${n}__c`);
    const wide = { ...FIELDS, ...Object.fromEntries(names.map((name) => [name, "string"])) };
    org.script.push((seen, response) => {
      if (seen.path.endsWith("/describe")) return describeOf("Opportunity", wide)(seen, response);
      if ((seen.soql ?? "").length > 900) return refuse("URI_TOO_LONG", 414)(seen, response);
      const fields = /SELECT (\S+) FROM/u.exec(seen.soql ?? "")?.[1]?.split(",") ?? [];
      const row = { SystemModstamp: "2026-11-02T09:00:00.000+0000", IsDeleted: false };
      return rows([{ ...Object.fromEntries(fields.map((name) => [name, name])), ...row, Id: id(1) }])(seen, response);
    });
    const pages = await readAll(await connect(org.origin), "Opportunity", null, context({ Opportunity: names }));
    const content = pages.at(-1)?.records[0]?.content ?? {};
    expect(names.map((name) => content[name])).toEqual(names);
  });
});

describe("a wide object", () => {
  test("is read by one page for each list of fields, and a row that changed in between is read again", async () => {
    const names = Array.from({ length: 400 }, (_, n) => `A_rather_long_name_of_a_field_${n}__c`);
    const wide = { ...FIELDS, ...Object.fromEntries(names.map((name) => [name, "string"])) };
    let queries = 0;
    org.script.push((seen, response) => {
      if (seen.path.endsWith("/describe")) return describeOf("Opportunity", wide)(seen, response);
      queries += 1;
      const fields = /SELECT (\S+) FROM/u.exec(seen.soql ?? "")?.[1]?.split(",") ?? [];
      const again = (seen.soql ?? "").includes(" IN (");
      // The first row changes between the first list of fields and the others.
      const state = (n: number): string => (n === 1 && (queries > 1 || again) ? "new" : "old");
      const stamp = (n: number): string => `2026-11-02T09:00:0${state(n) === "new" ? 5 : 0}.000+0000`;
      const one = (n: number): object => ({
        ...Object.fromEntries(fields.map((name) => [name, state(n)])),
        SystemModstamp: stamp(n),
        IsDeleted: false,
        Id: id(n),
      });
      return rows(again ? [one(1)] : [one(1), one(2)])(seen, response);
    });
    const pages = await readAll(await connect(org.origin), "Opportunity", null, context({ Opportunity: names }));
    const records = pages.at(-1)?.records ?? [];
    const lists = org.seen.filter(({ soql }) => soql !== null && !soql.includes(" IN (")).length;
    expect(lists).toBe(org.seen.filter(({ soql }) => soql?.includes(" IN (")).length);
    expect(records.map(({ id: one, content }) => [one, new Set(names.map((name) => content[name]))])).toEqual([
      [id(1), new Set(["new"])],
      [id(2), new Set(["old"])],
    ]);
  });
});
