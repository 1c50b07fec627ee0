import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { createTechFlow } from "../../../src/sandbox/scenario/index.ts";
import type { AsanaStorySeed, SalesforceRow } from "../../../src/sandbox/seeds.ts";

const AS_OF = "2026-11-02T11:00:00.000Z";
const make = (seed: number, scale = 1): ReturnType<typeof createTechFlow> =>
  createTechFlow({ seed, scale, asOf: Date.parse(AS_OF) });
const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
const { world } = make(1);
const { salesforce, asana } = world;

function rows(name: string): readonly SalesforceRow[] {
  return salesforce.rows[name] ?? [];
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own === undefined) groups.set(key(item), [item]);
    else own.push(item);
  }
  return groups;
}

/** Every instant inside a value, wherever it stands. */
function instants(value: unknown): string[] {
  return JSON.stringify(value).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g) ?? [];
}

describe("the TechFlow world", () => {
  test("is the same for the same options and another one for another seed", () => {
    expect(digest(make(1).world)).toBe(digest(world));
    expect(digest(make(2).world)).not.toBe(digest(world));
  });

  test.each([1, 7])("stamps nothing after the as-of (seed %i)", (seed) => {
    const late = instants(make(seed).world).filter((instant) => instant > AS_OF);
    expect(late).toEqual([]);
  });

  test("has about the promised volumes at scale 1", () => {
    const count = (name: string): number => rows(name).length;
    expect(count("Lead")).toBeGreaterThan(2800);
    expect(count("Opportunity")).toBeGreaterThan(780);
    expect(count("Opportunity")).toBeLessThan(1000);
    const won = rows("Opportunity").filter(
      (row) => row["StageName"] === "Closed Won" && row["Type"] === "New Business",
    );
    expect(won.length).toBeGreaterThan(150);
    expect(won.length).toBeLessThan(260);
    expect(world.monday.boards[0]?.items).toHaveLength(120);
    expect(asana.tasks.length).toBeGreaterThan(2200);
    expect(asana.tasks.length).toBeLessThan(4500);
    expect(asana.stories.length).toBeLessThan(22_000);
  });

  test("gives every record an id of its own and every reference a record", () => {
    const all = Object.values(salesforce.rows).flat();
    const known = new Set<unknown>(all.map((row) => row.Id));
    expect(known.size).toBe(all.length);
    const references = ["OwnerId", "AccountId", "OpportunityId", "ContactId", "LeadId", "ContractId", "CSM__c"].concat([
      "Renews_Contract__c",
      "Opportunity__c",
      "WhoId",
      "WhatId",
      "MasterRecordId",
      "ParentId",
      "ConvertedOpportunityId",
      "ConvertedAccountId",
      "ConvertedContactId",
      "CreatedById",
      "LastModifiedById",
    ]);
    const broken = all.flatMap((row) => references.filter((name) => row[name] != null && !known.has(row[name])));
    expect(broken).toEqual([]);
    const gids = [
      ...asana.projects.map((project) => project.gid),
      ...asana.tasks.map((task) => task.gid),
      ...asana.sections.map((section) => section.gid),
      ...asana.stories.map((story) => story.gid),
      ...asana.users.map((user) => user.gid),
      ...asana.customFields.flatMap((field) => [field.gid, ...(field.options ?? []).map((option) => option.gid)]),
    ];
    expect(new Set(gids).size).toBe(gids.length);
  });

  test("ends each opportunity's history at its current values", () => {
    const history = grouped(rows("OpportunityHistory"), (row) => String(row["OpportunityId"]));
    const wrong: unknown[] = [];
    for (const deal of rows("Opportunity")) {
      const own = (history.get(deal.Id) ?? []).toSorted((a, b) =>
        `${String(a["CreatedDate"])}${a.Id}` < `${String(b["CreatedDate"])}${b.Id}` ? -1 : 1,
      );
      const last = own.at(-1);
      const stage = last?.["StageName"] === "Needs Analysis" ? "Solution Fit" : last?.["StageName"];
      const agrees =
        stage === deal["StageName"]
        && ["Amount", "CloseDate", "Probability"].every((name) => last?.[name] === deal[name])
        && own[0]?.["CreatedDate"] === deal["CreatedDate"]
        && own[0]?.["StageName"] === "Discovery"
        && own.every((row) => row["IsDeleted"] === deal["IsDeleted"]);
      if (!agrees) wrong.push(deal);
    }
    expect(wrong).toEqual([]);
  });

  test("chains field history so that each old value is the one before, and ends at the record's value", () => {
    const check = (history: string, parent: string, object: string, fields: Readonly<Record<string, string>>): void => {
      const records = new Map(rows(object).map((row) => [row.Id, row]));
      const last = new Map<string, unknown>();
      const wrong: unknown[] = [];
      for (const row of rows(history)) {
        const column = fields[String(row["Field"])];
        const byId = typeof row["NewValue"] === "string" && /^00[5G]5e/.test(row["NewValue"]);
        if (column === undefined || (column.endsWith("Id") || column === "CSM__c" ? !byId : false)) continue;
        const key = `${String(row[parent])}/${column}`;
        if (last.has(key) && row["OldValue"] !== last.get(key)) wrong.push(row);
        last.set(key, row["NewValue"]);
      }
      expect(last.size).toBeGreaterThan(20);
      for (const [key, value] of last) {
        const [id = "", column = ""] = key.split("/");
        if (records.get(id)?.[column] !== value) wrong.push([key, value]);
      }
      expect(wrong).toEqual([]);
    };
    check("OpportunityFieldHistory", "OpportunityId", "Opportunity", {
      Owner: "OwnerId",
      Amount: "Amount",
      CloseDate: "CloseDate",
      CSM__c: "CSM__c",
      Go_Live__c: "Go_Live__c",
    });
    check("LeadHistory", "LeadId", "Lead", { Owner: "OwnerId", Status: "Status" });
    check("ContractHistory", "ContractId", "Contract", { Status: "Status" });
  });

  test("replays each task's stories to its section, assignee and completion", () => {
    const stories = grouped(asana.stories, (story) => story.taskGid);
    const wrong: unknown[] = [];
    for (const task of asana.tasks) {
      const own: readonly AsanaStorySeed[] = stories.get(task.gid) ?? [];
      let fine = own[0]?.subtype === "added_to_project" && own[0].createdAt === task.createdAt;
      let section: string | undefined;
      let assignee: string | null = null;
      let completed: string | null = null;
      let at = "";
      for (const story of own) {
        if (story.createdAt < at) fine = false;
        at = story.createdAt;
        if (story.subtype === "section_changed") {
          if (section !== undefined && story.oldSectionGid !== section) fine = false;
          section = story.newSectionGid;
        }
        if (story.subtype === "assigned") assignee = story.assigneeGid ?? null;
        if (story.subtype === "marked_complete") completed = story.createdAt;
        if (story.subtype === "marked_incomplete") completed = null;
      }
      if (section !== undefined && task.memberships[0]?.sectionGid !== section) fine = false;
      if (!fine || task.assigneeGid !== assignee || task.completedAt !== completed) wrong.push(task);
    }
    expect(wrong).toEqual([]);
  });

  test("replays each item's activity to its cells, group and name", () => {
    const [board] = world.monday.boards;
    const activity = grouped(board?.activity ?? [], (row) => String(row.data["pulse_id"]));
    const labelOf = (value: unknown): unknown => (value as { label?: { index: number } }).label?.index;
    for (const item of board?.items ?? []) {
      const own = activity.get(item.id) ?? [];
      expect(own[0]?.event).toBe("create_pulse");
      let stage = labelOf((JSON.parse(String(own[0]?.data["column_values_json"])) as { status: unknown }).status);
      let group = own[0]?.data["group_id"];
      let name = own[0]?.data["pulse_name"];
      for (const row of own) {
        if (row.event === "update_column_value" && row.data["column_id"] === "status") {
          expect(labelOf(row.data["previous_value"])).toBe(stage);
          stage = labelOf(row.data["value"]);
        }
        if (row.event === "move_pulse_from_group") {
          expect(row.data["group_id"]).toBe(group);
          group = (row.data["dest_group"] as { id: string }).id;
        }
        if (row.event === "update_name") ({ name } = row.data["value"] as { name: string });
      }
      expect([{ index: stage }, group, name]).toEqual([item.values["status"], item.groupId, item.name]);
    }
  });

  test("says in each system's own way what automations did", () => {
    const automation = rows("User").find((row) => row["Email"] === "automation@techflow.example")?.Id;
    expect(rows("LeadHistory").some((row) => row["CreatedById"] === automation)).toBe(true);
    expect(asana.stories.some((story) => story.createdByGid === null)).toBe(true);
    expect(asana.stories.some((story) => story.source === "api")).toBe(true);
    expect(world.monday.boards[0]?.activity.some((row) => row.userId === "-4")).toBe(true);
  });

  test("holds three times the rows at scale 3", () => {
    const big = make(3, 3).world;
    expect(big.salesforce.rows["Lead"]?.length).toBeGreaterThan(8_500);
    expect(big.asana.projects.length).toBeGreaterThan(450);
  });
});
