import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Page } from "../../../src/model/index.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { minutes, Reader } from "./reader.ts";

const STORIES = "GET /tasks/{task_gid}/stories";

describe("reading Asana", () => {
  let server: AsanaServer;
  let reader: Reader;
  beforeEach(async () => {
    server = await startAsana(asanaSeed(120));
    reader = new Reader(server);
  });
  afterEach(() => server.close());

  test("reads every project, section, task and story once, and the counts agree with the source", async () => {
    const calls = await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
    expect(reader.ids("projects")).toEqual([ASANA.onboarding, ASANA.rollout]);
    expect(reader.ids("sections")).toHaveLength(5);
    expect(reader.ids("stories")).toHaveLength(asanaSeed(120).stories.length);
    expect(reader.rejects).toEqual([]);
    expect(reader.counts.get("tasks")).toBe(120);
    expect(calls[STORIES]).toBe(120);
    expect(calls["GET /tasks"]).toBe(3);
  });

  test("costs one call per project, the lists and one events call when nothing changed", async () => {
    await reader.run();
    server.clock.advance(minutes(10));
    const calls = await reader.run();
    expect(calls).toEqual({
      "GET /users/{user_gid}": 1,
      "GET /workspaces": 1,
      "GET /workspaces/{workspace_gid}/teams": 1,
      "GET /users": 1,
      "GET /workspaces/{workspace_gid}/custom_fields": 1,
      "GET /workspaces/{workspace_gid}/events": 1,
      "GET /projects": 1,
      "GET /tasks": 2,
    });
  });

  test("reads a changed task and its new stories, and no other history", async () => {
    await reader.run();
    server.clock.advance(minutes(10));
    await server.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(1)}`, { completed: true });
    const calls = await reader.run();
    expect(reader.content("tasks", asanaTaskGid(1))).toMatchObject({ completed: true });
    expect(reader.entity("tasks", asanaTaskGid(1)).members).toHaveLength(3);
    expect(calls[STORIES]).toBe(1);
  });

  test("finds a move between sections, which modified_since does not show", async () => {
    await reader.run();
    server.clock.advance(minutes(10));
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(2) });
    await reader.run();
    const entity = reader.normalise("tasks", asanaTaskGid(2));
    expect(entity.fields["section"]).toEqual({ option: ASANA.done, name: "Done" });
    expect(entity.transitions.at(-1)).toMatchObject({
      field: "section in Onboarding: Acme",
      from: { option: ASANA.kickoff, name: "Kickoff" },
      to: { option: ASANA.done, name: "Done" },
      by: { person: null, kind: "automation" },
    });
    expect(entity.gaps).toEqual([]);
  });

  test("makes a deletion a tombstone with its time and a restoration a record again", async () => {
    await reader.run();
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(4)}`);
    await reader.run();
    expect(reader.tombstones).toEqual([
      { stream: "tasks", id: asanaTaskGid(4), cause: "deleted", at: server.clock.now() },
    ]);
    await server.control("POST", "/restore", { taskGid: asanaTaskGid(4) });
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
  });

  test("finds a task created, renamed and added to a second project in one run", async () => {
    await reader.run();
    const made = (await server.write(ASANA.ada, "POST", "/tasks", {
      name: "Extra",
      projects: [ASANA.onboarding],
    })) as { data: { gid: string } };
    await server.write(ASANA.ada, "PUT", `/tasks/${made.data.gid}`, { name: "Extra work" });
    await server.write(ASANA.ada, "POST", `/tasks/${made.data.gid}/addProject`, { project: ASANA.rollout });
    await reader.run();
    const entity = reader.normalise("tasks", made.data.gid);
    expect(entity.fields).toMatchObject({
      name: "Extra work",
      section: { name: "Kickoff" },
      "section in Rollout: Beta": { name: "Start" },
    });
  });

  test("reads in full what an expired token covered and finds what happened meanwhile", async () => {
    await reader.run();
    server.clock.advance(minutes(60));
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(2) });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(4)}`);
    server.clock.advance(minutes(25 * 60));
    await reader.run();
    expect(reader.content("tasks", asanaTaskGid(2))).toMatchObject({ memberships: [{ section: { gid: ASANA.done } }] });
    expect(reader.tombstones).toMatchObject([{ id: asanaTaskGid(4), cause: "deleted" }]);
    const calls = await reader.run();
    expect(calls["GET /tasks"]).toBe(2);
  });

  test("finds by a sweep what the event feed lost, reading only the histories that differ", async () => {
    await reader.run();
    await server.control("POST", "/events", { drop: 100 });
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(2) });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(4)}`);
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
    const calls = await reader.run("sweep");
    expect(reader.ids("tasks")).toHaveLength(119);
    expect(reader.counts.get("tasks")).toBe(119);
    expect(reader.normalise("tasks", asanaTaskGid(2)).fields["section"]).toMatchObject({ name: "Done" });
    expect(calls[STORIES]).toBe(1);
  });

  test("takes the tasks of a deleted project with it, except those that live elsewhere too", async () => {
    await server.write(ASANA.ada, "POST", `/tasks/${asanaTaskGid(0)}/addProject`, { project: ASANA.rollout });
    await reader.run();
    await server.write(ASANA.ada, "DELETE", `/projects/${ASANA.onboarding}`);
    await reader.run();
    expect(reader.ids("projects")).toEqual([ASANA.rollout]);
    expect(reader.ids("tasks")).toEqual([asanaTaskGid(0)]);
    expect(reader.ids("sections")).toEqual([ASANA.rolloutStart, ASANA.rolloutEnd]);
    expect(reader.normalise("tasks", asanaTaskGid(0)).fields["project"]).toEqual({
      stream: "projects",
      id: ASANA.rollout,
    });
    const causes = new Set(reader.tombstones.map(({ stream, cause }) => `${stream} ${cause}`));
    expect(causes).toEqual(new Set(["projects deleted", "sections parent deleted", "tasks parent deleted"]));
  });

  test("calls what drops out of sight lost, never deleted", async () => {
    await reader.run();
    await server.control("POST", "/hide", { projectGid: ASANA.onboarding });
    await reader.run();
    expect(new Set(reader.tombstones.map(({ cause }) => cause))).toEqual(new Set(["visibility lost"]));
    expect(reader.ids("tasks")).toEqual([]);
    await server.control("POST", "/hide", { projectGid: ASANA.onboarding, hidden: false });
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
    expect(reader.ids("sections")).toHaveLength(5);
  });

  test("goes on after a crash between pages without losing or re-reading histories", async () => {
    reader.crashAfter = 14;
    await expect(reader.run()).rejects.toThrow("crash");
    const stored = reader.ids("tasks").length;
    expect(stored).toBe(100);
    reader.crashAfter = Number.POSITIVE_INFINITY;
    const calls = await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
    expect(calls[STORIES]).toBe(20);
  });

  test("misses nothing that changes while the first reading is under way", async () => {
    reader.crashAfter = 14;
    await expect(reader.run()).rejects.toThrow("crash");
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(0) });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(2)}`);
    reader.crashAfter = Number.POSITIVE_INFINITY;
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(119);
    expect(reader.normalise("tasks", asanaTaskGid(0)).fields["section"]).toMatchObject({ name: "Done" });
  });

  test("reads subtasks with their histories and follows their changes", async () => {
    const made = (await server.write(ASANA.ada, "POST", `/tasks/${asanaTaskGid(0)}/subtasks`, { name: "Part" })) as {
      data: { gid: string };
    };
    await reader.run();
    const { gid } = made.data;
    expect(reader.normalise("tasks", gid).fields["parent"]).toEqual({ stream: "tasks", id: asanaTaskGid(0) });
    server.clock.advance(minutes(5));
    await server.write(ASANA.ben, "PUT", `/tasks/${gid}`, { completed: true });
    const second = (await server.write(ASANA.ada, "POST", `/tasks/${gid}/subtasks`, { name: "Part of part" })) as {
      data: { gid: string };
    };
    await reader.run();
    expect(reader.normalise("tasks", gid).fields["completed"]).toBe(true);
    expect(reader.ids("tasks")).toContain(second.data.gid);
    await reader.run("sweep");
    expect(reader.tombstones).toEqual([]);
    expect(reader.ids("tasks")).toHaveLength(122);
  });

  test("knows the sections of a project in which nothing happens up to where it asked, and no further", async () => {
    const until = (): number | undefined => reader.positions.get(`sections/${ASANA.onboarding}`)?.covered.at(-1)?.to;
    await reader.run();
    server.clock.advance(minutes(600));
    const second = server.clock.now();
    const calls = await reader.run();
    expect(until()).toBe(second);
    expect(calls["GET /projects/{project_gid}/sections"]).toBeUndefined();

    // Neither the feed nor the projects are asked again: nobody knows what has become of the sections since.
    server.clock.advance(minutes(60));
    const connection = await reader.connect();
    const partition = { stream: "sections", id: ASANA.onboarding, title: "Onboarding" };
    const position = reader.positions.get(`sections/${ASANA.onboarding}`) ?? null;
    const pages: Page[] = [];
    for await (const page of connection.read?.read(partition, position, reader.context("incremental")) ?? [])
      pages.push(page);
    expect(pages).toEqual([]);
    await connection.close();
  });

  test("follows sections by their events and lists none again", async () => {
    await reader.run();
    await server.write(ASANA.ada, "PUT", `/sections/${ASANA.done}`, { name: "Finished" });
    await server.write(ASANA.ada, "POST", `/projects/${ASANA.rollout}/sections`, { name: "New" });
    await server.write(ASANA.ada, "DELETE", `/sections/${ASANA.rolloutEnd}`);
    const calls = await reader.run();
    expect(reader.content("sections", ASANA.done)).toMatchObject({ name: "Finished" });
    expect(reader.tombstones).toMatchObject([{ stream: "sections", id: ASANA.rolloutEnd, cause: "deleted" }]);
    expect(calls["GET /projects/{project_gid}/sections"]).toBeUndefined();
    expect(calls["GET /sections/{section_gid}"]).toBe(3);
  });

  test("looks only at the configured teams, in listings and in the event feed", async () => {
    const narrow = new Reader(server, { projects: { teams: ["Success"] } });
    await narrow.run();
    expect(narrow.ids("projects")).toEqual([ASANA.rollout]);
    await server.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Elsewhere" });
    await server.write(ASANA.ada, "POST", "/tasks", { name: "Here", projects: [ASANA.rollout] });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(2)}`);
    await narrow.run();
    expect(narrow.ids("tasks")).toHaveLength(1);
    expect(narrow.tombstones).toEqual([]);
  });

  test("keeps only the fields that were asked for, and reads again when more are", async () => {
    reader.selection = { tasks: ["Health"], projects: [] };
    await reader.run();
    const content = reader.content("tasks", asanaTaskGid(1));
    expect(content).not.toHaveProperty("assignee");
    expect(content["custom_fields"]).toMatchObject([{ name: "Health" }]);
    reader.selection = { tasks: ["Health", "assignee"], projects: [] };
    await reader.run();
    expect(reader.content("tasks", asanaTaskGid(1))).toMatchObject({ assignee: { gid: ASANA.ben } });
  });

  test("waits as long as a 429 says and loses nothing at the real limits", async () => {
    await server.control("POST", "/limits", { perMinute: 100 });
    await reader.run();
    expect(reader.slept.length).toBeGreaterThan(0);
    expect(reader.ids("stories")).toHaveLength(asanaSeed(120).stories.length);
  });

  test("gets over single server errors, also inside a batch", async () => {
    await server.dial({ fault: "error", route: "GET /tasks", status: 500, times: 2 });
    await server.dial({ fault: "html", route: "POST /batch", status: 502, times: 2 });
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
  });

  test("finds moves and deletions by full listings when the event feed is refused, for the same number of calls", async () => {
    await server.dial({ fault: "error", route: "/events", status: 403, times: null });
    await reader.run();
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(2) });
    await server.write(ASANA.ada, "DELETE", `/tasks/${asanaTaskGid(4)}`);
    const calls = await reader.run();
    expect(reader.normalise("tasks", asanaTaskGid(2)).fields["section"]).toMatchObject({ name: "Done" });
    expect(reader.tombstones).toMatchObject([{ id: asanaTaskGid(4), cause: "deleted" }]);
    expect(calls["GET /tasks"]).toBe(3);
    await server.undial();
    await reader.run();
    const followed = await reader.run();
    expect(followed["GET /tasks"]).toBe(2);
  });

  test("shows renamed sections and options by their names of today, in fields and in history", async () => {
    await reader.run();
    await server.write(ASANA.ada, "PUT", `/sections/${ASANA.configure}`, { name: "Set up" });
    await server.write(ASANA.ada, "PUT", `/enum_options/${ASANA.green}`, { name: "Fine" });
    await reader.run();
    const entity = reader.normalise("tasks", asanaTaskGid(1));
    expect(entity.fields).toMatchObject({ section: { name: "Set up" }, Health: { name: "Fine" } });
    expect(entity.transitions[0]?.to).toEqual({ option: ASANA.configure, name: "Set up" });
  });
});
