import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Page, Position } from "../../../src/model/index.ts";
import { connect, context, cutMidBody, describeOf, failureOf, json, readAll, rows, stubOrg } from "./stub-org.ts";
import type { Answer, Session, StubOrg } from "./stub-org.ts";

let org: StubOrg;
beforeEach(async () => {
  org = await stubOrg();
});
afterEach(() => org.close());

const FIELDS = {
  Id: "id",
  IsDeleted: "boolean",
  CreatedDate: "datetime",
  CreatedById: "reference",
  LastModifiedDate: "datetime",
  SystemModstamp: "datetime",
  Name: "string",
  Amount: "currency",
};
const selection = { Opportunity: ["Name", "Amount"] };
const id = (n: number): string => `0065e000000000${n}AAA`;
const longId = (n: number): string => `0065e00000${String(n).padStart(5, "0")}AAA`;
const HEADER = '"Id","SystemModstamp","IsDeleted","CreatedDate","CreatedById","LastModifiedDate","Name","Amount"\n';
const STAMP = "2026-11-02T09:00:00.000Z";
const line = (n: number, name = `Deal ${n}`): string =>
  `"${id(n)}","${STAMP}","false","${STAMP}","0055e0000000001AAA","${STAMP}","${name.replaceAll('"', '""')}","${n}.0"\n`;
const row = (n: number): object => ({
  attributes: { type: "Opportunity", url: "/x" },
  Id: id(n),
  SystemModstamp: "2026-11-02T09:00:00.000+0000",
  IsDeleted: false,
  CreatedDate: "2026-11-02T09:00:00.000+0000",
  CreatedById: "0055e0000000001AAA",
  LastModifiedDate: "2026-11-02T09:00:00.000+0000",
  Name: `Deal ${n}`,
  Amount: n,
});

interface Job {
  /** What looking at the job tells, in turn; the last one stays. */
  readonly states?: readonly string[];
  readonly total?: number;
  /** Results by locator; `first` without one. */
  readonly pages: Readonly<Record<string, Answer | readonly Answer[]>>;
}

function csv(text: string, next: string | null, count: number | null = text.split("\n").length - 1): Answer {
  return (_seen, response) => {
    response.writeHead(200, {
      "content-type": "text/csv",
      ...(count === null ? {} : { "Sforce-NumberOfRecords": String(count) }),
      ...(next === null ? {} : { "Sforce-Locator": next }),
    });
    response.end(HEADER + text);
  };
}

/** An org of one object with scripted jobs, one after the other. */
function play(
  jobs: readonly Job[],
  rest: Answer = json(500, []),
  described: Answer = describeOf("Opportunity", FIELDS),
): void {
  let made = 0;
  const looks = new Map<string, number>();
  const turn = (key: string, answers: Answer | readonly Answer[]): Answer => {
    const n = looks.get(key) ?? 0;
    looks.set(key, n + 1);
    return typeof answers === "function" ? answers : (answers[Math.min(n, answers.length - 1)] ?? rest);
  };
  org.script.push((seen, response) => {
    if (seen.path.endsWith("/describe")) return described(seen, response);
    if (seen.path.endsWith("/jobs/query")) {
      made += 1;
      if (made > jobs.length) return json(400, [{ errorCode: "LIMIT_EXCEEDED", message: "Max jobs" }])(seen, response);
      return json(200, { id: `750job${made}`, state: "UploadComplete" })(seen, response);
    }
    const number = /jobs\/query\/750job(\d)/u.exec(seen.path)?.[1];
    const job = jobs[Number(number) - 1];
    if (job === undefined) return rest(seen, response);
    if (seen.path.endsWith("/results")) {
      const key = seen.locator ?? "first";
      const answers = job.pages[key] ?? json(400, [{ errorCode: "INVALID_QUERY_LOCATOR", message: "no" }]);
      return turn(`${number}/${key}`, answers)(seen, response);
    }
    const states = (job.states ?? ["InProgress", "JobComplete"]).map((state) =>
      json(200, { id: `750job${number}`, state, numberRecordsProcessed: job.total ?? 3, errorMessage: "too slow" }),
    );
    return turn(`${number}`, states)(seen, response);
  });
}

const ids = (pages: readonly Page[]): readonly string[] =>
  pages.flatMap((page) => page.records.filter(({ stream }) => stream === "Opportunity").map((record) => record.id));
const bulk = async (): Promise<Session> => connect(org.origin, { bulk: "always" });

const THREE = { first: csv(line(1) + line(2), "abc"), abc: csv(line(3), "null") };

describe("a first read by Bulk 2.0", () => {
  test("follows locators to the literal null and waits longer from look to look", async () => {
    play([{ states: ["UploadComplete", "InProgress", "JobComplete"], pages: THREE }]);
    const session = await bulk();
    const pages = await readAll(session, "Opportunity", null, context(selection));
    expect(ids(pages)).toEqual([id(1), id(2), id(3)]);
    expect(session.waits).toEqual([1000, 2000, 4000]);
    expect(pages.at(-1)?.sourceCount?.count).toBe(3);
    expect(JSON.parse(org.seen.find(({ path }) => path.endsWith("/jobs/query"))?.body ?? "")).toMatchObject({
      operation: "queryAll",
      query: expect.stringMatching(/^SELECT Id,.* FROM Opportunity WHERE SystemModstamp <= .* ORDER BY Id$/u),
    });
  });

  test("gives the very values REST gives", async () => {
    const names = ['Ann "AJ" Lee', "two\nlines, and a comma", "", "Ünïcödé 💡"];
    play([{ total: 4, pages: { first: csv(names.map((name, n) => line(n + 1, name)).join(""), null, 4) } }]);
    const byBulk = await readAll(await bulk(), "Opportunity", null, context(selection));
    org.script.length = 0;
    org.script.push(
      describeOf("Opportunity", FIELDS),
      rows(names.map((name, n) => ({ ...row(n + 1), Name: name === "" ? null : name }))),
    );
    const byRest = await readAll(await connect(org.origin, { bulk: "never" }), "Opportunity", null, context(selection));
    const contents = (pages: readonly Page[]): readonly unknown[] =>
      pages.flatMap((page) => page.records.filter(({ stream }) => stream === "Opportunity"));
    expect(contents(byBulk)).toEqual(contents(byRest));
  });

  test("does not take results that lack a column for rows without values", async () => {
    const lacking: Answer = (_seen, response) => {
      response.writeHead(200, { "content-type": "text/csv", "Sforce-NumberOfRecords": "1" });
      response.end(`"Id","SystemModstamp"\n"${id(1)}","${STAMP}"\n`);
    };
    play([{ total: 1, pages: { first: lacking } }]);
    const pages: Page[] = [];
    const reading = (async (): Promise<void> => {
      pages.push(...(await readAll(await bulk(), "Opportunity", null, context(selection))));
    })();
    expect(await failureOf(reading)).toMatchObject({ code: "HUB-1202" });
    expect(ids(pages)).toEqual([]);
  });

  test("is resumed within a results page after a kill at any page, and repeats no row", async () => {
    play([{ states: ["JobComplete"], pages: THREE }]);
    const whole = await readAll(await bulk(), "Opportunity", null, context(selection));
    for (let kill = 1; kill < whole.length; kill += 1) {
      org.script.length = 0;
      play([{ states: ["JobComplete"], pages: THREE }]);
      const session = await bulk();
      const stored: string[] = [];
      let position: Position | null = null;
      const first = session.connection.read?.read(
        { stream: "Opportunity", id: "Opportunity", title: "" },
        null,
        context(selection),
      );
      let n = 0;
      for await (const page of first ?? []) {
        stored.push(...ids([page]));
        ({ position } = page);
        n += 1;
        if (n === kill) break;
      }
      const rest = await readAll(await bulk(), "Opportunity", position, context(selection));
      expect([...stored, ...ids(rest)]).toEqual([id(1), id(2), id(3)]);
    }
  });

  test("goes on in the middle of a results page, rows stored of it left out", async () => {
    const many = Array.from({ length: 4_500 }, (_, n) => line(n % 9).replace(id(n % 9), longId(n))).join("");
    const job = { states: ["JobComplete"], total: 4_500, pages: { first: csv(many, "null", 4_500) } };
    play([job]);
    const stored: string[] = [];
    let position: Position | null = null;
    const partition = { stream: "Opportunity", id: "Opportunity", title: "" };
    const first = (await bulk()).connection.read?.read(partition, null, context(selection));
    for await (const page of first ?? []) {
      stored.push(...ids([page]));
      ({ position } = page);
      if (stored.length >= 2_000) break;
    }
    expect(stored).toHaveLength(2_000);
    const rest = await readAll(await bulk(), "Opportunity", position, context(selection));
    expect([...stored, ...ids(rest)]).toEqual(Array.from({ length: 4_500 }, (_, n) => longId(n)));
    expect(org.seen.filter(({ path }) => path.endsWith("/jobs/query"))).toHaveLength(1);
  });

  test("starts a new job after the last stored id when the org no longer knows the old one", async () => {
    const gone = json(404, [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }]);
    play([
      { states: ["JobComplete"], pages: { first: csv(line(1) + line(2), "abc"), abc: gone } },
      { states: ["JobComplete"], total: 1, pages: { first: csv(line(3), "null") } },
    ]);
    const pages = await readAll(await bulk(), "Opportunity", null, context(selection));
    expect(ids(pages)).toEqual([id(1), id(2), id(3)]);
    expect(org.seen.filter(({ path }) => path.endsWith("/jobs/query")).at(-1)?.body).toContain(`Id > '${id(2)}'`);
    expect(pages.at(-1)?.sourceCount?.count).toBe(3);
  });

  test("leaves the rest to REST when a job fails", async () => {
    play([{ states: ["InProgress", "Failed"], pages: {} }], rows([row(1), row(2), row(3)]));
    const pages = await readAll(await bulk(), "Opportunity", null, context(selection));
    expect(ids(pages)).toEqual([id(1), id(2), id(3)]);
    expect(org.seen.filter(({ path }) => path.endsWith("/jobs/query"))).toHaveLength(1);
  });

  test("goes on within a page whose body was cut, and does not store a row twice", async () => {
    const torn: Answer = (_seen, response) => {
      response.writeHead(200, { "content-type": "text/csv", "content-length": "5000", "Sforce-NumberOfRecords": "2" });
      response.write(HEADER + line(1) + '"0065e00');
      setImmediate(() => response.destroy());
    };
    play([{ states: ["JobComplete"], pages: { ...THREE, first: [torn, cutMidBody, csv(line(1) + line(2), "abc")] } }]);
    const session = await bulk();
    expect(ids(await readAll(session, "Opportunity", null, context(selection)))).toEqual([id(1), id(2), id(3)]);
    expect(session.waits).toEqual([1000, 250, 500]);
  });

  test("asks again for a page that has fewer rows than its header says", async () => {
    const short = csv(line(1), "abc", 2);
    play([{ states: ["JobComplete"], pages: { ...THREE, first: [short, csv(line(1) + line(2), "abc")] } }]);
    expect(ids(await readAll(await bulk(), "Opportunity", null, context(selection)))).toEqual([id(1), id(2), id(3)]);
  });

  test("ends incomplete with HUB-1322 when the job counts more rows than it dealt, and the next run reads them by REST", async () => {
    play([{ states: ["JobComplete"], total: 4, pages: THREE }], rows([row(1), row(2), row(3), row(4)]));
    const session = await bulk();
    let position: Position | null = null;
    const reading = async (): Promise<void> => {
      const partition = { stream: "Opportunity", id: "Opportunity", title: "" };
      for await (const page of session.connection.read?.read(partition, null, context(selection)) ?? [])
        ({ position } = page);
    };
    expect(await failureOf(reading())).toMatchObject({ code: "HUB-1322", disposition: "stop-stream" });
    const again = await readAll(session, "Opportunity", position, context(selection));
    expect(ids(again)).toEqual([id(1), id(2), id(3), id(4)]);
  });

  test("is not used for what Bulk cannot tell: values of any type, compound ones, refused objects", async () => {
    const any = describeOf("Opportunity", { ...FIELDS, Name: "anyType" });
    play([{ pages: THREE }], rows([row(1)]), any);
    expect(ids(await readAll(await bulk(), "Opportunity", null, context(selection)))).toEqual([id(1)]);
    expect(org.seen.some(({ path }) => path.endsWith("/jobs/query"))).toBe(false);
    org.script.length = 0;
    play([], rows([row(1)]));
    expect(ids(await readAll(await bulk(), "Opportunity", null, context(selection)))).toEqual([id(1)]);
  });
});

describe("by size", () => {
  test("REST tells how many rows there are with its first page, and Bulk reads the rest of many", async () => {
    play(
      [{ states: ["JobComplete"], total: 2, pages: { first: csv(line(2) + line(3), "null") } }],
      rows([row(1)], { totalSize: 3, next: "/services/data/v64.0/query/01g-1" }),
    );
    const pages = await readAll(
      await connect(org.origin, { bulk: { from: 2 } }),
      "Opportunity",
      null,
      context(selection),
    );
    expect(ids(pages)).toEqual([id(1), id(2), id(3)]);
    expect(org.seen.find(({ path }) => path.endsWith("/jobs/query"))?.body).toContain(`Id > '${id(1)}'`);
    expect(pages.at(-1)?.sourceCount?.count).toBe(3);
  });
});
