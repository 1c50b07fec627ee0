import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ANN, BEN, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;
let acme: string;
let queue: string;
const leads: string[] = [];

beforeAll(async () => {
  const builder = techFlowOrg();
  queue = builder.add("Group", { Name: "Second Queue", Type: "Queue" });
  acme = builder.add("Account", { Name: "Acme", OwnerId: ANN, CSM__c: BEN, BillingCity: "Boston" });
  builder.add("Account", { Name: "Zenith", OwnerId: BEN });
  builder.add("Contact", { LastName: "Fox", FirstName: "Eva", AccountId: acme, OwnerId: ANN });
  builder.add("Opportunity", {
    Name: "Acme new",
    AccountId: acme,
    StageName: "Negotiation",
    Amount: 1000,
    Probability: 60,
    CloseDate: "2026-03-31",
    OwnerId: ANN,
  });
  builder.add("Opportunity", {
    Name: "Acme 50%_more",
    AccountId: acme,
    StageName: "Closed Won",
    Amount: 500,
    Probability: 100,
    CloseDate: "2026-02-15",
    OwnerId: BEN,
    IsClosed: true,
    IsWon: true,
  });
  builder.add("Opportunity", { Name: "No amount", StageName: "Prospecting", CloseDate: "2026-04-15", OwnerId: BEN });
  for (let n = 0; n < 2300; n += 1) {
    const second = String(Math.floor(n / 500)).padStart(2, "0");
    leads.push(
      builder.add("Lead", {
        LastName: `Lead ${String(n)}`,
        Company: n % 2 === 0 ? "Even" : "Odd",
        Status: n % 3 === 0 ? "MQL" : "Open",
        OwnerId: n === 0 ? queue : ANN,
        SystemModstamp: `2026-02-01T10:00:${second}.000Z`,
        IsDeleted: n === 2299,
      }),
    );
  }
  salesforce = await startSalesforce(builder.build());
});

afterAll(() => salesforce.close());

describe("records", () => {
  test("come in SELECT order with canonical names, attributes and parents nested", async () => {
    const { records } = await salesforce.query(
      "select createddate, id, account.owner.name, Account.CSM__r.Email, name from opportunity where name = 'ACME NEW'",
    );
    const [record] = records;
    expect(Object.keys(record ?? {})).toEqual(["attributes", "CreatedDate", "Id", "Account", "Name"]);
    expect(record).toMatchObject({
      attributes: {
        type: "Opportunity",
        url: expect.stringMatching(/^\/services\/data\/v64\.0\/sobjects\/Opportunity\/006/u),
      },
      CreatedDate: "2026-01-05T09:00:00.000+0000",
      Account: {
        attributes: { type: "Account" },
        Owner: { attributes: { type: "User" }, Name: "Ann Archer" },
        CSM__r: { Email: "ben.booth@techflow.example" },
      },
    });
  });

  test("hold null for a parent that is not set and follow owners of either kind", async () => {
    const orphan = await salesforce.query("SELECT Account.Name FROM Opportunity WHERE AccountId = null");
    expect(orphan.records[0]).toMatchObject({ Account: null });
    const owned = await salesforce.query(`SELECT Owner.Name, Owner.Type FROM Lead WHERE Id = '${leads[0] ?? ""}'`);
    expect(owned.records[0]).toMatchObject({
      Owner: { attributes: { type: "Group" }, Name: "Second Queue", Type: "Group" },
    });
  });

  test("list their children under the relationship's name, null when there are none", async () => {
    const { records } = await salesforce.query(
      "SELECT Name, (SELECT Name FROM Opportunities ORDER BY Amount DESC LIMIT 1), (SELECT Id FROM Contacts) FROM Account ORDER BY Name",
    );
    expect(records[0]).toMatchObject({
      Name: "Acme",
      Opportunities: { totalSize: 1, done: true, records: [{ Name: "Acme new" }] },
      Contacts: { totalSize: 1 },
    });
    expect(records[1]).toMatchObject({ Name: "Zenith", Opportunities: null });
  });
});

describe("conditions", () => {
  const names = async (where: string): Promise<unknown[]> => {
    const { records } = await salesforce.query(`SELECT Name FROM Opportunity WHERE ${where} ORDER BY Name`);
    return records.map((each) => each["Name"]);
  };

  test.each([
    ["Amount > 500", ["Acme new"]],
    ["Amount != 500", ["Acme new", "No amount"]],
    ["Amount = NULL", ["No amount"]],
    ["NOT Amount = NULL", ["Acme 50%_more", "Acme new"]],
    [String.raw`Name LIKE '%50\%\_m%'`, ["Acme 50%_more"]],
    ["Name LIKE 'acme _e%'", ["Acme new"]],
    ["StageName IN ('closed won', 'Prospecting')", ["Acme 50%_more", "No amount"]],
    ["StageName NOT IN ('Closed Won') AND (Amount > 1 OR Probability = null)", ["Acme new", "No amount"]],
    ["CloseDate = THIS_MONTH", ["Acme new"]],
    ["CloseDate = LAST_N_DAYS:30", ["Acme 50%_more"]],
    ["CloseDate > TODAY", ["Acme new", "No amount"]],
    ["CloseDate < 2026-03-31", ["Acme 50%_more"]],
    ["CreatedDate >= 2026-01-05T10:00:00+01:00 AND IsWon = true", ["Acme 50%_more"]],
    ["AccountId IN (SELECT Id FROM Account WHERE CSM__r.Name = 'Ben Booth')", ["Acme 50%_more", "Acme new"]],
    ["Owner.Name = 'Ann Archer'", ["Acme new"]],
  ])("keep the rows of %s", async (where, expected) => {
    expect(await names(where)).toEqual(expected);
  });

  test("accept 15-character ids", async () => {
    expect(await names(`AccountId = '${acme.slice(0, 15)}'`)).toHaveLength(2);
  });
});

describe("aggregates", () => {
  test("COUNT() answers with a size and no records", async () => {
    const answer = await salesforce.query("SELECT COUNT() FROM Lead WHERE Company = 'Even'");
    expect(answer).toEqual({ totalSize: 1150, done: true, records: [] });
  });

  test("groups, names what is unnamed expr0, and orders by an alias", async () => {
    const { records } = await salesforce.query(
      "SELECT Status, COUNT(Id) n, MAX(SystemModstamp) FROM Lead GROUP BY Status HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC",
    );
    expect(records).toEqual([
      { attributes: { type: "AggregateResult" }, Status: "Open", n: 1532, expr0: "2026-02-01T10:00:04.000+0000" },
      { attributes: { type: "AggregateResult" }, Status: "MQL", n: 767, expr0: "2026-02-01T10:00:04.000+0000" },
    ]);
    const byMonth = await salesforce.query(
      "SELECT CALENDAR_MONTH(CloseDate) m, SUM(Amount) total FROM Opportunity GROUP BY CALENDAR_MONTH(CloseDate) ORDER BY CALENDAR_MONTH(CloseDate)",
    );
    expect(byMonth.records.map((each) => [each["m"], each["total"]])).toEqual([
      [2, 500],
      [3, 1000],
      [4, null],
    ]);
  });
});

describe("order and pages", () => {
  test("nulls sort first unless asked otherwise", async () => {
    const amounts = async (tail: string): Promise<unknown[]> => {
      const { records } = await salesforce.query(`SELECT Amount FROM Opportunity ORDER BY Amount ${tail}`);
      return records.map((each) => each["Amount"]);
    };
    expect(await amounts("")).toEqual([null, 500, 1000]);
    expect(await amounts("DESC NULLS LAST")).toEqual([1000, 500, null]);
  });

  test("pages carry the whole size and end with done", async () => {
    const soql = "SELECT Id FROM Lead WHERE SystemModstamp >= 2026-02-01T10:00:01Z ORDER BY SystemModstamp, Id";
    const first = await salesforce.query(soql, "query", { "Sforce-Query-Options": "batchSize=1000" });
    expect(first).toMatchObject({ totalSize: 1799, done: false });
    expect(first.nextRecordsUrl).toMatch(/^\/services\/data\/v64\.0\/query\/01g.*-1000$/u);
    const second = await salesforce.call("GET", first.nextRecordsUrl ?? "");
    expect(second.body).toMatchObject({ totalSize: 1799, done: true });
    expect(second.body).not.toHaveProperty("nextRecordsUrl");
    const ids = [...first.records, ...(second.body as typeof first).records].map((each) => each["Id"]);
    expect(ids).toEqual(leads.slice(500, 2299));
  });

  test("Id keyset pages inside a fixed cutoff reach every row once", async () => {
    const seen: unknown[] = [];
    let last = "000000000000000AAA";
    for (;;) {
      const { records } = await salesforce.query(
        `SELECT Id FROM Lead WHERE SystemModstamp <= 2026-02-01T10:00:03Z AND Id > '${last}' ORDER BY Id LIMIT 700`,
      );
      seen.push(...records.map((each) => each["Id"]));
      if (records.length < 700) break;
      last = String(records.at(-1)?.["Id"]);
    }
    expect(seen).toEqual(leads.slice(0, 2000));
  });

  test("a cursor ends after two days", async () => {
    const { nextRecordsUrl } = await salesforce.query("SELECT Id FROM Lead");
    salesforce.clock.advance(2 * 86_400_000);
    const late = await salesforce.call("GET", nextRecordsUrl ?? "");
    salesforce.clock.advance(-2 * 86_400_000);
    expect(late).toMatchObject({ status: 400, body: [{ errorCode: "INVALID_QUERY_LOCATOR" }] });
  });

  test("queryAll shows what query hides, until the recycle bin is emptied", async () => {
    const soql = "SELECT Id FROM Lead WHERE IsDeleted = true";
    expect((await salesforce.query(soql)).totalSize).toBe(0);
    salesforce.clock.set(Date.parse("2026-02-10T00:00:00Z"));
    expect((await salesforce.query(soql, "queryAll")).totalSize).toBe(1);
    salesforce.clock.set(Date.parse("2026-03-02T12:00:00Z"));
    expect((await salesforce.query(soql, "queryAll")).totalSize).toBe(0);
  });
});

describe("errors", () => {
  test.each([
    [
      "SELECT Id, Foo FROM Lead",
      "INVALID_FIELD",
      "\nSELECT Id, Foo FROM Lead\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo' on entity 'Lead'.",
    ],
    ["SELECT Id FROM XYZZY", "INVALID_TYPE", "sObject type 'XYZZY' is not supported."],
    ["SELECT Id FROM Lead WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY", "unexpected token: 'OR'"],
    ["SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"],
    [
      "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
      "INVALID_FIELD",
      "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
    ],
    ["SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"],
    ["SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"],
    ["SELECT Id FROM Lead WHERE Id = 'nope'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nope"],
    [
      "SELECT Id FROM Lead WHERE Description = 'x'",
      "INVALID_FIELD",
      "field 'Description' can not be filtered in a query call",
    ],
    ["SELECT Status, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated"],
    ["SELECT Nobody.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Nobody' in field path."],
    ["SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "LIMIT of at most 200"],
  ])("%s", async (soql, errorCode, message) => {
    const error = await salesforce.queryError(soql);
    expect(error).toMatchObject({ status: 400, errorCode });
    expect(error.message).toContain(message);
  });

  test("a request line and headers beyond 16,384 bytes are refused", async () => {
    const long = `SELECT Id FROM Lead WHERE Company IN (${Array.from({ length: 1200 }, (_, n) => `'co ${String(n)}'`).join(",")})`;
    const answer = await salesforce.call("GET", `query?q=${encodeURIComponent(long)}`);
    expect(answer.status).toBe(431);
  });
});
