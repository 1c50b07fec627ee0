import { afterEach, describe, expect, test } from "@jest/globals";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import type { Position } from "../../../src/model/index.ts";
import type { SalesforceSeed } from "../../../src/sandbox/seeds.ts";
import { salesforceId } from "../../../src/sandbox/salesforce/index.ts";
import { ANN, SEEDED_AT, techFlowOrg } from "../../support/salesforce-seed.ts";
import { sandboxOrg } from "./sandbox-org.ts";
import type { SandboxOrg } from "./sandbox-org.ts";
import { connect, context, json, readAll, stubOrg } from "./stub-org.ts";

let org: SandboxOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DEALS = { Opportunity: ["Name", "StageName"] };
const partition = (stream: string): { stream: string; id: string; title: string } => ({
  stream,
  id: stream,
  title: "",
});

/** Onboardings of an org: a custom object with a history of its own. */
function withOnboardings(): SalesforceSeed {
  const builder = techFlowOrg();
  builder
    .customField("Onboarding__c", { name: "Stage__c", label: "Stage", type: "picklist", picklist: ["Kickoff", "Live"] })
    .customField("Onboarding__c", { name: "Go_Live__c", label: "Go live", type: "datetime" })
    .customField("Onboarding__c", { name: "Seats__c", label: "Seats", type: "int" })
    .customField("Onboarding__c", { name: "Modules__c", label: "Modules", type: "multipicklist", picklist: ["A", "B"] })
    .customField("Onboarding__c", {
      name: "Account__c",
      label: "Account",
      type: "reference",
      referenceTo: ["Account"],
      relationshipName: "Account__r",
    });
  for (const [name, type] of [
    ["Field", "string"],
    ["OldValue", "string"],
    ["NewValue", "string"],
  ] as const) {
    builder.customField("Onboarding__History", { name, label: name, type });
  }
  builder.customField("Onboarding__History", {
    name: "ParentId",
    label: "Parent",
    type: "reference",
    referenceTo: ["Onboarding__c"],
    relationshipName: "Parent",
  });
  const account = builder.add("Account", { Name: "Acme" });
  const seed = builder.build();
  const audit = {
    IsDeleted: false,
    CreatedDate: SEEDED_AT,
    CreatedById: ANN,
    LastModifiedDate: SEEDED_AT,
    LastModifiedById: ANN,
    SystemModstamp: SEEDED_AT,
  };
  const id = salesforceId("a10", 1);
  return {
    ...seed,
    customObjects: [
      { name: "Onboarding__c", label: "Onboarding", plural: "Onboardings", keyPrefix: "a10" },
      { name: "Onboarding__History", label: "History", plural: "Histories", keyPrefix: "017" },
    ],
    rows: {
      ...seed.rows,
      Onboarding__c: [
        {
          Id: id,
          Name: "Acme onboarding",
          OwnerId: ANN,
          Stage__c: "Live",
          Go_Live__c: "2026-02-01T10:00:00.000Z",
          Seats__c: 25,
          Modules__c: "A;B",
          Account__c: account,
          ...audit,
        },
        { Id: salesforceId("a10", 2), Name: 'Two "quoted",\nlines', OwnerId: ANN, ...audit },
      ],
      Onboarding__History: [
        {
          Id: salesforceId("017", 1),
          Name: "x",
          ParentId: id,
          Field: "Stage__c",
          OldValue: "Kickoff",
          NewValue: "Live",
          ...audit,
          CreatedDate: "2026-02-01T10:00:00.000Z",
        },
      ],
    },
  };
}

describe("a custom object named in the settings", () => {
  const fields = ["Name", "Stage__c", "Go_Live__c", "Seats__c", "Modules__c", "Account__c", "Account__r.Name"];
  const selection = { Onboarding__c: fields };

  test("is read with its custom fields and history, and its history becomes transitions", async () => {
    org = await sandboxOrg(withOnboardings(), { objects: ["Onboarding__c"] });
    const settings = { login: "jwt", apiVersion: "64.0", objects: ["Onboarding__c"] } as const;
    const streams = salesforce.streams({ ...settings, objects: ["Onboarding__c"] });
    expect(streams.find(({ name }) => name === "Onboarding__History")).toMatchObject({ memberOf: "Onboarding__c" });
    await org.session.connection.identify(new AbortController().signal);
    await org.read("ObjectDescription", selection);
    await org.read("Onboarding__c", selection);
    const pages = await org.read("Onboarding__History", selection);
    const history = pages.flatMap((page) => page.records);
    expect(history).toMatchObject([{ member: { stream: "Onboarding__c", id: salesforceId("a10", 1) } }]);
    const content = org.shelf.live.get("Onboarding__c")?.get(salesforceId("a10", 1)) ?? null;
    const normalise = salesforce.normaliser({
      system: "salesforce",
      tenant: "t",
      settings: { ...settings, objects: ["Onboarding__c"] },
      references: { ObjectDescription: org.shelf.live.get("ObjectDescription") ?? new Map() },
    });
    const entity = normalise({
      system: "salesforce",
      tenant: "t",
      stream: "Onboarding__c",
      id: salesforceId("a10", 1),
      content,
      members: history.map((record) => ({ stream: record.stream, id: record.id, content: record.content })),
      tombstone: null,
      firstSeenAt: 0,
    });
    expect(entity.fields).toMatchObject({
      Stage__c: "Live",
      Seats__c: 25,
      Modules__c: ["A", "B"],
      Account__c: { stream: "Account" },
      "Account__r.Name": "Acme",
    });
    expect(entity.transitions.filter(({ field }) => field === "Stage__c").map(({ from, to }) => [from, to])).toEqual([
      [null, "Kickoff"],
      ["Kickoff", "Live"],
    ]);
    expect(entity.gaps).toEqual([]);
  });

  test("comes by Bulk 2.0 as it comes by REST, deleted rows included", async () => {
    const contents: unknown[] = [];
    for (const bulk of ["never", "always"] as const) {
      org = await sandboxOrg(withOnboardings(), { objects: ["Onboarding__c"], bulk });
      await org.api("DELETE", `sobjects/Onboarding__c/${salesforceId("a10", 2)}`);
      const pages = await org.read("Onboarding__c", selection);
      expect(pages.flatMap((page) => page.tombstones)).toMatchObject([{ cause: "deleted" }]);
      contents.push(pages.flatMap((page) => page.records.filter(({ stream }) => stream === "Onboarding__c")));
      await org.close();
    }
    org = undefined;
    expect(contents[1]).toEqual(contents[0]);
  });
});

describe("an audit", () => {
  test("counts live rows by the month they were created, and tells the month of a stored one", async () => {
    const builder = techFlowOrg();
    const months = ["2025-12-31T23:59:59.000Z", "2026-01-01T00:00:00.000Z", "2026-01-31T23:00:00.000Z"];
    for (const CreatedDate of months) {
      builder.add("Opportunity", { Name: "Deal", StageName: "Prospecting", CloseDate: "2026-05-01", CreatedDate });
    }
    const gone = builder.add("Opportunity", { Name: "Gone", StageName: "Prospecting", CloseDate: "2026-05-01" });
    org = await sandboxOrg(builder.build());
    await org.api("DELETE", `sobjects/Opportunity/${gone}`);
    await org.read("Opportunity", DEALS);
    const audit = await org.session.connection.read?.audit?.(partition("Opportunity"), org.context(DEALS));
    expect(audit?.buckets).toEqual([
      { name: "2025-12", count: 1 },
      { name: "2026-01", count: 2 },
    ]);
    const stored = new Map<string, number>();
    for (const [id, content] of org.shelf.live.get("Opportunity") ?? []) {
      const bucket = audit?.bucketOf({ id, content }) ?? "none";
      stored.set(bucket, (stored.get(bucket) ?? 0) + 1);
    }
    expect([...stored].map(([name, count]) => ({ name, count }))).toEqual(audit?.buckets);
  });

  test("counts by year where months are too many, as a whole where nothing is grouped, and else says null", async () => {
    const stub = await stubOrg();
    const session = await connect(stub.origin);
    const { read } = session.connection;
    const refused = json(400, [{ errorCode: "MALFORMED_QUERY", message: "can not be grouped in a query call" }]);
    const answer = (rows: readonly object[], totalSize = rows.length): ReturnType<typeof json> =>
      json(200, { totalSize, done: true, records: rows });
    stub.script.push(refused, answer([{ y: 2026, n: 7 }]), refused, refused, answer([], 7), refused);
    const names = async (): Promise<unknown> =>
      (await read?.audit?.(partition("Opportunity"), context(DEALS)))?.buckets ?? null;
    expect(await names()).toEqual([{ name: "2026", count: 7 }]);
    expect(await names()).toEqual([{ name: "all", count: 7 }]);
    expect(await names()).toBeNull();
    await stub.close();
  });
});

describe("an estimate", () => {
  test("takes the org's own counts before a first read, one call for all objects, and counts an increment", async () => {
    const builder = techFlowOrg();
    for (let n = 0; n < 3; n += 1) builder.add("Account", { Name: `Account ${n}` });
    org = await sandboxOrg(builder.build());
    const { connection } = org.session;
    const selection = { Account: ["Name"] };
    const first = await connection.read?.estimate?.(partition("Account"), null, org.context(selection));
    await connection.read?.estimate?.(partition("User"), null, org.context(selection));
    expect(first).toEqual({ calls: 2, records: 3, exact: false });
    expect(connection.calls()).toBe(1);
    const position = (await org.read("Account", selection)).at(-1)?.position ?? null;
    org.clock.advance(HOUR);
    await org.api("POST", "sobjects/Account", { Name: "Another" });
    const next = await connection.read?.estimate?.(partition("Account"), position, org.context(selection));
    expect(next).toEqual({ calls: 1, records: 1, exact: true });
  });
});

describe("the org's clock", () => {
  test("may be set back between two reads without hiding what was written in between", async () => {
    const stub = await stubOrg();
    const start = Date.parse("2026-11-02T11:00:00Z");
    let orgTime = start + HOUR;
    stub.script.push((seen, response) => {
      response.setHeader("Date", new Date(orgTime).toUTCString());
      const names = ["Id", "IsDeleted", "CreatedDate", "SystemModstamp"];
      const fields = names.map((name) => ({ name, label: name, type: "string" }));
      const rows = { totalSize: 0, done: true, records: [] };
      json(200, seen.path.endsWith("/describe") ? { name: "Account", label: "Account", fields } : rows)(seen, response);
    });
    const read = async (position: Position | null, now: number): Promise<Position | null> => {
      const session = await connect(stub.origin, {}, undefined, () => now);
      return (await readAll(session, "Account", position, context({}))).at(-1)?.position ?? null;
    };
    const first = await read(null, start);
    orgTime = start + 20 * MINUTE;
    await read(first, start + 20 * MINUTE);
    const asked = /SystemModstamp >= (\S+)/u.exec(stub.seen.at(-1)?.soql ?? "")?.[1] ?? "";
    expect(Date.parse(asked)).toBeLessThanOrEqual(start - 10 * MINUTE);
    await stub.close();
  });
});
