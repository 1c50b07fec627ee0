import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createTechFlow } from "../../../src/sandbox/scenario/index.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose, Reply } from "../../support/asana-server.ts";

const { world } = createTechFlow({ seed: 7, scale: 0.1, asOf: Date.parse("2026-02-01T12:00:00Z") });
const TEAM = world.asana.teams.find(({ name }) => name === "Customer Success")?.gid ?? "";
const CSM = world.asana.users[0]?.gid ?? "";
const STEPS = [
  "Accept handoff",
  "Welcome mail",
  "Provision workspace",
  "Kickoff call",
  "Security review",
  "Data import",
  "Training session",
  "First value",
  "Go-live sign-off",
];

let asana: AsanaServer;
beforeEach(async () => {
  asana = await startAsana(world.asana, "demo");
});
afterEach(() => asana.close());

async function template(): Promise<Loose> {
  const { rows } = await asana.call(
    "GET",
    `/project_templates?team=${TEAM}&opt_fields=name,requested_dates.name,requested_roles.name`,
  );
  return rows.find(({ name }) => name === "Customer Onboarding v4") ?? {};
}

async function instantiate(data: Loose = {}): Promise<Reply> {
  const { gid, requested_roles: roles } = await template();
  return asana.call("POST", `/project_templates/${String(gid)}/instantiateProject`, {
    name: "Onboarding: Acme",
    requested_dates: [{ gid: "1", value: "2026-03-02" }],
    requested_roles: [{ gid: (roles as Loose[])[0]?.["gid"], value: CSM }],
    ...data,
  });
}

const jobOf = async (started: Reply): Promise<Loose> =>
  (await asana.call("GET", `/jobs/${String(started.data["gid"])}`)).data;
const projectOf = (job: Loose): string => String((job["new_project"] as Loose)["gid"]);
const tasksOf = async (project: string): Promise<readonly Loose[]> =>
  (await asana.call("GET", `/tasks?project=${project}&opt_fields=name,due_on,assignee.gid,resource_subtype`)).rows;

describe("project templates of the Asana stand-in", () => {
  test("TechFlow's template asks for a start date and its manager", async () => {
    expect(await template()).toMatchObject({
      requested_dates: [{ gid: "1", name: "Start Date" }],
      requested_roles: [{ name: "Customer success manager" }],
    });
  });

  test("an instantiation makes the project first and its tasks once the job is done", async () => {
    const started = await instantiate();
    expect(started).toMatchObject({
      status: 201,
      data: { resource_type: "job", resource_subtype: "instantiate_project", status: "not_started", new_project: null },
    });
    asana.clock.advance(2000);
    const underway = await jobOf(started);
    expect(underway["status"]).toBe("in_progress");
    expect(await tasksOf(projectOf(underway))).toEqual([]);
    asana.clock.advance(5000);
    const done = await jobOf(started);
    expect(done["status"]).toBe("succeeded");
    const tasks = await tasksOf(projectOf(done));
    expect(tasks.map(({ name }) => name)).toEqual(STEPS);
    expect(tasks[0]).toMatchObject({ due_on: "2026-03-03", assignee: { gid: CSM }, resource_subtype: "milestone" });
    const fields = "name,team.name,start_on,due_on,custom_fields.name,custom_fields.display_value";
    const { data } = await asana.call("GET", `/projects/${projectOf(done)}?opt_fields=${fields}`);
    expect(data).toMatchObject({ team: { name: "Customer Success" }, start_on: "2026-03-02", due_on: "2026-04-01" });
    expect(data["custom_fields"]).toContainEqual(
      expect.objectContaining({ name: "Template", display_value: "Customer Onboarding v4" }),
    );
    const sections = await asana.call("GET", `/projects/${projectOf(done)}/sections`);
    expect(sections.rows.map(({ name }) => name)).toEqual(["Plan", "Do", "Done"]);
  });

  test("a strict instantiation without its date is refused, and so is a role of another template", async () => {
    expect(await instantiate({ requested_dates: [], is_strict: true })).toMatchObject({ status: 422 });
    expect(await instantiate({ requested_roles: [{ gid: "99", value: "me" }] })).toMatchObject({ status: 400 });
  });

  test.each([
    ["failed", "failed", null],
    ["half-done", "failed", 4],
    ["incomplete", "succeeded", 4],
    ["stuck", "in_progress", 0],
  ] as const)("a job can end %s", async (outcome, status, tasks) => {
    await asana.dial({ fault: "job", outcome, route: "instantiateProject" });
    const started = await instantiate();
    asana.clock.advance(60_000);
    const job = await jobOf(started);
    expect(job["status"]).toBe(status);
    if (tasks === null) expect(job["new_project"]).toBeNull();
    else expect(await tasksOf(projectOf(job))).toHaveLength(tasks);
  });

  test("an instantiation whose answer is lost makes its project nevertheless", async () => {
    await asana.dial({ fault: "lost-answer", route: "instantiateProject" });
    await expect(instantiate({ name: "Nobody heard" })).rejects.toThrow("fetch failed");
    asana.clock.advance(10_000);
    const { rows } = await asana.call("GET", `/projects?team=${TEAM}`);
    const made = rows.find(({ name }) => name === "Nobody heard");
    expect(await tasksOf(String(made?.["gid"]))).toHaveLength(STEPS.length);
  });

  test("a saved template outlives the project it was saved from, and its days move with the start", async () => {
    const first = await instantiate();
    asana.clock.advance(10_000);
    const source = projectOf(await jobOf(first));
    const saved = await asana.call("POST", `/projects/${source}/saveAsTemplate`, { name: "Mine", public: true });
    asana.clock.advance(10_000);
    const { gid } = (await jobOf(saved))["new_project_template"] as Loose;
    await asana.call("DELETE", `/projects/${source}`);
    const again = await asana.call("POST", `/project_templates/${String(gid)}/instantiateProject`, {
      name: "Again",
      requested_dates: [{ gid: "1", value: "2026-03-12" }],
    });
    asana.clock.advance(10_000);
    const tasks = await tasksOf(projectOf(await jobOf(again)));
    expect(tasks).toHaveLength(STEPS.length);
    expect(tasks[0]).toMatchObject({ due_on: "2026-03-13", assignee: { gid: CSM } });
  });
});
