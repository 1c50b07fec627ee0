import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";

describe("values in the Asana stand-in", () => {
  const task = asanaTaskGid(0);
  let asana: AsanaServer;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
  });
  afterEach(() => asana.close());

  const field = async (data: Loose): Promise<string> => {
    const made = await asana.call("POST", "/custom_fields", { workspace: ASANA.workspace, ...data });
    const gid = String(made.data["gid"]);
    await asana.call("POST", `/projects/${ASANA.onboarding}/addCustomFieldSetting`, { custom_field: gid });
    return gid;
  };
  const write = (data: Loose): ReturnType<AsanaServer["call"]> => asana.call("PUT", `/tasks/${task}`, data);
  const entry = async (gid: string): Promise<Loose> => {
    const { data } = await asana.call("GET", `/tasks/${task}`);
    return (data["custom_fields"] as Loose[]).find((one) => one["gid"] === gid) ?? {};
  };
  const lastStory = async (): Promise<Loose> => {
    const { rows } = await asana.call("GET", `/tasks/${task}/stories`);
    return (await asana.call("GET", `/stories/${String(rows.at(-1)?.["gid"])}`)).data;
  };

  test("tell old and new in the story of every kind of custom field", async () => {
    const multi = await field({
      name: "Areas",
      resource_subtype: "multi_enum",
      enum_options: [{ name: "A" }, { name: "B" }],
    });
    const [a, b] = (await asana.call("GET", `/custom_fields/${multi}`)).data["enum_options"] as Loose[];
    await write({ custom_fields: { [multi]: [a?.["gid"]] } });
    await write({ custom_fields: { [multi]: [b?.["gid"], a?.["gid"]] } });
    expect(await lastStory()).toMatchObject({
      resource_subtype: "multi_enum_custom_field_changed",
      old_multi_enum_values: [{ name: "A" }],
      new_multi_enum_values: [{ name: "B" }, { name: "A" }],
      custom_field: { gid: multi },
    });
    expect(await entry(multi)).toMatchObject({ display_value: "B, A" });
    const date = await field({ name: "Go-live", resource_subtype: "date" });
    await write({ custom_fields: { [date]: { date_time: "2026-03-01T10:00:00+01:00" } } });
    expect(await entry(date)).toMatchObject({
      date_value: { date: "2026-03-01", date_time: "2026-03-01T09:00:00.000Z" },
    });
    expect(await lastStory()).toMatchObject({
      old_date_value: null,
      new_date_value: { start_on: null, due_on: "2026-03-01", due_at: "2026-03-01T09:00:00.000Z" },
    });
    const people = await field({ name: "Reviewers", resource_subtype: "people" });
    await write({ custom_fields: { [people]: ["ada@example.com", "me"] } });
    expect(await lastStory()).toMatchObject({
      old_people_value: [],
      new_people_value: [{ gid: ASANA.ada }, { gid: ASANA.service }],
    });
    await write({ custom_fields: { [people]: null } });
    expect(await entry(people)).toMatchObject({ people_value: [], display_value: null });
    const reference = await field({ name: "Epic", resource_subtype: "reference" });
    await write({ custom_fields: { [reference]: [asanaTaskGid(2)] } });
    expect(await entry(reference)).toMatchObject({ reference_value: [{ gid: asanaTaskGid(2), name: "Task 2" }] });
  });

  test("compute formulas and custom ids and refuse to have them or locked fields written", async () => {
    const formula = await field({ name: "Filled", resource_subtype: "number", representation_type: "formula" });
    const id = await field({
      name: "ID",
      resource_subtype: "text",
      representation_type: "custom_id",
      id_prefix: "OPS",
    });
    expect(await entry(formula)).toMatchObject({ number_value: 2, is_formula_field: true, is_value_read_only: true });
    const { text_value: shown } = await entry(id);
    const found = await asana.call("GET", `/workspaces/${ASANA.workspace}/tasks/custom_id/${String(shown)}`);
    expect(found.data["gid"]).toBe(task);
    expect((await write({ custom_fields: { [id]: "OPS-1" } })).status).toBe(400);
    await asana.call("PUT", `/custom_fields/${ASANA.opportunity}`, { locked: true });
    expect((await write({ custom_fields: { [ASANA.opportunity]: "x" } })).status).toBe(403);
  });

  test("freeze a value once its field is on none of the task's projects, and let it only be nulled", async () => {
    await asana.call("POST", `/projects/${ASANA.onboarding}/removeCustomFieldSetting`, { custom_field: ASANA.stage });
    expect(await entry(ASANA.stage)).toMatchObject({ enabled: false, enum_value: { gid: ASANA.green } });
    expect((await write({ custom_fields: { [ASANA.stage]: ASANA.red } })).status).toBe(400);
    await write({ custom_fields: { [ASANA.stage]: null } });
    expect(await entry(ASANA.stage)).toEqual({});
  });

  test("keep approvals and completion together and give milestones no start", async () => {
    await write({ completed: false });
    await write({ resource_subtype: "approval" });
    expect((await asana.call("GET", `/tasks/${task}`)).data["approval_status"]).toBe("pending");
    expect((await write({ approval_status: "rejected" })).data).toMatchObject({
      completed: true,
      approval_status: "rejected",
    });
    expect((await write({ completed: false })).data).toMatchObject({ completed: false, approval_status: "pending" });
    await write({ resource_subtype: "milestone" });
    const refused = await write({ start_on: "2026-01-10", due_on: "2026-01-20" });
    expect(refused.body["errors"]).toMatchObject([{ message: "start_on: Milestones have no start date" }]);
  });

  test("check rich text, render it plainly and fill in mentions", async () => {
    const html = `<body>Ask <a data-asana-gid="${ASANA.ada}"/> if a &lt; b</body>`;
    const { data } = await asana.call("PUT", `/tasks/${task}?opt_fields=notes,html_notes`, { html_notes: html });
    expect(data["notes"]).toBe("Ask @Ada Lovelace if a < b");
    expect(data["html_notes"]).toContain(`data-asana-type="user" data-asana-gid="${ASANA.ada}">@Ada Lovelace</a>`);
    for (const bad of [
      "no body",
      "<body><p>x</p></body>",
      "<body><em>x</body>",
      '<body><em class="x">x</em></body>',
      "<body>a & b</body>",
    ])
      expect((await write({ html_notes: bad })).status).toBe(400);
    expect((await write({ notes: "x", html_notes: "<body>x</body>" })).status).toBe(400);
  });

  test("take forms and the fields option as well as JSON", async () => {
    const response = await fetch(`${asana.baseUrl}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${asana.token}` },
      body: new URLSearchParams([
        ["name", "From a form"],
        ["projects[]", ASANA.rollout],
        ["completed", "true"],
        ["opt_fields", "name,completed,projects.gid"],
      ]),
    });
    const { data } = (await response.json()) as { data: Loose };
    expect(data).toMatchObject({ name: "From a form", completed: true, projects: [{ gid: ASANA.rollout }] });
    const options = await fetch(`${asana.baseUrl}/tasks/${task}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${asana.token}` },
      body: JSON.stringify({ data: {}, options: { fields: ["name"] } }),
    });
    expect(await options.json()).toEqual({ data: { gid: task, name: "Task 0" } });
    const pretty = await fetch(`${asana.baseUrl}/users/me?opt_fields=gid&opt_pretty`, {
      headers: { authorization: `Bearer ${asana.token}` },
    });
    expect(await pretty.text()).toBe(`{\n  "data": {\n    "gid": "${ASANA.service}"\n  }\n}`);
    const stray = await fetch(`${asana.baseUrl}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${asana.token}` },
      body: JSON.stringify({ name: "x" }),
    });
    expect(await stray.json()).toMatchObject({
      errors: [{ message: expect.stringContaining("Unrecognized request field name .") }],
    });
  });
});
