import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/model/index.ts";
import { startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

const AT = "2026-03-01T09:00:00.000Z";
const SALESFORCE_AT = "2026-03-01T09:00:00.000+0000";
const USER = "005AB000001hTvXYAU";

const salesforce = {
  tenant: "00DAB0000009xYz2AI",
  name: "Contoso",
  fields: { Account: [{ name: "Hub__c", externalId: true, unique: true }] },
  records: {
    ObjectDescription: [
      { id: "*", content: { prefixes: { Deal_Room__c: "a0B", Quote: "0Q0" } } },
      {
        id: "Account",
        content: {
          label: "Customer",
          fields: {
            Name: { label: "Customer name", type: "string", referenceTo: [] },
            Tier__c: { label: "Tier", type: "picklist", referenceTo: [] },
            Twin__c: { label: "Twin", type: "reference", referenceTo: ["Account"] },
          },
        },
      },
    ],
    User: [{ id: USER, content: { Id: USER, Name: "Ada Byron", IsActive: true } }],
    Account: [
      {
        id: "001AB00000A1b2cYAB",
        content: {
          Id: "001AB00000A1b2cYAB",
          Name: "Northwind",
          Tier__c: "gold",
          Twin__c: null,
          BillingAddress: { city: "Ulm" },
          CreatedDate: SALESFORCE_AT,
          SystemModstamp: SALESFORCE_AT,
          IsDeleted: false,
        },
      },
      {
        id: "001AB00000A1b2dYAB",
        content: { Id: "001AB00000A1b2dYAB", Name: "Nordwind", SystemModstamp: SALESFORCE_AT, IsDeleted: false },
        removed: { cause: "merged", at: Date.parse(AT), mergedInto: "001AB00000A1b2cYAB" },
      },
      { id: "001AB00000A1b2eYAB", content: null, removed: { cause: "deleted", at: null } },
      { id: "001AB00000A1b2fYAB", content: { Name: "Hidden" }, removed: { cause: "visibility lost" } },
    ],
    Quote: [{ id: "0Q0AB00000A1b2cYAB", content: { Id: "0Q0AB00000A1b2cYAB", Name: "Q-1", Discount__c: 5 } }],
    Deal_Room__c: [{ id: "a0BAB00000A1b2cYAB", content: { Id: "a0BAB00000A1b2cYAB", Name: "Room", Opened__c: true } }],
  },
};

const task = {
  gid: "1201",
  name: "Kick-off",
  resource_subtype: "default_task",
  created_at: AT,
  created_by: { gid: "9" },
  modified_at: AT,
  completed: false,
  completed_at: null,
  assignee: { gid: "7" },
  parent: null,
  permalink_url: "https://app.asana.com/0/1101/1201",
  tags: [{ gid: "1601", name: "vip" }],
  memberships: [
    { project: { gid: "1101", name: "Contoso" }, section: { gid: "1301", name: "Doing" } },
    { project: { gid: "1102", name: "Elsewhere" }, section: { gid: "1302", name: "Inbox" } },
  ],
  custom_fields: [
    { gid: "1501", name: "Weight", resource_subtype: "number", representation_type: "formula", number_value: 4 },
    { gid: "1502", name: "Mood", resource_subtype: "enum", enum_value: { gid: "1512", name: "Good" } },
  ],
};
const asana = {
  tenant: "1001",
  name: "Contoso",
  records: {
    users: [{ id: "7", content: { gid: "7", name: "Ada Byron", email: "ada@contoso.example" } }],
    projects: [
      {
        id: "1101",
        content: { gid: "1101", name: "Contoso", created_at: AT, modified_at: AT, team: { gid: "1401", name: "CS" } },
      },
    ],
    sections: [{ id: "1301", content: { gid: "1301", name: "Doing", created_at: AT, project: { gid: "1101" } } }],
    tasks: [{ id: "1201", content: task }],
    stories: [
      {
        id: "1701",
        member: { stream: "tasks", id: "1201" },
        content: {
          gid: "1701",
          resource_subtype: "section_changed",
          created_at: AT,
          created_by: { gid: "9" },
          source: "web",
          project: { gid: "1101", name: "Contoso" },
          old_section: { gid: "1303", name: "Gone" },
          new_section: { gid: "1301", name: "Doing" },
        },
      },
      {
        id: "1702",
        member: { stream: "tasks", id: "1201" },
        content: {
          gid: "1702",
          resource_subtype: "enum_custom_field_changed",
          created_at: AT,
          created_by: null,
          source: "unknown",
          custom_field: { gid: "1502", name: "Mood" },
          old_enum_value: { gid: "1511", name: "Bad" },
          new_enum_value: { gid: "1512", name: "Good" },
        },
      },
      { id: "1703", member: { stream: "tasks", id: "1299" }, content: { gid: "1703", created_at: AT } },
    ],
  },
};

const SETTINGS = '{"labels":{"0":"Ice"},"done_colors":[],"hide_footer":true}';
const STATUS = '{"index":0,"post_id":77,"changed_at":"2026-03-01T09:00:00.123Z","touched":1}';
const column = (id: string, type: string, settings = "{}"): JsonObject => ({
  id,
  title: id,
  type,
  settings_str: settings,
});
const item = (id: string, more: JsonObject): { id: string; content: JsonObject } => ({
  id,
  content: {
    id,
    name: `Item ${id}`,
    state: "active",
    created_at: "2026-03-01T09:00:00Z",
    updated_at: "2026-03-01T09:00:00Z",
    creator_id: "88",
    url: `https://contoso.monday.com/boards/501/pulses/${id}`,
    ...more,
  },
});
const monday = {
  tenant: "31337",
  records: {
    users: [
      { id: "88", content: { id: "88", name: "Ada", email: "ada@contoso.example", kind: "admin", status: "ACTIVE" } },
    ],
    boards: [
      {
        id: "501",
        content: {
          id: "501",
          name: "Deals",
          state: "active",
          type: "board",
          workspace: null,
          groups: [{ id: "top", title: "Top" }],
          columns: [column("temp", "status", SETTINGS), column("sub", "subtasks", '{"boardIds":[502]}')],
        },
      },
      {
        id: "502",
        content: {
          id: "502",
          name: "Subitems of Deals",
          state: "active",
          type: "sub_items_board",
          groups: [{ id: "subs", title: "Subitems" }],
          columns: [column("note", "text")],
        },
      },
    ],
    items: [
      item("601", {
        board: { id: "501" },
        group: { id: "top" },
        column_values: [{ id: "temp", type: "status", value: STATUS }],
      }),
      item("603", { board: { id: "501" }, group: { id: "top" }, column_values: [] }),
    ],
    subitems: [
      item("602", {
        board: { id: "502" },
        group: { id: "subs" },
        parent_item: { id: "601" },
        column_values: [{ id: "note", type: "text", value: '"hi"', text: "hi" }],
      }),
    ],
    activity_logs: ["601", "603"].map((id) => ({
      id: `row:${id}`,
      member: { stream: "items", id },
      content: {
        id: "row",
        event: "batch_move_pulses_from_group",
        user_id: "-4",
        created_at: "17723556001234567",
        data: { board_id: 501, group_id: "top" },
      },
    })),
  },
};

let sandbox: Company;
let loaded: Readonly<Record<string, JsonObject>>;
let systems: Readonly<Record<string, Readonly<Record<string, string>>>>;
beforeAll(async () => {
  sandbox = await startCompany({ scale: 0.01 });
  const answer = await sandbox.control("/load", "POST", { at: "2026-03-02T00:00:00Z", salesforce, asana, monday });
  ({ loaded, systems } = answer as { loaded: typeof loaded; systems: typeof systems });
});
afterAll(() => sandbox.close());

async function ask(url: string, token: string, body?: JsonObject, method = "POST"): Promise<JsonObject> {
  const init = body === undefined ? {} : { method, body: JSON.stringify(body) };
  const headers = { authorization: token, "content-type": "application/json" };
  const response = await fetch(url, { ...init, headers });
  return (await response.json()) as JsonObject;
}
const ofSalesforce = (path: string, method?: string, body?: JsonObject): Promise<JsonObject> =>
  ask(
    `${systems["salesforce"]?.["baseUrl"] ?? ""}/services/data/v64.0/${path}`,
    `Bearer ${systems["salesforce"]?.["accessToken"] ?? ""}`,
    body,
    method,
  );
const ofAsana = async (path: string): Promise<JsonObject> =>
  (await ask(`${systems["asana"]?.["baseUrl"] ?? ""}${path}`, `Bearer ${systems["asana"]?.["token"] ?? ""}`))[
    "data"
  ] as JsonObject;
const ofMonday = async (query: string): Promise<JsonObject> =>
  (await ask(systems["monday"]?.["endpoint"] ?? "", systems["monday"]?.["token"] ?? "", { query }))[
    "data"
  ] as JsonObject;

describe("an org that is not TechFlow", () => {
  test("is somebody's: its users sign in, its objects and labels are its own", async () => {
    expect(loaded["salesforce"]).toMatchObject({ tenant: salesforce.tenant, user: USER });
    expect(await ofSalesforce("sobjects/Account/describe")).toMatchObject({
      label: "Customer",
      fields: expect.arrayContaining([
        expect.objectContaining({ name: "Name", label: "Customer name" }),
        expect.objectContaining({ name: "Twin__c", type: "reference", referenceTo: ["Account"] }),
      ]),
    });
    const quotes = encodeURIComponent("SELECT Name, Discount__c FROM Quote");
    expect(await ofSalesforce(`query?q=${quotes}`)).toMatchObject({ records: [{ Name: "Q-1", Discount__c: 5 }] });
    const rooms = encodeURIComponent("SELECT Name FROM Deal_Room__c WHERE Opened__c = true");
    expect(await ofSalesforce(`query?q=${rooms}`)).toMatchObject({ totalSize: 1 });
  });

  test("can be written to by an external id that no record tells of", async () => {
    const path = "sobjects/Account/Hub__c/h-1";
    expect(await ofSalesforce(path, "PATCH", { Name: "Fabrikam" })).toMatchObject({ created: true });
    expect(await ofSalesforce(path, "PATCH", { Tier__c: "silver" })).toMatchObject({ created: false });
    expect(await ofSalesforce(path)).toMatchObject({ Name: "Fabrikam", Tier__c: "silver", Hub__c: "h-1" });
    const { Id: id } = await ofSalesforce(path);
    await sandbox.control("/systems/salesforce/hard-delete", "POST", { object: "Account", id });
  });

  test("has merged records as merged, and none of what is not known or out of sight", async () => {
    const all = encodeURIComponent("SELECT Name, IsDeleted, MasterRecordId FROM Account ORDER BY Id");
    const { records } = await ofSalesforce(`queryAll?q=${all}`);
    expect(records).toMatchObject([
      { Name: "Northwind", IsDeleted: false },
      { Name: "Nordwind", IsDeleted: true, MasterRecordId: "001AB00000A1b2cYAB" },
    ]);
    expect(loaded["salesforce"]?.["left"]).toEqual({
      Account: { "nothing is known of it but its end": 1, "it is out of the hub's sight": 1 },
    });
  });
});

describe("a workspace that is not TechFlow", () => {
  test("shows tasks as they were told: fields, places and people the records only mention", async () => {
    const fields =
      "name,permalink_url,created_by.gid,tags.name,memberships.project.name,memberships.section.name,custom_fields.name,custom_fields.number_value,custom_fields.enum_value.name,custom_fields.representation_type";
    expect(await ofAsana(`/tasks/1201?opt_fields=${fields}`)).toMatchObject({
      permalink_url: task.permalink_url,
      created_by: { gid: "9" },
      tags: [{ name: "vip" }],
      memberships: [
        { project: { name: "Contoso" }, section: { name: "Doing" } },
        { project: { name: "Elsewhere" }, section: { name: "Inbox" } },
      ],
      custom_fields: [
        { name: "Weight", number_value: 4, representation_type: "formula" },
        { name: "Mood", enum_value: { name: "Good" } },
      ],
    });
    expect(await ofAsana("/users?workspace=1001")).toMatchObject([{ name: "Ada Byron" }]);
    expect(await ofAsana("/workspaces/1001/custom_fields")).toEqual([]);
  });

  test("tells the history with places and options that are gone", async () => {
    const fields = "old_section.name,new_section.name,old_enum_value.name,new_enum_value.name";
    expect(await ofAsana(`/tasks/1201/stories?opt_fields=${fields}`)).toMatchObject([
      { old_section: { name: "Gone" }, new_section: { name: "Doing" } },
      { old_enum_value: { name: "Bad" }, new_enum_value: { name: "Good" } },
    ]);
    expect(await ofAsana("/projects/1101/sections")).toMatchObject([{ name: "Doing" }]);
    expect(loaded["asana"]).toMatchObject({
      left: { stories: { "its task is not among the records": 1 } },
      mentioned: { projects: 1, sections: 2, users: 1, custom_fields: 2 },
    });
  });
});

describe("an account that is not TechFlow", () => {
  test("shows settings and values as they were told until they change", async () => {
    const query = `{ items(ids: [601, 602]) { url parent_item { id } column_values { id value text } } boards(ids: [501]) { columns(ids: ["temp"]) { settings_str } } }`;
    const before = await ofMonday(query);
    expect(before).toMatchObject({
      items: [
        {
          url: "https://contoso.monday.com/boards/501/pulses/601",
          column_values: expect.arrayContaining([{ id: "temp", value: STATUS, text: "Ice" }]),
        },
        { parent_item: { id: "601" }, column_values: [{ id: "note", value: '"hi"', text: "hi" }] },
      ],
      boards: [{ columns: [{ settings_str: SETTINGS }] }],
    });
    await ofMonday(
      `mutation { change_simple_column_value(board_id: 501, item_id: 601, column_id: "temp", value: "") { id } }`,
    );
    expect(await ofMonday(query)).toMatchObject({
      items: [{ column_values: expect.arrayContaining([expect.objectContaining({ id: "temp", text: null })]) }, {}],
    });
  });

  test("has a row about several items once, with the log's own stamp", async () => {
    const { boards } = await ofMonday(
      `{ boards(ids: [501]) { activity_logs(from: "2026-03-01T00:00:00Z", to: "2026-03-01T23:00:00Z") { id user_id created_at data } } }`,
    );
    const [board] = boards as readonly { readonly activity_logs: readonly { readonly data: string }[] }[];
    expect(board?.activity_logs).toMatchObject([{ id: "row", user_id: "-4", created_at: "17723556001234567" }]);
    expect(JSON.parse(board?.activity_logs[0]?.data ?? "")).toMatchObject({ pulse_ids: [601, 603] });
  });
});
