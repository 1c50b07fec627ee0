import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { ASANA_NOW, startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";

describe("changing the Asana stand-in", () => {
  let asana: AsanaServer;
  let sync: string;
  const task = asanaTaskGid(0);

  async function events(): Promise<readonly Loose[]> {
    return (await asana.call("GET", `/workspaces/${ASANA.workspace}/events?sync=${sync}`)).rows;
  }
  const told = (rows: readonly Loose[]): string[] =>
    rows.map((row) => {
      const parent = row["parent"] as { readonly gid: string } | null;
      return `${String(row["type"])} ${String(row["action"])} ${parent?.gid ?? "-"}`;
    });

  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
    const first = await asana.call("GET", `/workspaces/${ASANA.workspace}/events`);
    sync = String(first.body["sync"]);
  });
  afterEach(() => asana.close());

  test("creates a task on top of a section with stories, events and a location", async () => {
    const created = await asana.call("POST", "/tasks", {
      name: "Train admins",
      assignee: "ada@example.com",
      due_on: "2026-02-20",
      memberships: [{ project: ASANA.onboarding, section: ASANA.configure }],
      custom_fields: { [ASANA.stage]: ASANA.red },
    });
    expect(created.status).toBe(201);
    const gid = String(created.data["gid"]);
    expect(created.headers.get("location")).toBe(`${asana.baseUrl}/tasks/${gid}`);
    expect((await asana.call("GET", `/sections/${ASANA.configure}/tasks?limit=1`)).rows[0]).toMatchObject({ gid });
    const stories = await asana.call("GET", `/tasks/${gid}/stories?opt_fields=resource_subtype,source,created_by.gid`);
    expect(stories.rows.map((row) => row["resource_subtype"])).toEqual([
      "added_to_project",
      "assigned",
      "due_date_changed",
      "enum_custom_field_changed",
    ]);
    expect(stories.rows[0]).toMatchObject({ source: "api", created_by: { gid: ASANA.service } });
    expect(told(await events()).slice(0, 3)).toEqual([
      `task added ${ASANA.onboarding}`,
      `task added ${ASANA.configure}`,
      `story added ${gid}`,
    ]);
  });

  test("moves a task between sections without touching modified_at, and says so in story and events", async () => {
    await asana.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task });
    const moved = await asana.call("GET", `/tasks/${task}?opt_fields=modified_at,memberships.section.gid`);
    expect(moved.data).toMatchObject({
      modified_at: "2026-01-07T09:00:00.000Z",
      memberships: [{ section: { gid: ASANA.done } }],
    });
    expect(told(await events())).toEqual([
      `task removed ${ASANA.kickoff}`,
      `task added ${ASANA.done}`,
      `story added ${task}`,
    ]);
    const stories = await asana.call("GET", `/tasks/${task}/stories?opt_fields=created_by,text`);
    expect(stories.rows.at(-1)).toMatchObject({
      created_by: null,
      text: 'Asana moved this Task from "Kickoff" to "Done" in Onboarding: Acme',
    });
  });

  test("completes and reopens with server-side stamps, bumping modified_at", async () => {
    const done = await asana.call("PUT", `/tasks/${asanaTaskGid(1)}`, { completed: true });
    expect(done.data).toMatchObject({ completed: true, completed_at: ASANA_NOW, modified_at: ASANA_NOW });
    asana.clock.advance(60_000);
    const open = await asana.call("PUT", `/tasks/${asanaTaskGid(1)}?opt_fields=completed_at,completed_by,modified_at`, {
      completed: false,
    });
    expect(open.data).toEqual({
      gid: asanaTaskGid(1),
      completed_at: null,
      completed_by: null,
      modified_at: "2026-02-01T12:01:00.000Z",
    });
  });

  test("refuses what the service refuses, in its words", async () => {
    const message = async (method: string, path: string, data: unknown): Promise<unknown> => {
      const reply = await asana.call(method, path, data);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      return (reply.body["errors"] as Loose[])[0]?.["message"];
    };
    expect(await message("POST", "/tasks", { name: "x" })).toBe(
      "You should specify one of workspace, parent, projects",
    );
    expect(await message("POST", "/tasks", { projects: ["1"] })).toBe("projects: [0]: Unknown object: 1");
    expect(await message("PUT", `/tasks/${task}`, { projects: [ASANA.rollout] })).toBe(
      "projects: Cannot write this property",
    );
    expect(await message("PUT", `/tasks/${task}`, { due_on: "2026-01-01", due_at: "2026-01-01T00:00:00Z" })).toBe(
      "You may only provide one of due_on or due_at!",
    );
    expect(await message("PUT", `/tasks/${task}`, { assignee: "x@y.z" })).toBe(
      "assignee: Not a user in Organization: x@y.z",
    );
    expect(await message("PUT", `/tasks/${task}`, { custom_fields: { "1": "x" } })).toBe(
      "Custom field with ID 1 is not on given object",
    );
    expect(await message("POST", "/projects", { name: "x", workspace: ASANA.workspace })).toBe(
      "Missing required team field",
    );
    expect(await message("GET", "/tasks/1", undefined)).toBe("task: Unknown object: 1");
  });

  test("hides a trashed task everywhere, reports it deleted, and undeleted when restored", async () => {
    expect((await asana.call("DELETE", `/tasks/${task}`)).body).toEqual({ data: {} });
    expect((await asana.call("GET", `/tasks/${task}`)).status).toBe(404);
    expect((await asana.call("GET", `/tasks?project=${ASANA.onboarding}`)).rows).toHaveLength(5);
    await asana.control("POST", "/restore", { taskGid: task, asUserGid: ASANA.ada });
    expect((await asana.call("GET", `/tasks/${task}`)).status).toBe(200);
    expect(told(await events())).toEqual(["task deleted -", "task undeleted -"]);
  });

  test("makes a trashed project's tasks unreachable unless they live elsewhere too", async () => {
    await asana.call("POST", `/tasks/${task}/addProject`, { project: ASANA.rollout, section: ASANA.rolloutEnd });
    await asana.call("DELETE", `/projects/${ASANA.onboarding}`);
    expect((await asana.call("GET", `/projects/${ASANA.onboarding}`)).status).toBe(404);
    expect((await asana.call("GET", `/tasks/${asanaTaskGid(1)}`)).status).toBe(404);
    const survivor = await asana.call(
      "GET",
      `/tasks/${task}?opt_fields=memberships.project.gid,memberships.section.name`,
    );
    expect(survivor.data["memberships"]).toEqual([
      { project: { gid: ASANA.rollout }, section: { gid: ASANA.rolloutEnd, name: "End" } },
    ]);
    expect(told(await events()).at(-1)).toBe("project deleted -");
  });

  test("creates a project with its untitled section, fields and values", async () => {
    const created = await asana.call("POST", "/projects", { name: "Onboarding: New", team: ASANA.team });
    const gid = String(created.data["gid"]);
    expect((await asana.call("GET", `/projects/${gid}/sections`)).rows).toMatchObject([{ name: "Untitled section" }]);
    await asana.call("POST", `/projects/${gid}/addCustomFieldSetting`, { custom_field: ASANA.opportunity });
    const written = await asana.call("PUT", `/projects/${gid}?opt_fields=custom_fields.text_value`, {
      custom_fields: { [ASANA.opportunity]: "006X" },
    });
    expect(written.data["custom_fields"]).toEqual([{ gid: ASANA.opportunity, text_value: "006X" }]);
    expect(told(await events())[0]).toBe(`project added ${ASANA.workspace}`);
  });

  test("caps a project stream at a hundred events and refuses a token after 24 hours", async () => {
    const stream = `/events?resource=${ASANA.onboarding}`;
    sync = String((await asana.call("GET", stream)).body["sync"]);
    for (let n = 0; n < 60; n += 1)
      await asana.write(ASANA.ada, "POST", `/tasks/${task}/stories`, { text: `note ${n}` });
    await asana.write(ASANA.ada, "POST", `/sections/${ASANA.done}/addTask`, { task });
    for (let n = 0; n < 45; n += 1) await asana.write(ASANA.ada, "PUT", `/tasks/${task}`, { name: `Name ${n}` });
    const first = await asana.call("GET", `${stream}&sync=${sync}`);
    expect(first.rows).toHaveLength(100);
    expect(first.body["has_more"]).toBe(true);
    const again = await asana.call("GET", `${stream}&sync=${sync}`);
    expect(again.rows).toEqual(first.rows);
    const second = await asana.call("GET", `${stream}&sync=${String(first.body["sync"])}`);
    expect(second.rows).toHaveLength(53);
    expect(second.body["has_more"]).toBe(false);
    asana.clock.advance(25 * 3600_000);
    const stale = await asana.call("GET", `${stream}&sync=${String(second.body["sync"])}`);
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ sync: expect.stringMatching(/^[0-9a-f]{32}:0$/u) });
  });

  test("keeps positions: insert_after, the bottom for addProject, the top for addTask", async () => {
    const order = async (): Promise<unknown[]> =>
      (await asana.call("GET", `/sections/${ASANA.kickoff}/tasks`)).rows.map((row) => row["gid"]);
    await asana.call("POST", `/sections/${ASANA.kickoff}/addTask`, { task: asanaTaskGid(1) });
    expect((await order())[0]).toBe(asanaTaskGid(1));
    await asana.call("POST", `/sections/${ASANA.kickoff}/addTask`, {
      task: asanaTaskGid(1),
      insert_after: asanaTaskGid(2),
    });
    expect(await order()).toEqual([0, 2, 1, 4].map(asanaTaskGid));
    await asana.call("POST", `/tasks/${asanaTaskGid(3)}/addProject`, {
      project: ASANA.onboarding,
      section: ASANA.kickoff,
    });
    expect((await order()).at(-1)).toBe(asanaTaskGid(3));
  });
});
