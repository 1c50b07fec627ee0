import { afterEach, describe, expect, test } from "@jest/globals";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { sandboxOrg } from "./sandbox-org.ts";
import type { SandboxOrg } from "./sandbox-org.ts";
import { failureOf } from "./stub-org.ts";

let org: SandboxOrg;
afterEach(() => org.close());

const ACCOUNTS = { Account: ["Name", "Owner.Name"] };
const HOUR = 3_600_000;
const MINUTE = 60_000;
const byText = (left: unknown, right: unknown): number => String(left).localeCompare(String(right));

describe("an increment", () => {
  test("reads three thousand rows of one stamp over its pages, a cursor forgotten in between", async () => {
    const builder = techFlowOrg();
    const ids = Array.from({ length: 3_000 }, (_, n) => builder.add("Account", { Name: `Account ${n}` }));
    org = await sandboxOrg(builder.build());
    await org.read("Account", ACCOUNTS);
    org.clock.advance(HOUR);
    for (let at = 0; at < ids.length; at += 200) {
      const records = ids.slice(at, at + 200).map((id) => ({ attributes: { type: "Account" }, id, Name: "Renamed" }));
      await org.api("PATCH", "composite/sobjects", { allOrNone: true, records });
    }
    await org.control("paging", { rows: 700 });
    let pages = 0;
    const read: string[] = [];
    await org.read("Account", ACCOUNTS, "incremental", async (page) => {
      pages += 1;
      read.push(...page.records.map((record) => record.id));
      if (pages === 2) await org.control("cursors", {}, "DELETE");
    });
    expect([read.length, new Set(read).size]).toEqual([3_000, 3_000]);
    expect(new Set(Object.values(org.shelf.values("Account", "Name")))).toEqual(new Set(["Renamed"]));
  });

  test("reads a row that committed minutes after others with a younger stamp", async () => {
    org = await sandboxOrg(techFlowOrg().build());
    await org.read("Account", ACCOUNTS);
    org.clock.advance(HOUR);
    const writes = [{ object: "Account", fields: { Name: "Slow" } }];
    const { transaction } = await org.control("transactions", { writes, commitAfterMs: null });
    org.clock.advance(2 * MINUTE);
    await org.api("POST", "sobjects/Account", { Name: "Quick" });
    org.clock.advance(MINUTE);
    await org.read("Account", ACCOUNTS);
    expect(Object.values(org.shelf.values("Account", "Name"))).toEqual(["Quick"]);
    await org.control(`transactions/${String(transaction)}/commit`, {});
    org.clock.advance(MINUTE);
    await org.read("Account", ACCOUNTS);
    expect(Object.values(org.shelf.values("Account", "Name")).toSorted(byText)).toEqual(["Quick", "Slow"]);
  });

  test("costs one call for an object that did not change, whatever it holds", async () => {
    const builder = techFlowOrg();
    builder.add("Account", { Name: "Acme" });
    org = await sandboxOrg(builder.build());
    for (const stream of ["Account", "Opportunity", "OpportunityFieldHistory", "Task"]) {
      await org.read(stream, ACCOUNTS);
      org.clock.advance(HOUR);
      const before = org.session.connection.calls();
      await org.read(stream, ACCOUNTS);
      expect([stream, org.session.connection.calls() - before]).toEqual([stream, 1]);
    }
  });
});

describe("a sweep", () => {
  test("finds what changed without moving a stamp: formulas and parents' fields, and keeps all other fields", async () => {
    const builder = techFlowOrg();
    const account = builder.add("Account", { Name: "Acme" });
    builder.customField("Opportunity", {
      name: "Account_Name__c",
      label: "Account name",
      type: "string",
      formula: "Account.Name",
    });
    const selection = { Opportunity: ["Name", "StageName", "Account_Name__c", "Account.Name"] };
    const deals = [1, 2].map((n) =>
      builder.add("Opportunity", {
        Name: `Deal ${n}`,
        StageName: "Prospecting",
        CloseDate: "2026-05-01",
        AccountId: n === 1 ? account : null,
      }),
    );
    org = await sandboxOrg(builder.build());
    await org.read("Opportunity", selection);
    expect(org.shelf.values("Opportunity", "Account_Name__c")).toEqual({
      [deals[0] ?? ""]: "Acme",
      [deals[1] ?? ""]: null,
    });
    org.clock.advance(HOUR);
    await org.api("PATCH", `sobjects/Account/${account}`, { Name: "Acme Holding" });
    await org.read("Opportunity", selection);
    expect(org.shelf.values("Opportunity", "Account_Name__c")[deals[0] ?? ""]).toBe("Acme");
    const pages = await org.read("Opportunity", selection, "sweep");
    expect(pages.flatMap((page) => page.records.filter(({ stream }) => stream === "Opportunity"))).toHaveLength(1);
    expect(org.shelf.live.get("Opportunity")?.get(deals[0] ?? "")).toMatchObject({
      Name: "Deal 1",
      StageName: "Prospecting",
      Account_Name__c: "Acme Holding",
      Account: { Name: "Acme Holding" },
    });
  });

  test("reads a row that committed later than any overlap reaches", async () => {
    const builder = techFlowOrg();
    const id = builder.add("Account", { Name: "Old" });
    org = await sandboxOrg(builder.build());
    await org.read("Account", ACCOUNTS);
    org.clock.advance(HOUR);
    const writes = [{ object: "Account", id, fields: { Name: "New" } }];
    const { transaction } = await org.control("transactions", { writes, commitAfterMs: null });
    org.clock.advance(HOUR);
    await org.read("Account", ACCOUNTS);
    await org.control(`transactions/${String(transaction)}/commit`, {});
    await org.read("Account", ACCOUNTS);
    expect(org.shelf.values("Account", "Name")).toEqual({ [id]: "Old" });
    await org.read("Account", ACCOUNTS, "sweep");
    expect(org.shelf.values("Account", "Name")).toEqual({ [id]: "New" });
  });

  test("tells deleted, purged, merged, undeleted and hidden apart", async () => {
    const builder = techFlowOrg();
    const [binned, purged, master, loser, restored, hidden] = ["a", "b", "c", "d", "e", "f"].map((Name) =>
      builder.add("Account", { Name }),
    );
    org = await sandboxOrg(builder.build());
    await org.read("Account", ACCOUNTS);
    await org.api("DELETE", `sobjects/Account/${restored}`);
    await org.read("Account", ACCOUNTS);
    expect(org.shelf.ended.get(restored ?? "")).toBe("deleted");
    org.clock.advance(HOUR);
    await org.api("DELETE", `sobjects/Account/${binned}`);
    await org.control("hard-delete", { object: "Account", id: purged });
    await org.control("merge", { masterId: master, loserId: loser });
    await org.control("undelete", { object: "Account", id: restored });
    await org.control("visibility", { rows: [hidden] });
    await org.read("Account", ACCOUNTS, "sweep");
    expect(Object.fromEntries(org.shelf.ended)).toEqual({
      [binned ?? ""]: "deleted",
      [purged ?? ""]: "deleted",
      [loser ?? ""]: "merged",
      [hidden ?? ""]: "visibility lost",
    });
    await org.control("visibility", { rows: [hidden], hidden: false });
    await org.read("Account", ACCOUNTS, "sweep");
    expect(new Set(org.shelf.live.get("Account")?.keys())).toEqual(new Set([master, restored, hidden]));
  });
});

describe("loss of sight", () => {
  test("of a mapped field stops its stream with HUB-1320, the field and how long it was read", async () => {
    const builder = techFlowOrg();
    builder.add("Account", { Name: "Acme" });
    org = await sandboxOrg(builder.build());
    const selection = { Account: ["Name", "Industry"] };
    await org.read("Account", selection);
    await org.control("visibility", { fields: { Account: ["Industry"] } });
    for (const mode of ["incremental", "sweep"] as const) {
      expect(await failureOf(org.read("Account", selection, mode))).toMatchObject({
        code: "HUB-1320",
        disposition: "stop-stream",
        place: { stream: "Account", path: "Industry" },
        message: expect.stringContaining("2026-03-02T12:00:00.000Z"),
      });
    }
    expect(org.shelf.ended.size).toBe(0);
  });

  test("of a field that only the hub asks for lets reading go on without it", async () => {
    const builder = techFlowOrg();
    const id = builder.add("Account", { Name: "Acme" });
    org = await sandboxOrg(builder.build());
    await org.read("Account", ACCOUNTS);
    await org.control("visibility", { fields: { Account: ["MasterRecordId"] } });
    org.clock.advance(HOUR);
    await org.api("PATCH", `sobjects/Account/${id}`, { Name: "Acme Holding" });
    await org.read("Account", ACCOUNTS);
    expect(org.shelf.values("Account", "Name")).toEqual({ [id]: "Acme Holding" });
    const before = org.session.connection.calls();
    org.clock.advance(HOUR);
    await org.read("Account", ACCOUNTS);
    expect(org.session.connection.calls() - before).toBe(1);
  });

  test("of an object is told with HUB-1321, and a sweep takes its records for unseen, not for deleted", async () => {
    const builder = techFlowOrg();
    const id = builder.add("Account", { Name: "Acme" });
    org = await sandboxOrg(builder.build());
    await org.read("Account", ACCOUNTS);
    await org.control("visibility", { objects: ["Account"] });
    expect(await failureOf(org.read("Account", ACCOUNTS))).toMatchObject({
      code: "HUB-1321",
      disposition: "stop-stream",
      place: { stream: "Account" },
    });
    expect(await failureOf(org.read("Account", ACCOUNTS, "sweep"))).toMatchObject({ code: "HUB-1321" });
    expect(org.shelf.ended.get(id)).toBe("visibility lost");
  });
});

describe("single records", () => {
  test("are read again with their histories, gone ones as such", async () => {
    const builder = techFlowOrg();
    const account = builder.add("Account", { Name: "Acme" });
    const purged = builder.add("Account", { Name: "Gone" });
    org = await sandboxOrg(builder.build());
    const deal = String(
      (
        await org.api("POST", "sobjects/Opportunity", {
          Name: "Deal",
          AccountId: account,
          StageName: "Prospecting",
          CloseDate: "2026-05-01",
          Amount: 100,
        })
      )["id"],
    );
    org.clock.advance(MINUTE);
    await org.api("PATCH", `sobjects/Opportunity/${deal}`, { StageName: "Negotiation" });
    await org.control("hard-delete", { object: "Account", id: purged });
    const { read } = org.session.connection;
    const context = org.context({ Opportunity: ["Name", "StageName"], Account: ["Name"] });
    const streams: Record<string, number> = {};
    for await (const page of read?.reread("Opportunity", [deal], context) ?? []) {
      for (const { stream } of page.records) streams[stream] = (streams[stream] ?? 0) + 1;
    }
    expect(streams).toMatchObject({
      Opportunity: 1,
      OpportunityHistory: 2,
      OpportunityFieldHistory: expect.any(Number),
    });
    const unseen = "0015e00000ZZZZZAAA";
    for await (const page of read?.reread("Account", [account, purged, unseen], context) ?? []) {
      if (page.records[0]?.stream !== "Account") continue;
      expect(page.records.map((record) => record.id)).toEqual([account]);
      expect(page.tombstones.map(({ id, cause }) => [id, cause])).toEqual([
        [purged, "deleted"],
        [unseen, "visibility lost"],
      ]);
    }
  });
});
