import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose, Reply } from "../../support/asana-server.ts";

const GENERATED = {
  seed: 7,
  projects: 400,
  tasks: 200_000,
  sections: ["To do", "Doing", "Done"],
  teamGid: ASANA.otherTeam,
  customFieldGids: [ASANA.stage, ASANA.opportunity, ASANA.seats],
  from: "2025-01-01T00:00:00.000Z",
  to: "2026-01-01T00:00:00.000Z",
};

describe("generated projects of the Asana stand-in", () => {
  let asana: AsanaServer;
  let projects: readonly string[];
  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
    ({ projects } = (await asana.control("POST", "/generate", GENERATED)) as { projects: string[] });
  });
  afterEach(() => asana.close());

  const gids = async (path: string): Promise<string[]> => {
    const all: string[] = [];
    let offset = "";
    for (;;) {
      const page = await asana.call("GET", `${path}&limit=100${offset}`);
      all.push(...page.rows.map((row) => String(row["gid"])));
      const next = page.body["next_page"] as { offset: string } | null;
      if (next === null) return all;
      offset = `&offset=${next.offset}`;
    }
  };

  test("list, show and tell every task the same way each time without keeping any", async () => {
    expect(projects).toHaveLength(400);
    const listed = await gids(`/tasks?project=${projects[3] ?? ""}`);
    expect(new Set(listed).size).toBe(500);
    const sections = (await asana.call("GET", `/projects/${projects[3] ?? ""}/sections`)).rows;
    const bySection = await Promise.all(sections.map(({ gid }) => gids(`/tasks?section=${String(gid)}`)));
    expect(bySection.flat()).toEqual(listed);
    const last = listed.at(-1) ?? "";
    const task = await asana.call("GET", `/tasks/${last}`);
    expect(task.data).toMatchObject({ completed: true, memberships: [{ section: { name: "Done" } }] });
    expect((task.data["custom_fields"] as Loose[]).map((one) => one["display_value"])).toEqual([
      expect.stringMatching(/Green|Red/u),
      expect.stringMatching(/^GEN-\d+$/u),
      expect.stringMatching(/^\d+$/u),
    ]);
    const stories = await asana.call("GET", `/tasks/${last}/stories?opt_fields=resource_subtype,new_section.name`);
    expect(stories.rows.filter((row) => row["resource_subtype"] === "section_changed")).toMatchObject([
      { new_section: { name: "Doing" } },
      { new_section: { name: "Done" } },
    ]);
    const story = String(stories.rows.at(-1)?.["gid"]);
    expect((await asana.call("GET", `/stories/${story}`)).data["target"]).toMatchObject({ gid: last });
    expect((await asana.call("GET", `/tasks/${last}`)).data).toEqual(task.data);
    expect(await asana.control("GET", "/state")).toMatchObject({ tasks: 200_006 });
  });

  test("find what changed since an instant, computed or changed by hand", async () => {
    const project = projects[0] ?? "";
    const all = await asana.call("GET", `/tasks?project=${project}&limit=100&opt_fields=modified_at`);
    const since = "2025-11-10T00:00:00.000Z";
    const changed = await gids(`/tasks?project=${project}&modified_since=${since}`);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThan(250);
    const quiet = all.rows.find((row) => String(row["modified_at"]) < since);
    const gid = String(quiet?.["gid"]);
    expect(changed).not.toContain(gid);
    await asana.write(ASANA.ada, "PUT", `/tasks/${gid}`, { name: "By hand" });
    expect(await gids(`/tasks?project=${project}&modified_since=${since}`)).toHaveLength(changed.length + 1);
    expect((await asana.call("GET", `/tasks/${gid}`)).data["name"]).toBe("By hand");
  });

  test("move, take away, multiply and report tasks like any others", async () => {
    const project = projects[1] ?? "";
    const sections = (await asana.call("GET", `/projects/${project}/sections`)).rows.map(({ gid }) => String(gid));
    const { body } = await asana.call("GET", `/events?resource=${project}`);
    const [first, second, third] = (await asana.call("GET", `/tasks?section=${sections[0] ?? ""}&limit=3`)).rows.map(
      ({ gid }) => String(gid),
    );
    await asana.call("POST", `/sections/${sections[1] ?? ""}/addTask`, { task: first });
    await asana.call("DELETE", `/tasks/${second ?? ""}`);
    await asana.call("POST", `/tasks/${third ?? ""}/addProject`, { project: ASANA.rollout });
    expect((await asana.call("GET", `/tasks?section=${sections[1] ?? ""}&limit=1`)).rows).toMatchObject([
      { gid: first },
    ]);
    expect((await asana.call("GET", `/tasks?section=${sections[0] ?? ""}&limit=1`)).rows).toMatchObject([
      { gid: third },
    ]);
    expect((await asana.call("GET", `/tasks/${second ?? ""}`)).status).toBe(404);
    const { rows } = await asana.call("GET", `/tasks?project=${ASANA.rollout}&opt_fields=memberships.project.gid`);
    expect(rows).toMatchObject([{ memberships: [{ project: { gid: project } }, { project: { gid: ASANA.rollout } }] }]);
    expect(await gids(`/tasks?project=${project}`)).toHaveLength(499);
    const events = await asana.call("GET", `/events?resource=${project}&sync=${String(body["sync"])}`);
    expect(events.rows.map((row) => `${String(row["type"])} ${String(row["action"])}`)).toEqual([
      "task removed",
      "task added",
      "story added",
      "task deleted",
      "task added",
      "task added",
      "story added",
    ]);
  });

  test("are cut off by the ceiling on results like any long listing", async () => {
    await asana.control("POST", "/options", { resultCeiling: 300 });
    const path = `/tasks?project=${projects[2] ?? ""}&limit=100`;
    const next = async (page: Reply): Promise<Reply> =>
      asana.call("GET", `${path}&offset=${(page.body["next_page"] as { offset: string }).offset}`);
    const second = await next(await asana.call("GET", path));
    const third = await next(second);
    expect(third.body["errors"]).toMatchObject([{ message: expect.stringContaining("upper limit on the number") }]);
  });
});
