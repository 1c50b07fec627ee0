import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";

describe("reading the Asana stand-in", () => {
  let asana: AsanaServer;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed(120));
  });
  afterEach(() => asana.close());

  test("answers an unknown path and a wrong method with 404 before it looks at the token", async () => {
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["PATCH", "/tasks"],
    ] as const) {
      const reply = await asana.call(method, path, undefined, null);
      expect(reply.status).toBe(404);
      expect(reply.body["errors"]).toEqual([
        { message: "No matching route for request", help: expect.stringContaining("developers.asana.com") },
      ]);
      expect(reply.headers.get("content-type")).toBe("application/json; charset=UTF-8");
    }
    const refused = await asana.call("GET", "/tasks/1", undefined, "nope");
    expect(refused.status).toBe(401);
    expect(refused.body["errors"]).toMatchObject([{ message: "Not Authorized" }]);
  });

  test("pages a project's tasks without loss and binds the offset to the query and the clock", async () => {
    const path = `/tasks?project=${ASANA.onboarding}&limit=50`;
    const seen: unknown[] = [];
    let offset = "";
    for (;;) {
      const page = await asana.call("GET", `${path}${offset}`);
      seen.push(...page.rows.map((row) => row["gid"]));
      const next = page.body["next_page"] as { offset: string; path: string; uri: string } | null;
      if (next === null) break;
      expect(next.uri).toBe(`${asana.baseUrl}${next.path}`);
      offset = `&offset=${next.offset}`;
    }
    expect(new Set(seen).size).toBe(120);
    expect(seen).toHaveLength(120);
    const foreign = await asana.call("GET", `/tasks?section=${ASANA.kickoff}&limit=50${offset}`);
    expect(foreign.status).toBe(400);
    expect(foreign.body["errors"]).toMatchObject([{ message: "offset: Your pagination token is invalid." }]);
    asana.clock.advance(16 * 60_000);
    const late = await asana.call("GET", `${path}${offset}`);
    expect(late.body["errors"]).toMatchObject([{ message: "offset: Your pagination token has expired." }]);
  });

  test("refuses a listing of more than a thousand without a limit", async () => {
    const big = await startAsana(asanaSeed(1001));
    const reply = await big.call("GET", `/tasks?project=${ASANA.onboarding}`);
    await big.close();
    expect(reply.status).toBe(400);
    expect(reply.body["errors"]).toMatchObject([{ message: expect.stringContaining("The result is too large.") }]);
  });

  test("returns compact rows in lists, the full record alone, and exactly what opt_fields names", async () => {
    const gid = asanaTaskGid(1);
    const compact = await asana.call("GET", `/tasks?project=${ASANA.onboarding}&limit=1`);
    expect(compact.rows[0]).toEqual({
      gid: asanaTaskGid(0),
      resource_type: "task",
      resource_subtype: "default_task",
      name: "Task 0",
    });
    const full = await asana.call("GET", `/tasks/${gid}`);
    expect(full.data).toMatchObject({
      gid,
      memberships: [
        {
          project: { gid: ASANA.onboarding, name: "Onboarding: Acme", resource_type: "project" },
          section: { gid: ASANA.configure, name: "Configure", resource_type: "section" },
        },
      ],
      assignee: { gid: ASANA.ben, name: "Ben Book", resource_type: "user" },
    });
    expect(full.data).not.toHaveProperty("created_by");
    const asked = await asana.call(
      "GET",
      `/tasks/${gid}?opt_fields=name,assignee.(name|email)&opt_fields=this.memberships.section.name,parent,created_by,misspelt,custom_fields.enum_value.name`,
    );
    expect(asked.data).toEqual({
      gid,
      name: "Task 1",
      assignee: { gid: ASANA.ben, name: "Ben Book", email: "ben@example.com" },
      memberships: [{ section: { gid: ASANA.configure, name: "Configure" } }],
      parent: null,
      created_by: { gid: ASANA.ada, resource_type: "user" },
      custom_fields: [
        { gid: ASANA.stage, enum_value: { gid: ASANA.green, name: "Green" } },
        { gid: ASANA.opportunity },
      ],
    });
  });

  test("filters tasks by modified_since, completed_since, section and assignee", async () => {
    const since = await asana.call("GET", `/tasks?project=${ASANA.onboarding}&modified_since=2026-01-06T00:00:00Z`);
    expect(since.rows).toHaveLength(40);
    const open = await asana.call("GET", `/tasks?project=${ASANA.onboarding}&completed_since=now`);
    expect(open.rows).toHaveLength(80);
    const section = await asana.call("GET", `/tasks?section=${ASANA.configure}`);
    expect(section.rows).toHaveLength(60);
    const mine = await asana.call("GET", `/tasks?assignee=ben@example.com&workspace=${ASANA.workspace}`);
    expect(mine.rows).toHaveLength(120);
    const both = await asana.call("GET", `/tasks?section=${ASANA.configure}&project=${ASANA.onboarding}`);
    expect(both.status).toBe(400);
  });

  test("shows a project's own custom field values and lists projects by team and archived flag", async () => {
    const project = await asana.call("GET", `/projects/${ASANA.onboarding}`);
    expect(project.data["custom_fields"]).toMatchObject([
      { gid: ASANA.opportunity, text_value: "006000000000001", display_value: "006000000000001" },
      { gid: ASANA.seats, number_value: 40, display_value: "40" },
    ]);
    const byTeam = await asana.call("GET", `/projects?team=${ASANA.otherTeam}&archived=false`);
    expect(byTeam.rows.map((row) => row["gid"])).toEqual([ASANA.rollout]);
    expect((await asana.call("GET", `/projects?workspace=${ASANA.workspace}&archived=true`)).rows).toEqual([]);
    const settings = await asana.call("GET", `/projects/${ASANA.onboarding}/custom_field_settings`);
    expect(settings.rows).toHaveLength(3);
  });

  test("tells stories oldest first, with a null actor for a rule and only the fields of the subtype", async () => {
    const stories = await asana.call(
      "GET",
      `/tasks/${asanaTaskGid(1)}/stories?limit=100&opt_fields=resource_subtype,created_by.name,old_section.name,new_section.name,text,source`,
    );
    expect(stories.rows).toHaveLength(2);
    expect(stories.rows[1]).toEqual({
      gid: expect.any(String),
      resource_subtype: "section_changed",
      created_by: null,
      old_section: { gid: ASANA.kickoff, name: "Kickoff" },
      new_section: { gid: ASANA.configure, name: "Configure" },
      text: 'Asana moved this Task from "Kickoff" to "Configure" in Onboarding: Acme',
      source: "web",
    });
    expect(stories.rows[0]).not.toHaveProperty("old_section");
  });

  test("gives me the token's user and hides emails in lists", async () => {
    const me = await asana.call("GET", "/users/me");
    expect(me.data).toMatchObject({ gid: ASANA.service, email: "hub@example.com" });
    const users = await asana.call("GET", `/users?workspace=${ASANA.workspace}&limit=10`);
    expect(users.rows[0]).toEqual({ gid: ASANA.ada, resource_type: "user", name: "Ada Lovelace" });
    const fields = await asana.call("GET", `/workspaces/${ASANA.workspace}/custom_fields?limit=100`);
    expect(fields.rows).toHaveLength(3);
  });
});
