import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose, Reply } from "../../support/asana-server.ts";

let asana: AsanaServer;
beforeEach(async () => {
  asana = await startAsana(asanaSeed(4), "demo");
});
afterEach(() => asana.close());

const gidOf = (reply: Reply): string => String(reply.data["gid"]);

describe("time tracking of the Asana stand-in", () => {
  const path = `/tasks/${asanaTaskGid(0)}/time_tracking_entries`;

  test("adds up on the task, and is listed by person and day", async () => {
    await asana.call("POST", path, { duration_minutes: 30, entered_on: "2026-03-01" });
    const second = gidOf(await asana.call("POST", path, { duration_minutes: 12, entered_on: "2026-03-05" }));
    const actual = async () =>
      (await asana.call("GET", `/tasks/${asanaTaskGid(0)}?opt_fields=actual_time_minutes`)).data["actual_time_minutes"];
    expect(await actual()).toBe(42);
    const since = await asana.call("GET", "/time_tracking_entries?user=me&entered_on_start_date=2026-03-02");
    expect(since.rows.map(({ gid }) => gid)).toEqual([second]);
    expect(since.rows[0]).toMatchObject({ attributable_to: { gid: ASANA.onboarding }, duration_minutes: 12 });
    await asana.call("PUT", `/time_tracking_entries/${second}`, { duration_minutes: 1 });
    expect(await actual()).toBe(31);
    await asana.call("DELETE", `/time_tracking_entries/${second}`);
    expect(await actual()).toBe(30);
  });

  test("refuses no time and another task's project", async () => {
    expect(await asana.call("POST", path, { duration_minutes: 0 })).toMatchObject({ status: 400 });
    const elsewhere = { duration_minutes: 5, attributable_to: ASANA.rollout };
    expect(await asana.call("POST", path, elsewhere)).toMatchObject({ status: 400 });
  });
});

test("a project has one brief, which it names", async () => {
  const path = `/projects/${ASANA.rollout}/project_briefs`;
  const brief = gidOf(await asana.call("POST", path, { title: "Why", text: "Because" }));
  expect((await asana.call("POST", path, { text: "Again" })).status).toBe(400);
  const { data } = await asana.call("GET", `/projects/${ASANA.rollout}?opt_fields=project_brief`);
  expect(data["project_brief"]).toMatchObject({ gid: brief });
  const { data: shown } = await asana.call("GET", `/project_briefs/${brief}?opt_fields=title,text,html_text`);
  expect(shown).toMatchObject({ title: "Why", text: "Because", html_text: "<body>Because</body>" });
  await asana.call("DELETE", `/project_briefs/${brief}`);
  expect((await asana.call("GET", `/project_briefs/${brief}`)).status).toBe(404);
});

test("who leaves a team is in none of its lists and has it in none of theirs", async () => {
  const lists = async (): Promise<unknown[]> => [
    (await asana.call("GET", `/teams/${ASANA.team}/users`)).rows.some(({ gid }) => gid === ASANA.ben),
    (await asana.call("GET", `/team_memberships?team=${ASANA.team}`)).rows.some(
      ({ user }) => (user as Loose)["gid"] === ASANA.ben,
    ),
    (await asana.call("GET", `/users/${ASANA.ben}/teams?organization=${ASANA.workspace}`)).rows.some(
      ({ gid }) => gid === ASANA.team,
    ),
  ];
  expect(await lists()).toEqual([true, true, true]);
  await asana.call("POST", `/teams/${ASANA.team}/removeUser`, { user: ASANA.ben });
  expect(await lists()).toEqual([false, false, false]);
  await asana.call("POST", `/teams/${ASANA.team}/addUser`, { user: ASANA.ben });
  expect(await lists()).toEqual([true, true, true]);
});

test("a project's copy can have its days moved, over weekends to Monday", async () => {
  const { data: project } = await asana.call("POST", "/projects", { name: "Plan", team: ASANA.team });
  const source = String(project["gid"]);
  for (const [name, due] of [
    ["first", "2026-03-02"],
    ["second", "2026-03-07"],
  ])
    await asana.call("POST", "/tasks", { name, due_on: due, projects: [source] });
  const ask = (schedule: Loose): Promise<Reply> =>
    asana.call("POST", `/projects/${source}/duplicate`, {
      name: "Copy",
      include: "task_dates",
      schedule_dates: schedule,
    });
  expect((await ask({ start_on: "2026-04-06" })).status).toBe(400);
  const started = await ask({ start_on: "2026-04-06", should_skip_weekends: true });
  asana.clock.advance(10_000);
  const job = (await asana.call("GET", `/jobs/${gidOf(started)}`)).data;
  const copy = String((job["new_project"] as Loose)["gid"]);
  const { rows } = await asana.call("GET", `/tasks?project=${copy}&opt_fields=name,due_on`);
  expect(rows.map(({ name, due_on: due }) => [name, due])).toEqual(
    expect.arrayContaining([
      ["first", "2026-04-06"],
      ["second", "2026-04-13"],
    ]),
  );
});
