import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ASANA, asanaTaskGid } from "../support/asana-seed.ts";
import type { AsanaServer, Loose, Reply } from "../support/asana-server.ts";

type Ask = (method: string, path: string, data?: unknown) => Promise<Reply>;

/** A receiver of webhooks that shakes hands and accepts everything. */
async function receiver(): Promise<{ readonly target: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const secret = request.headers["x-hook-secret"];
    if (typeof secret === "string") response.setHeader("X-Hook-Secret", secret);
    request.resume().on("end", () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Visits every route at least once, with every kind of object and value, and some refusals. */
export async function tour(server: AsanaServer, ask: Ask): Promise<void> {
  const gidOf = async (method: string, path: string, data: unknown): Promise<string> => {
    const reply = await ask(method, path, data);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return String(reply.data["gid"]);
  };
  await people(ask);
  const fields = await customFields(ask, gidOf);
  const { project, section } = await projects(ask, gidOf, fields);
  const task = await tasks(ask, gidOf, project, section, fields);
  await around(ask, gidOf, project, task);
  await jobs(server, ask, project, task);
  await refusals(ask);
}

type GidOf = (method: string, path: string, data: unknown) => Promise<string>;

async function people(ask: Ask): Promise<void> {
  const { workspace, ada, team } = ASANA;
  for (const path of [
    "/workspaces",
    `/workspaces/${workspace}`,
    `/workspaces/${workspace}/teams`,
    `/workspaces/${workspace}/users`,
    `/workspaces/${workspace}/users/${ada}`,
    `/workspaces/${workspace}/workspace_memberships`,
    `/users?workspace=${workspace}&limit=2`,
    "/users/me",
    `/users/${ada}/teams?organization=${workspace}`,
    `/users/${ada}/team_memberships?workspace=${workspace}`,
    `/users/${ada}/workspace_memberships`,
    `/users/${ada}/user_task_list?workspace=${workspace}`,
    `/teams/${team}`,
    `/teams/${team}/users`,
    `/teams/${team}/projects`,
    `/teams/${team}/custom_field_settings`,
    `/users/${ada}/favorites?resource_type=project&workspace=${workspace}`,
    `/workspaces/${workspace}/audit_log_events`,
    `/teams/${team}/team_memberships`,
    `/team_memberships?team=${team}`,
    `/workspaces/${workspace}/events`,
  ]) {
    await ask("GET", path);
  }
  const list = await ask("GET", "/users/me/user_task_list?workspace=" + workspace);
  await ask("GET", `/user_task_lists/${String(list.data["gid"])}`);
  await ask("GET", `/user_task_lists/${String(list.data["gid"])}/tasks?completed_since=now`);
  const [teamMember] = (await ask("GET", `/team_memberships?team=${team}`)).rows;
  await ask("GET", `/team_memberships/${String(teamMember?.["gid"])}`);
  for (const deed of ["removeUser", "addUser"]) await ask("POST", `/teams/${team}/${deed}`, { user: ASANA.ben });
  const [member] = (await ask("GET", `/workspaces/${workspace}/workspace_memberships`)).rows;
  await ask("GET", `/workspace_memberships/${String(member?.["gid"])}`);
}

async function customFields(ask: Ask, gidOf: GidOf): Promise<Readonly<Record<string, string>>> {
  const { workspace } = ASANA;
  const made: Record<string, string> = {};
  const make = async (name: string, rest: Loose): Promise<void> => {
    made[name] = await gidOf("POST", "/custom_fields", { workspace, name, ...rest });
  };
  await make("text", { resource_subtype: "text" });
  await make("number", { resource_subtype: "number", precision: 2, format: "currency", currency_code: "EUR" });
  await make("enum", { resource_subtype: "enum", enum_options: [{ name: "A", color: "hot-pink" }, { name: "B" }] });
  await make("multi", { resource_subtype: "multi_enum", enum_options: [{ name: "X" }, { name: "Y" }] });
  await make("date", { resource_subtype: "date" });
  await make("people", { resource_subtype: "people" });
  await make("reference", { resource_subtype: "reference" });
  await make("formula", { resource_subtype: "number", representation_type: "formula" });
  await make("id", { resource_subtype: "text", representation_type: "custom_id", id_prefix: "OPS" });
  await ask("PUT", `/custom_fields/${made["text"] ?? ""}`, { description: "What it is" });
  const option = await gidOf("POST", `/custom_fields/${made["enum"] ?? ""}/enum_options`, { name: "C" });
  await ask("POST", `/custom_fields/${made["enum"] ?? ""}/enum_options/insert`, {
    enum_option: option,
    before_enum_option: String(
      ((await ask("GET", `/custom_fields/${made["enum"] ?? ""}`)).data["enum_options"] as Loose[])[0]?.["gid"],
    ),
  });
  await ask("PUT", `/enum_options/${option}`, { enabled: false });
  await ask("GET", `/workspaces/${workspace}/custom_fields?limit=4`);
  const gone = await gidOf("POST", "/custom_fields", { workspace, name: "Gone", resource_subtype: "text" });
  await ask("DELETE", `/custom_fields/${gone}`);
  return made;
}

async function projects(
  ask: Ask,
  gidOf: GidOf,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly project: string; readonly section: string }> {
  const { workspace, team, ada, onboarding } = ASANA;
  const project = await gidOf("POST", "/projects", {
    name: "Tour",
    team,
    notes: "a < b",
    color: "aqua",
    due_on: "2026-05-01",
  });
  const second = await gidOf("POST", `/teams/${team}/projects`, { name: "Second" });
  await gidOf("POST", `/workspaces/${workspace}/projects`, { name: "Third", team });
  await ask("PUT", `/projects/${project}`, { owner: ada, html_notes: "<body>Now <strong>bold</strong></body>" });
  for (const gid of Object.values(fields))
    await ask("POST", `/projects/${project}/addCustomFieldSetting`, { custom_field: gid, is_important: true });
  await ask("POST", `/projects/${second}/addCustomFieldSetting`, { custom_field: fields["text"] });
  await ask("POST", `/projects/${second}/removeCustomFieldSetting`, { custom_field: fields["text"] });
  await ask("GET", `/projects/${project}/custom_field_settings?limit=3`);
  for (const deed of ["addMembers", "removeMembers"])
    await ask("POST", `/projects/${project}/${deed}`, { members: ASANA.ben });
  for (const deed of ["addFollowers", "removeFollowers"])
    await ask("POST", `/projects/${project}/${deed}`, { followers: "ben@example.com" });
  await ask("POST", `/projects/${project}/addMembers`, { members: `${ada},${ASANA.ben}` });
  const [member] = (await ask("GET", `/projects/${project}/project_memberships`)).rows;
  await ask("GET", `/project_memberships/${String(member?.["gid"])}`);
  await ask("GET", `/memberships?parent=${project}`);
  await ask("GET", `/memberships/${String(member?.["gid"])}`);
  await ask("GET", `/projects/${onboarding}/task_counts?opt_fields=num_tasks,num_completed_tasks`);
  for (const path of [`/projects?workspace=${workspace}&archived=false`, `/workspaces/${workspace}/projects?limit=2`])
    await ask("GET", path);
  const section = await gidOf("POST", `/projects/${project}/sections`, { name: "Doing" });
  const spare = await gidOf("POST", `/projects/${project}/sections`, { name: "Spare", insert_before: section });
  await ask("POST", `/projects/${project}/sections/insert`, { section: spare, after_section: section });
  await ask("PUT", `/sections/${spare}`, { name: "Spared" });
  await ask("GET", `/sections/${section}`);
  await ask("DELETE", `/sections/${spare}`);
  await ask("GET", `/projects/${project}/sections`);
  const status = await gidOf("POST", "/status_updates", {
    parent: project,
    status_type: "at_risk",
    text: "Late",
    title: "Hm",
  });
  await ask("GET", `/status_updates?parent=${project}`);
  await ask("GET", `/status_updates/${status}`);
  await ask("GET", `/projects/${project}`);
  await ask("DELETE", `/status_updates/${status}`);
  const older = await gidOf("POST", `/projects/${project}/project_statuses`, {
    color: "yellow",
    text: "Hm",
    title: "Hm",
  });
  await ask("GET", `/projects/${project}/project_statuses`);
  await ask("GET", `/project_statuses/${older}`);
  await ask("DELETE", `/project_statuses/${older}`);
  const brief = await gidOf("POST", `/projects/${project}/project_briefs`, {
    title: "Why",
    html_text: "<body>Because <strong>so</strong></body>",
  });
  await ask("GET", `/project_briefs/${brief}?opt_fields=text,title,project.name`);
  await ask("PUT", `/project_briefs/${brief}`, { text: "Because" });
  await ask("GET", `/projects/${project}`);
  await ask("DELETE", `/project_briefs/${brief}`);
  await ask("DELETE", `/projects/${second}`);
  return { project, section };
}

async function tasks(
  ask: Ask,
  gidOf: GidOf,
  project: string,
  section: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const { workspace, ada, ben, onboarding, rollout } = ASANA;
  const options = async (name: string): Promise<string[]> =>
    ((await ask("GET", `/custom_fields/${fields[name] ?? ""}`)).data["enum_options"] as Loose[]).map((one) =>
      String(one["gid"]),
    );
  const enumOptions = await options("enum");
  const multiOptions = await options("multi");
  const task = await gidOf("POST", "/tasks", {
    name: "Everything",
    memberships: [{ project, section }],
    assignee: "me",
  });
  const other = await gidOf("POST", "/tasks", { name: "Other", projects: [project], followers: [ben] });
  await gidOf("POST", "/tasks", { name: "Homeless", workspace });
  const sets = [
    {
      text: "one",
      number: 1.25,
      enum: enumOptions[1],
      multi: multiOptions,
      date: { date: "2026-03-01" },
      people: [ada],
      reference: [other],
    },
    {
      text: "two",
      number: 2,
      enum: enumOptions[2],
      multi: [multiOptions[0]],
      date: { date_time: "2026-03-01T10:00:00Z" },
      people: [ben, "me"],
      reference: [],
    },
    { text: null, number: null, enum: null, multi: [], date: null, people: [], reference: null },
    {
      text: "three",
      number: 3,
      enum: enumOptions[1],
      multi: [multiOptions[1]],
      date: { date: "2026-04-01" },
      people: [ada],
      reference: [other],
    },
  ];
  for (const set of sets) {
    const values = Object.fromEntries(Object.entries(set).map(([name, value]) => [fields[name] ?? "", value]));
    await ask("PUT", `/tasks/${task}`, { custom_fields: values });
  }
  await ask("PUT", `/tasks/${task}`, {
    name: "Everything now",
    html_notes: `<body>See <a data-asana-gid="${other}"/></body>`,
    liked: true,
  });
  await ask("PUT", `/tasks/${task}`, { start_on: "2026-03-01", due_on: "2026-03-05" });
  await ask("PUT", `/tasks/${task}`, { start_on: "2026-03-02", due_on: "2026-03-05" });
  await ask("PUT", `/tasks/${task}`, { due_at: "2026-03-06T09:00:00Z" });
  await ask("PUT", `/tasks/${task}`, { assignee: null, resource_subtype: "approval" });
  await ask("PUT", `/tasks/${task}`, { approval_status: "changes_requested" });
  await ask("PUT", `/tasks/${task}`, { completed: false });
  await ask("POST", `/tasks/${task}/addProject`, { project: onboarding, section: ASANA.kickoff });
  await ask("POST", `/sections/${ASANA.done}/addTask`, { task });
  await ask("POST", `/tasks/${task}/addProject`, { project: rollout });
  await ask("POST", `/tasks/${task}/removeProject`, { project: rollout });
  const entry = await gidOf("POST", `/tasks/${task}/time_tracking_entries`, { duration_minutes: 12 });
  await ask("PUT", `/time_tracking_entries/${entry}`, { duration_minutes: 15, entered_on: "2026-03-02" });
  for (const path of [`/tasks/${task}`, `/tasks/${task}/time_tracking_entries`, `/time_tracking_entries/${entry}`])
    await ask("GET", path);
  await ask("GET", `/time_tracking_entries?task=${task}&user=${ada}&entered_on_start_date=2026-03-01`);
  await ask("DELETE", `/time_tracking_entries/${entry}`);
  const tag = await gidOf("POST", "/tags", { workspace, name: "Urgent", color: "red" });
  const second = await gidOf("POST", `/workspaces/${workspace}/tags`, { name: "Later" });
  await ask("PUT", `/tags/${second}`, { notes: "Some day" });
  await ask("POST", `/tasks/${task}/addTag`, { tag });
  await ask("POST", `/tasks/${task}/addTag`, { tag: second });
  await ask("POST", `/tasks/${task}/removeTag`, { tag: second });
  await ask("DELETE", `/tags/${second}`);
  await ask("POST", `/tasks/${task}/addDependencies`, { dependencies: [other] });
  await ask("GET", `/tasks/${task}/dependencies`);
  await ask("GET", `/tasks/${other}/dependents`);
  await ask("POST", `/tasks/${task}/removeDependencies`, { dependencies: [other] });
  await ask("POST", `/tasks/${task}/addDependents`, { dependents: [other] });
  await ask("POST", `/tasks/${task}/removeDependents`, { dependents: [other] });
  await ask("POST", `/tasks/${task}/addFollowers`, { followers: [ada, ben] });
  await ask("POST", `/tasks/${task}/removeFollowers`, { followers: [ada] });
  const sub = await gidOf("POST", `/tasks/${task}/subtasks`, { name: "Below" });
  await ask("POST", `/tasks/${sub}/setParent`, { parent: other });
  const story = await gidOf("POST", `/tasks/${task}/stories`, {
    html_text: "<body><em>Well</em></body>",
    is_pinned: true,
  });
  await ask("PUT", `/stories/${story}`, { text: "Well, well" });
  await ask("GET", `/stories/${story}`);
  const gone = await gidOf("POST", `/tasks/${task}/stories`, { text: "Oops" });
  await ask("DELETE", `/stories/${gone}`);
  const attachment = await gidOf("POST", "/attachments", {
    parent: task,
    resource_subtype: "external",
    name: "Plan",
    url: "https://example.com/plan",
  });
  await ask("GET", `/attachments?parent=${task}`);
  await ask("GET", `/attachments/${attachment}`);
  await ask("DELETE", `/attachments/${attachment}`);
  for (const path of [
    `/tasks/${task}`,
    `/tasks/${task}?opt_fields=html_notes,num_subtasks,dependencies,dependents,created_by,completed_by,is_rendered_as_separator,custom_fields,tags.name,external`,
    `/tasks/${task}/stories?limit=50`,
    `/tasks/${task}/projects`,
    `/tasks/${task}/tags`,
    `/tasks/${other}/subtasks`,
    `/tasks?project=${onboarding}&limit=3&modified_since=2026-01-01`,
    `/tasks?tag=${tag}`,
    `/tasks?assignee=me&workspace=${workspace}`,
    `/projects/${project}/tasks?limit=2`,
    `/sections/${section}/tasks`,
    `/tags?workspace=${workspace}`,
    `/workspaces/${workspace}/tags`,
    `/tags/${tag}`,
    `/tags/${tag}/tasks`,
    `/workspaces/${workspace}/tasks/custom_id/OPS-${Number(task.slice(-7))}`,
    `/workspaces/${workspace}/typeahead?resource_type=task&query=ever`,
  ]) {
    await ask("GET", path);
  }
  for (const row of (await ask("GET", `/tasks/${task}/stories`)).rows)
    await ask("GET", `/stories/${String(row["gid"])}`);
  await ask("DELETE", `/tasks/${sub}`);
  return task;
}

async function around(ask: Ask, gidOf: GidOf, project: string, task: string): Promise<void> {
  const { workspace, ada } = ASANA;
  const portfolio = await gidOf("POST", "/portfolios", { workspace, name: "Board", color: "light-green" });
  await ask("PUT", `/portfolios/${portfolio}`, { name: "Bigger board", due_on: "2026-12-31" });
  await ask("POST", `/portfolios/${portfolio}/addItem`, { item: project });
  await ask("POST", `/portfolios/${portfolio}/addCustomFieldSetting`, { custom_field: ASANA.stage });
  for (const deed of ["addMembers", "removeMembers"])
    await ask("POST", `/portfolios/${portfolio}/${deed}`, { members: ada });
  for (const path of ["", "/items", "/custom_field_settings", "/portfolio_memberships"])
    await ask("GET", `/portfolios/${portfolio}${path}`);
  await ask("POST", `/portfolios/${portfolio}/removeCustomFieldSetting`, { custom_field: ASANA.stage });
  await ask("POST", `/portfolios/${portfolio}/removeItem`, { item: project });
  await ask("GET", `/portfolios?workspace=${workspace}&owner=me`);
  await ask("GET", `/portfolio_memberships?portfolio=${portfolio}`);
  const goal = await gidOf("POST", "/goals", { workspace, name: "Grow", due_on: "2026-12-31" });
  await ask("POST", `/goals/${goal}/setMetric`, { metric: undefined, unit: "none", target_number_value: 10 });
  await ask("POST", `/goals/${goal}/setMetricCurrentValue`, { current_number_value: 4 });
  for (const deed of ["addFollowers", "removeFollowers"])
    await ask("POST", `/goals/${goal}/${deed}`, { followers: [ada] });
  await ask("PUT", `/goals/${goal}`, { notes: "More" });
  await ask("GET", `/goals/${goal}`);
  await ask("GET", `/goals?workspace=${workspace}`);
  await ask("DELETE", `/goals/${goal}`);
  await ask("DELETE", `/portfolios/${portfolio}`);
  const first = await ask("GET", `/events?resource=${project}`);
  await ask("PUT", `/tasks/${task}`, { name: "Named again" });
  await ask("POST", `/sections/${ASANA.configure}/addTask`, { task });
  await ask("GET", `/events?resource=${project}&sync=${String(first.body["sync"])}`);
  const hook = await receiver();
  const webhook = await gidOf("POST", "/webhooks", {
    resource: project,
    target: hook.target,
    filters: [{ resource_type: "task", action: "changed", fields: ["name"] }],
  });
  await ask("GET", `/webhooks?workspace=${workspace}`);
  await ask("PUT", `/webhooks/${webhook}`, { filters: [{ resource_type: "story" }] });
  await ask("GET", `/webhooks/${webhook}`);
  await ask("DELETE", `/webhooks/${webhook}`);
  await hook.stop();
  await ask("POST", "/batch", {
    actions: [
      { method: "get", relative_path: `/tasks/${task}`, options: { fields: ["name", "completed"] } },
      { method: "put", relative_path: `/tasks/${task}`, data: { notes: "batched" } },
    ],
  });
}

async function jobs(server: AsanaServer, ask: Ask, project: string, task: string): Promise<void> {
  const { workspace, team } = ASANA;
  const done = async (path: string, data: unknown): Promise<Loose> => {
    const started = await ask("POST", path, data);
    const gid = String(started.data["gid"]);
    server.clock.advance(2000);
    await ask("GET", `/jobs/${gid}`);
    server.clock.advance(30_000);
    return (await ask("GET", `/jobs/${gid}`)).data;
  };
  await done(`/tasks/${task}/duplicate`, { name: "Again", include: "notes,assignee,subtasks,projects" });
  await done(`/projects/${project}/duplicate`, { name: "Tour again", include: "notes,task_notes" });
  const saved = await done(`/projects/${project}/saveAsTemplate`, { name: "Tours", public: true, team });
  const template = String((saved["new_project_template"] as Loose)["gid"]);
  await ask("GET", `/project_templates?team=${team}`);
  await ask("GET", `/teams/${team}/project_templates`);
  await ask("GET", `/project_templates/${template}`);
  await done(`/project_templates/${template}/instantiateProject`, {
    name: "From template",
    requested_dates: [{ gid: "1", value: "2026-06-01T00:00:00.000Z" }],
  });
  await ask("DELETE", `/project_templates/${template}`);
  await ask("GET", `/task_templates?project=${project}`);
  await ask("GET", `/workspaces/${workspace}/tasks/search?projects.any=${project}&sort_by=created_at&limit=5`);
}

async function refusals(ask: Ask): Promise<void> {
  await ask("GET", "/tasks/1");
  await ask("GET", "/tasks");
  await ask("POST", "/tasks", {});
  await ask("GET", `/tasks?project=${ASANA.onboarding}&limit=1000`);
  await ask("GET", `/tasks?project=${ASANA.onboarding}&limit=10&offset=`);
  await ask("PUT", `/tasks/${asanaTaskGid(0)}`, { projects: [] });
  for (const path of ["/organization_exports", "/exports/graph", "/exports/resource"])
    await ask("POST", path, { organization: ASANA.workspace });
  await ask("GET", "/task_templates/1");
  await ask("DELETE", "/task_templates/1");
  await ask("POST", "/task_templates/1/instantiateTask", { name: "x" });
}
