import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";
import type * as Sdk from "asana";

type Client = Sdk.ApiClient & Record<string, unknown> & { authentications: { token: { accessToken: string } } };
interface One {
  readonly data: Loose;
}
interface Many {
  readonly data: readonly Loose[] | null;
  nextPage(): Promise<Many>;
}

describe("the official client against the Asana stand-in", () => {
  const sdk = createRequire(import.meta.url)("asana") as typeof Sdk;
  const { workspace, team, onboarding, rollout, done } = ASANA;
  let asana: AsanaServer;
  let client: Client;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed(12));
    client = new sdk.ApiClient() as Client;
    client["basePath"] = asana.baseUrl;
    client.authentications.token.accessToken = asana.token;
  });
  afterEach(() => asana.close());

  const gid = (answer: unknown): string => String((answer as One).data["gid"]);
  const rows = (answer: unknown): readonly Loose[] => (answer as Many).data ?? [];

  test("pages through collections to their end", async () => {
    const tasks = new sdk.TasksApi(client);
    let page = (await tasks.getTasks({ project: onboarding, limit: 5, opt_fields: "name,custom_fields" })) as Many;
    const seen: unknown[] = [];
    while (page.data !== null) {
      seen.push(...page.data.map((row) => row["gid"]));
      page = await page.nextPage();
    }
    expect(new Set(seen).size).toBe(12);
    const asked = (await tasks.getTask(asanaTaskGid(1), { opt_fields: ["name", "memberships.section.name"] })) as One;
    expect(asked.data).toMatchObject({ name: "Task 1", memberships: [{ section: { name: "Configure" } }] });
  });

  test("makes, changes, relates and deletes tasks", async () => {
    const tasks = new sdk.TasksApi(client);
    const task = gid(await tasks.createTask({ data: { name: "By client", projects: [onboarding] } }, {}));
    await tasks.updateTask({ data: { custom_fields: { [ASANA.stage]: ASANA.red }, completed: true } }, task, {});
    const sub = gid(await tasks.createSubtaskForTask({ data: { name: "Below" } }, task, {}));
    expect(rows(await tasks.getSubtasksForTask(task, {}))).toMatchObject([{ gid: sub }]);
    await tasks.setParentForTask({ data: { parent: asanaTaskGid(0) } }, sub, {});
    await tasks.addDependenciesForTask({ data: { dependencies: [asanaTaskGid(2)] } }, task);
    expect(rows(await tasks.getDependenciesForTask(task, {}))).toHaveLength(1);
    await tasks.addProjectForTask({ data: { project: rollout } }, task);
    await tasks.removeProjectForTask({ data: { project: rollout } }, task);
    const tags = new sdk.TagsApi(client);
    const tag = gid(await tags.createTagForWorkspace({ data: { name: "Soon" } }, workspace, {}));
    await tasks.addTagForTask({ data: { tag } }, task);
    expect(rows(await tags.getTagsForTask(task, {}))).toMatchObject([{ name: "Soon" }]);
    await tasks.addFollowersForTask({ data: { followers: ["ada@example.com"] } }, task, {});
    await new sdk.SectionsApi(client).addTaskForSection(done, { body: { data: { task } } });
    const stories = new sdk.StoriesApi(client);
    await stories.createStoryForTask({ data: { text: "Well" } }, task, {});
    const told = rows(await stories.getStoriesForTask(task, { limit: 100 })).map((row) => row["resource_subtype"]);
    expect(told).toEqual([
      "added_to_project",
      "enum_custom_field_changed",
      "marked_complete",
      "dependency_added",
      "added_to_project",
      "removed_from_project",
      "added_to_tag",
      "follower_added",
      "section_changed",
      "comment_added",
    ]);
    await tasks.deleteTask(task);
    await expect(tasks.getTask(task, {})).rejects.toMatchObject({
      status: 404,
      response: { body: { errors: [{ message: `task: Unknown object: ${task}` }] } },
    });
  });

  test("reads people, fields and everything around projects", async () => {
    expect(rows(await new sdk.WorkspacesApi(client).getWorkspaces({}))).toMatchObject([{ gid: workspace }]);
    expect(gid(await new sdk.UsersApi(client).getUser("me", {}))).toBe(ASANA.service);
    expect(rows(await new sdk.TeamsApi(client).getTeamsForWorkspace(workspace, {}))).toHaveLength(2);
    const list = (await new sdk.UserTaskListsApi(client).getUserTaskListForUser(ASANA.ben, workspace, {})) as One;
    const own = await new sdk.TasksApi(client).getTasksForUserTaskList(String(list.data["gid"]), { limit: 100 });
    expect(rows(own)).toHaveLength(12);
    const fields = new sdk.CustomFieldsApi(client);
    const made = { workspace, name: "Tier", resource_subtype: "enum", enum_options: [{ name: "Gold" }] };
    const field = gid(await fields.createCustomField({ data: made }, {}));
    await fields.createEnumOptionForCustomField(field, { body: { data: { name: "Silver" } } });
    const projects = new sdk.ProjectsApi(client);
    const project = gid(await projects.createProject({ data: { name: "Made", team } }, {}));
    await projects.addCustomFieldSettingForProject({ data: { custom_field: field } }, project, {});
    const settings = await new sdk.CustomFieldSettingsApi(client).getCustomFieldSettingsForProject(project, {});
    expect(rows(settings)).toMatchObject([
      { custom_field: { gid: field, enum_options: [{ name: "Gold" }, { name: "Silver" }] } },
    ]);
    const counts = (await projects.getTaskCountsForProject(onboarding, { opt_fields: "num_tasks" })) as One;
    expect(counts.data).toEqual({ num_tasks: 12 });
    const status = { parent: project, status_type: "on_track", text: "Fine" };
    await new sdk.StatusUpdatesApi(client).createStatusForObject({ data: status }, {});
    expect(((await projects.getProject(project, {})) as One).data).toMatchObject({
      current_status: { color: "green", text: "Fine" },
      current_status_update: { resource_subtype: "project_status_update" },
    });
    const portfolios = new sdk.PortfoliosApi(client);
    const portfolio = gid(await portfolios.createPortfolio({ data: { workspace, name: "All" } }, {}));
    await portfolios.addItemForPortfolio({ data: { item: project } }, portfolio);
    expect(rows(await portfolios.getItemsForPortfolio(portfolio, {}))).toMatchObject([{ gid: project }]);
    expect(
      rows(await new sdk.TypeaheadApi(client).typeaheadForWorkspace(workspace, "project", { query: "made" })),
    ).toMatchObject([{ gid: project }]);
    const found = await new sdk.TasksApi(client).searchTasksForWorkspace(workspace, {
      "assignee.any": ASANA.ben,
      completed: true,
      [`custom_fields.${ASANA.opportunity}.value`]: "OPP-3",
    });
    expect(rows(found)).toMatchObject([{ gid: asanaTaskGid(3) }]);
  });

  test("batches, waits for a job, uploads a file and follows events", async () => {
    const actions = [{ method: "get", relative_path: `/tasks/${asanaTaskGid(0)}`, options: { fields: ["name"] } }];
    expect(rows(await new sdk.BatchAPIApi(client).createBatchRequest({ data: { actions } }, {}))).toMatchObject([
      { status_code: 200, body: { data: { name: "Task 0" } } },
    ]);
    const started = await new sdk.TasksApi(client).duplicateTask(
      { data: { name: "Twin", include: ["notes"] } },
      asanaTaskGid(0),
      {},
    );
    asana.clock.advance(10_000);
    const job = (await new sdk.JobsApi(client).getJob(gid(started), {})) as One;
    expect(job.data).toMatchObject({ status: "succeeded", new_task: { name: "Twin" } });
    const folder = mkdtempSync(join(tmpdir(), "upload-"));
    writeFileSync(join(folder, "plan.txt"), "one two");
    const attachments = new sdk.AttachmentsApi(client);
    const file = createReadStream(join(folder, "plan.txt"));
    // Declared as text, taken as a stream.
    const upload = { parent: asanaTaskGid(0), file } as unknown as { parent: string; file: string };
    const attachment = (await attachments.createAttachmentForObject(upload)) as One;
    rmSync(folder, { recursive: true });
    expect(attachment.data).toMatchObject({ name: "plan.txt", size: 7, parent: { gid: asanaTaskGid(0) } });
    client["RETURN_COLLECTION"] = false;
    const events = new sdk.EventsApi(client);
    const refused: unknown = await events.getEvents(onboarding, {}).catch((error: unknown) => error);
    const { sync } = (refused as { response: { body: { sync: string } } }).response.body;
    await new sdk.TasksApi(client).updateTask({ data: { name: "Told" } }, asanaTaskGid(1), {});
    const told = (await events.getEvents(onboarding, { sync })) as Loose;
    expect(told).toMatchObject({ has_more: false, sync: expect.any(String) });
    expect(rows(told)[0]).toMatchObject({ action: "changed", change: { field: "name" }, resource: { name: "Told" } });
  });
});
