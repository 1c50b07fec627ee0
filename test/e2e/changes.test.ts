import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import type { ReadMode } from "../../src/connectors/kit/index.ts";
import { hubOn, livingIn, startCompany } from "../support/e2e.ts";
import type { Changes, Company, TestHub } from "../support/e2e.ts";

jest.setTimeout(60_000);

const HOUR = 3_600_000;

let company: Company;
let hub: TestHub;

beforeAll(async () => {
  company = await startCompany();
  hub = await hubOn(company);
  await hub.sync();
});

// Beyond every overlap of the change before.
beforeEach(() => company.advance(HOUR));

afterAll(async () => {
  await hub.close();
  await company.close();
});

/** Syncs and tells what that stored. */
async function sync(mode: ReadMode = "incremental"): Promise<Changes> {
  const { changes, pull } = await hub.sync(mode);
  expect(pull.complete).toBe(true);
  return changes;
}

/** Proves that the store holds what a reader who comes new to the company finds. */
async function expectExactlyWhatIsThere(): Promise<void> {
  expect(await sync()).toEqual({});
  const fresh = await hubOn(company);
  await fresh.sync();
  expect(differences(await livingIn(hub.hub.store), await livingIn(fresh.hub.store))).toEqual([]);
  await fresh.close();
}

function differences(ours: ReadonlyMap<string, string>, fresh: ReadonlyMap<string, string>): readonly string[] {
  return [
    ...[...fresh].filter(([key]) => !ours.has(key)).map(([key]) => `not stored: ${key}`),
    ...[...ours].filter(([key]) => !fresh.has(key)).map(([key]) => `stored, but gone: ${key}`),
    ...[...fresh]
      .filter(([key, text]) => ours.has(key) && ours.get(key) !== text)
      .map(([key, text]) => `stored otherwise: ${key}\n  ${ours.get(key)}\n  ${text}`),
  ];
}

const children = z.object({ totalSize: z.number() }).nullish();
const rowsSchema = z.object({
  records: z.array(
    z.object({ Id: z.string(), Contacts: children, Opportunities: children, OpportunityContactRoles: children }),
  ),
});
type Row = z.output<typeof rowsSchema>["records"][number];

/** The first rows of a query; there must be as many. */
async function rows(soql: string, count: number): Promise<readonly Row[]> {
  const answer = await company.salesforce("GET", `query?q=${encodeURIComponent(`${soql} LIMIT ${count}`)}`);
  const { records } = rowsSchema.parse(answer);
  expect(records.length).toBe(count);
  return records;
}

async function anAccount(): Promise<string> {
  const [account] = await rows("SELECT Id FROM Account", 1);
  return account?.Id ?? "";
}

const inserted = (n: number): object => ({ inserted: n, changed: 0, removed: 0 });
const changed = (n: number): object => ({ inserted: 0, changed: n, removed: 0 });
const removed = (n: number): object => ({ inserted: 0, changed: 0, removed: n });

describe("changes in Salesforce", () => {
  test("are stored: a new, a changed and a deleted opportunity", async () => {
    const accountId = await anAccount();
    const [edited, doomed] = await rows(
      "SELECT Id, (SELECT Id FROM OpportunityContactRoles) FROM Opportunity ORDER BY Id DESC",
      2,
    );
    const roles = doomed?.OpportunityContactRoles?.totalSize ?? 0;
    await company.salesforce("POST", "sobjects/Opportunity", {
      Name: "A new deal",
      AccountId: accountId,
      StageName: "Qualification",
      CloseDate: "2026-12-31",
      Amount: 12_000,
    });
    await company.salesforce("PATCH", `sobjects/Opportunity/${edited?.Id}`, { Amount: 77_777 });
    await company.salesforce("DELETE", `sobjects/Opportunity/${doomed?.Id}`);
    const changes = await sync();
    expect(changes).toMatchObject({
      "salesforce-prod Opportunity": { inserted: 1, changed: 1, removed: 1 },
      ...(roles === 0 ? {} : { "salesforce-prod OpportunityContactRole": removed(roles) }),
    });
    expect(Object.keys(changes).every((key) => key.startsWith("salesforce-prod "))).toBe(true);
  });

  test("are stored: an account deleted with everything beneath it", async () => {
    const [account] = await rows(
      "SELECT Id, (SELECT Id FROM Contacts), (SELECT Id FROM Opportunities) FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) ORDER BY Id",
      1,
    );
    await company.salesforce("DELETE", `sobjects/Account/${account?.Id}`);
    expect(await sync()).toMatchObject({
      "salesforce-prod Account": removed(1),
      "salesforce-prod Contact": removed(account?.Contacts?.totalSize ?? 0),
      "salesforce-prod Opportunity": removed(account?.Opportunities?.totalSize ?? 0),
    });
  });

  test("are stored: two accounts merged, what was the loser's is the survivor's", async () => {
    const [master, loser] = await rows(
      "SELECT Id, (SELECT Id FROM Opportunities) FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) ORDER BY Id",
      2,
    );
    const moved = loser?.Opportunities?.totalSize ?? 0;
    await company.control("/systems/salesforce/merge", "POST", { masterId: master?.Id, loserId: loser?.Id });
    expect(await sync()).toMatchObject({
      "salesforce-prod Account": { inserted: 0, removed: 1 },
      "salesforce-prod Opportunity": changed(moved),
    });
    const history = await hub.hub.store.records.history({
      system: "salesforce",
      tenant: (await hub.hub.store.records.pins()).find(({ system }) => system === "salesforce")?.tenant ?? "",
      stream: "Account",
      id: loser?.Id ?? "",
    });
    expect(history?.removed).toMatchObject({ cause: "merged", mergedInto: master?.Id });
  });

  test("are found by a sweep: a record erased past the recycle bin, and one taken out again", async () => {
    const [erased, back] = await rows("SELECT Id FROM Contact ORDER BY Id DESC", 2);
    await company.salesforce("DELETE", `sobjects/Contact/${back?.Id}`);
    expect(await sync()).toMatchObject({ "salesforce-prod Contact": removed(1) });
    await company.advance(HOUR);
    await hub.sync();
    await company.control("/systems/salesforce/hard-delete", "POST", { object: "Contact", id: erased?.Id });
    await company.control("/systems/salesforce/undelete", "POST", { object: "Contact", id: back?.Id });
    // A row taken out of the bin keeps its stamp, and one erased leaves none.
    expect((await hub.sync()).changes).toEqual({});
    expect((await sync("sweep"))["salesforce-prod Contact"]).toEqual({ inserted: 0, changed: 1, removed: 1 });
  });

  test("are stored although they commit minutes after their stamp", async () => {
    const accountId = await anAccount();
    const write = { object: "Contact", fields: { LastName: "Late", AccountId: accountId } };
    const { transaction } = (await company.control("/systems/salesforce/transactions", "POST", {
      writes: [write],
    })) as { transaction: string };
    await company.advance(5 * 60_000);
    expect((await hub.sync()).changes).toEqual({});
    await company.control(`/systems/salesforce/transactions/${transaction}/commit`, "POST", {});
    expect(await sync()).toEqual({ "salesforce-prod Contact": inserted(1) });
  });

  test("leave exactly what is there", expectExactlyWhatIsThere);
});

const thingSchema = z.object({ gid: z.string(), name: z.string(), completed: z.boolean().optional() });
type Thing = z.output<typeof thingSchema>;

describe("changes in Asana", () => {
  const workspace = (): string => company.sandbox.description.systems["asana"]?.["workspaceGid"] ?? "";

  async function listed(path: string): Promise<readonly Thing[]> {
    return z.array(thingSchema).parse(await company.asana("GET", path));
  }

  async function projectNamed(start: string): Promise<string> {
    const found = (await listed(`/projects?workspace=${workspace()}`)).find(({ name }) => name.startsWith(start));
    return found?.gid ?? "";
  }

  test("are stored: a task moved between sections, which touches no date", async () => {
    const project = await projectNamed("Engineering Delivery");
    const sections = await listed(`/projects/${project}/sections`);
    const task = (await listed(`/tasks?project=${project}`))[0];
    const { memberships } = await company.asana("GET", `/tasks/${task?.gid}?opt_fields=memberships.section.gid`);
    const home = z.array(z.object({ section: thingSchema.pick({ gid: true }) })).parse(memberships)[0]?.section.gid;
    const other = sections.find((section) => section.gid !== home);
    const before = await company.asana("GET", `/tasks/${task?.gid}`);
    await company.asana("POST", `/sections/${other?.gid}/addTask`, { task: task?.gid });
    const after = await company.asana("GET", `/tasks/${task?.gid}`);
    expect(after["modified_at"]).toBe(before["modified_at"]);
    const changes = await sync();
    expect(Object.keys(changes).every((key) => key.startsWith("asana-main "))).toBe(true);
    expect(changes).toEqual({ "asana-main tasks": changed(1), "asana-main stories": inserted(1) });
  });

  test("are stored: a task completed, one made, one deleted", async () => {
    const project = await projectNamed("Engineering Delivery");
    const tasks = await listed(`/tasks?project=${project}&opt_fields=name,completed`);
    const [doomed, open] = tasks.filter(({ completed }) => completed === false);
    await company.asana("PUT", `/tasks/${open?.gid}`, { completed: true });
    await company.asana("POST", "/tasks", { name: "A new epic", projects: [project] });
    await company.asana("DELETE", `/tasks/${doomed?.gid}`);
    const changes = await sync();
    expect(sum(changes, "removed")).toBe(1);
    expect(sum(changes, "changed")).toBe(1);
  });

  test("are stored: a project deleted, with its sections and tasks", async () => {
    const project = await projectNamed("Onboarding");
    const tasks = await listed(`/tasks?project=${project}`);
    const sections = await listed(`/projects/${project}/sections`);
    expect(tasks.length).toBeGreaterThan(3);
    await company.asana("DELETE", `/projects/${project}`);
    const changes = await sync();
    expect(sum(changes, "removed")).toBe(1 + tasks.length + sections.length);
  });

  test("are stored: a project's custom field and due date changed", async () => {
    const project = await projectNamed("Onboarding");
    const { custom_fields: fields } = await company.asana(
      "GET",
      `/projects/${project}?opt_fields=custom_fields.name,custom_fields.gid`,
    );
    const amount = z
      .array(thingSchema)
      .parse(fields)
      .find(({ name }) => name === "Deal amount");
    await company.asana("PUT", `/projects/${project}`, { custom_fields: { [amount?.gid ?? ""]: 4_321 } });
    expect(await sync()).toEqual({ "asana-main projects": changed(1) });
  });

  test("are stored: a new project with a section and a task", async () => {
    const { team } = await company.asana("GET", `/projects/${await projectNamed("Onboarding")}?opt_fields=team`);
    const made = thingSchema.parse(
      await company.asana("POST", "/projects", {
        name: "Onboarding: New Co",
        workspace: workspace(),
        team: thingSchema.parse(team).gid,
      }),
    );
    await company.asana("POST", `/projects/${made.gid}/sections`, { name: "Kickoff" });
    await company.asana("POST", "/tasks", { name: "Kickoff call", projects: [made.gid] });
    expect(await sync()).toMatchObject({ "asana-main projects": inserted(1) });
  });

  test("leave exactly what is there", expectExactlyWhatIsThere);
});

const idSchema = z.object({ id: z.string() });
const boardSchema = z.object({
  id: z.string(),
  columns: z.array(z.object({ id: z.string(), title: z.string() })),
  groups: z.array(idSchema),
  items_page: z.object({ items: z.array(z.object({ id: z.string(), group: idSchema })) }),
});

describe("changes in monday.com", () => {
  /** The items of the board the hub reads, and the board's columns and groups. */
  async function roadmap(): Promise<z.output<typeof boardSchema>> {
    const { boards } = await company.monday(
      "{ boards(limit: 10) { id name columns { id title } groups { id } items_page(limit: 100) { items { id group { id } } } } }",
    );
    return boardSchema.parse(
      z
        .array(z.looseObject({ name: z.string() }))
        .parse(boards)
        .find(({ name }) => name.startsWith("Roadmap")),
    );
  }

  test("are stored: a status set", async () => {
    const board = await roadmap();
    const [item] = board.items_page.items;
    const stage = board.columns.find(({ title }) => title === "Stage")?.id;
    await company.monday(
      `mutation ($board: ID!, $item: ID!, $column: String!) { change_simple_column_value(board_id: $board, item_id: $item, column_id: $column, value: "Dropped") { id } }`,
      { board: board.id, item: item?.id, column: stage },
    );
    const changes = await sync();
    expect(Object.keys(changes).every((key) => key.startsWith("monday-product "))).toBe(true);
    expect(sum(changes, "changed")).toBe(1);
  });

  test("are stored: an item made, one moved to another group, one archived, one deleted", async () => {
    const { id: board, groups, items_page: page } = await roadmap();
    const [moved, archived, deleted] = page.items;
    const target = groups.find(({ id }) => id !== moved?.group.id)?.id;
    await company.monday(
      `mutation ($item: ID!, $group: String!) { move_item_to_group(item_id: $item, group_id: $group) { id } }`,
      {
        item: moved?.id,
        group: target,
      },
    );
    await company.monday(`mutation ($item: ID!) { archive_item(item_id: $item) { id } }`, { item: archived?.id });
    await company.monday(`mutation ($item: ID!) { delete_item(item_id: $item) { id } }`, { item: deleted?.id });
    await company.monday(
      `mutation ($board: ID!) { create_item(board_id: $board, item_name: "A new feature") { id } }`,
      {
        board,
      },
    );
    const changes = await sync();
    expect(sum(changes, "removed")).toBe(2);
    expect(sum(changes, "changed")).toBeGreaterThanOrEqual(1);
  });

  test("leave exactly what is there", expectExactlyWhatIsThere);
});

function sum(changes: Changes, what: "inserted" | "changed" | "removed"): number {
  return Object.values(changes).reduce((total, each) => total + each[what], 0);
}
