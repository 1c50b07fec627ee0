import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";

describe("how things hang together in the Asana stand-in", () => {
  const task = asanaTaskGid(0);
  let asana: AsanaServer;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
  });
  afterEach(() => asana.close());

  const subtypes = async (gid: string): Promise<unknown[]> =>
    (await asana.call("GET", `/tasks/${gid}/stories`)).rows.map((row) => row["resource_subtype"]);
  const modifiedAt = async (gid: string): Promise<unknown> =>
    (await asana.call("GET", `/tasks/${gid}?opt_fields=modified_at`)).data["modified_at"];

  test("dependencies are told on both tasks, form no circle and are thirty at most", async () => {
    const [one, two] = [asanaTaskGid(1), asanaTaskGid(2)];
    await asana.call("POST", `/tasks/${task}/addDependencies`, { dependencies: [one] });
    await asana.call("POST", `/tasks/${one}/addDependencies`, { dependencies: [two] });
    expect((await asana.call("GET", `/tasks/${one}/dependents`)).rows).toMatchObject([{ gid: task }]);
    expect((await subtypes(task)).at(-1)).toBe("dependency_added");
    expect((await subtypes(two)).at(-1)).toBe("dependent_added");
    expect((await asana.call("POST", `/tasks/${two}/addDependencies`, { dependencies: [task] })).status).toBe(400);
    const many: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      const made = await asana.call("POST", "/tasks", { name: `d${n}`, workspace: ASANA.workspace });
      many.push(String(made.data["gid"]));
    }
    expect((await asana.call("POST", `/tasks/${task}/addDependencies`, { dependencies: many })).status).toBe(400);
  });

  test("a tag changes no modified_at but is told in story and event", async () => {
    const before = await modifiedAt(task);
    const tag = await asana.call("POST", "/tags", { workspace: ASANA.workspace, name: "Urgent" });
    const stream = `/events?resource=${task}`;
    const { body } = await asana.call("GET", stream);
    await asana.call("POST", `/tasks/${task}/addTag`, { tag: tag.data["gid"] });
    expect(await modifiedAt(task)).toBe(before);
    expect((await asana.call("GET", `/tags/${String(tag.data["gid"])}/tasks`)).rows).toMatchObject([{ gid: task }]);
    const events = await asana.call("GET", `${stream}&sync=${String(body["sync"])}`);
    expect(events.rows).toMatchObject([
      { action: "changed", change: { field: "tags", action: "added", added_value: { name: "Urgent" } } },
      { action: "added", resource: { resource_type: "story", resource_subtype: "added_to_tag" } },
    ]);
  });

  test("subtasks go five deep", async () => {
    let parent = task;
    for (let depth = 1; depth <= 5; depth += 1) {
      const made = await asana.call("POST", `/tasks/${parent}/subtasks`, { name: `level ${depth}` });
      expect(made.status).toBe(201);
      parent = String(made.data["gid"]);
    }
    expect((await asana.call("POST", `/tasks/${parent}/subtasks`, { name: "too deep" })).status).toBe(400);
    expect((await asana.call("POST", `/tasks/${task}/setParent`, { parent })).status).toBe(400);
  });

  test("a duplicate takes its time and is five at once at most", async () => {
    const project = `/projects/${ASANA.onboarding}/duplicate`;
    const started = await asana.call("POST", project, { name: "Copy", include: "task_notes,task_assignee" });
    expect(started.status).toBe(201);
    const path = `/jobs/${String(started.data["gid"])}`;
    expect((await asana.call("GET", path)).data).toMatchObject({ status: "not_started", new_project: null });
    asana.clock.advance(2000);
    expect((await asana.call("GET", path)).data["status"]).toBe("in_progress");
    asana.clock.advance(5000);
    const done = (await asana.call("GET", path)).data;
    expect(done).toMatchObject({ status: "succeeded", new_project: { name: "Copy" } });
    const copy = String((done["new_project"] as Loose)["gid"]);
    const { rows } = await asana.call(
      "GET",
      `/tasks?project=${copy}&opt_fields=name,assignee.gid,memberships.section.name`,
    );
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      name: "Task 0",
      assignee: { gid: ASANA.ben },
      memberships: [{ section: { name: "Kickoff" } }],
    });
    for (let n = 0; n < 5; n += 1) expect((await asana.call("POST", project, { name: `Copy ${n}` })).status).toBe(201);
    expect((await asana.call("POST", project, { name: "One too many" })).status).toBe(429);
  });

  test("search answers by condition, not yet what changed a moment ago, and pages by time", async () => {
    const search = (query: string): ReturnType<AsanaServer["call"]> =>
      asana.call("GET", `/workspaces/${ASANA.workspace}/tasks/search?${query}`);
    expect((await search(`projects.any=${ASANA.onboarding}&completed=true`)).rows).toHaveLength(2);
    expect((await search(`sections.any=${ASANA.configure}&projects.any=${ASANA.rollout}`)).rows).toHaveLength(3);
    expect((await search(`custom_fields.${ASANA.opportunity}.value=OPP-3&nonsense=1`)).rows).toMatchObject([
      { gid: asanaTaskGid(3) },
    ]);
    await asana.call("PUT", `/tasks/${task}`, { name: "Fresh words" });
    expect((await search("text=fresh")).rows).toEqual([]);
    expect((await search("text=task 0")).rows).toMatchObject([{ gid: task, name: "Task 0" }]);
    asana.clock.advance(60_000);
    expect((await search("text=fresh")).rows).toMatchObject([{ gid: task }]);
    const first = await search("sort_by=modified_at&limit=1&opt_fields=modified_at");
    expect(first.rows).toMatchObject([{ gid: task }]);
    expect(first.body).not.toHaveProperty("next_page");
    const next = await search(
      `sort_by=modified_at&limit=1&modified_at.before=${String(first.rows[0]?.["modified_at"])}`,
    );
    expect(next.rows[0]?.["gid"]).not.toBe(task);
  });

  test("only one's own comments can be deleted, and the truth keeps what is gone", async () => {
    const comment = await asana.call("POST", `/tasks/${task}/stories`, { text: "Oops" });
    const gid = String(comment.data["gid"]);
    const [other] = (await asana.call("GET", `/tasks/${task}/stories`)).rows;
    expect((await asana.call("DELETE", `/stories/${String(other?.["gid"])}`)).status).toBe(403);
    await asana.call("DELETE", `/stories/${gid}`);
    await asana.call("DELETE", `/tasks/${asanaTaskGid(1)}`);
    await asana.control("POST", "/hide", { projectGid: ASANA.rollout });
    const truth = (await asana.control("GET", "/truth")) as Record<
      string,
      Record<string, { state: string; content: Loose }>
    >;
    expect(truth["stories"]?.[gid]).toMatchObject({ state: "deleted", content: { text: "Oops" } });
    expect(truth["tasks"]?.[asanaTaskGid(1)]?.state).toBe("deleted");
    expect(truth["projects"]?.[ASANA.rollout]?.state).toBe("hidden");
    const { state, content } = truth["tasks"]?.[task] ?? { state: "", content: {} };
    expect(state).toBe("live");
    expect((await asana.call("GET", `/tasks/${task}?opt_fields=${Object.keys(content).join(",")}`)).data).toEqual(
      content,
    );
    expect(Object.keys(await asana.control("GET", "/truth?stream=users,teams"))).toEqual(["teams", "users"]);
  });
});
