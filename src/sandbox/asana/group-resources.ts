import { jobStatus } from "./jobs.ts";
import { plain, ref } from "./kinds.ts";
import type { MemberRow, Resources } from "./kinds.ts";
import { htmlOf } from "./rich-text.ts";
import type { GoalMetricRow, PortfolioRow, ProjectRow, TeamRow, UserRow } from "./rows.ts";
import { names } from "./selection.ts";
import type { Ref, ResourceType } from "./selection.ts";
import type { State } from "./state.ts";

type GroupKinds = Omit<
  Resources,
  | "option"
  | "customField"
  | "fieldEntry"
  | "setting"
  | "project"
  | "projectStatus"
  | "section"
  | "task"
  | "membership"
  | "story"
  | "event"
  | "timeEntry"
  | "brief"
>;

const APP = "https://app.asana.com/1";

/** Everything around projects and tasks: people, teams, tags, portfolios, goals, jobs, webhooks … (reference asana.md §8). */
export function groupResources(state: State, of: () => Resources): GroupKinds {
  const workspaceRef = (): Ref => ref(of().workspace, state.workspace);
  const userRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(of().user, row);
  };
  const users = (gids: readonly string[]): Ref[] => gids.flatMap((gid) => userRef(gid) ?? []);
  const parentRef = (gid: string): Ref | null => {
    const all = of();
    const task = state.tasks.get(gid);
    if (task !== undefined) return ref(all.task, task);
    const project = state.projects.get(gid);
    if (project !== undefined) return ref(all.project, project);
    const portfolio = state.portfolios.get(gid);
    if (portfolio !== undefined) return ref(all.portfolio, portfolio);
    const goal = state.goals.get(gid);
    return goal === undefined ? null : ref(all.goal, goal);
  };
  const workspace: Resources["workspace"] = {
    name: "workspace",
    compact: names("resource_type name"),
    full: names("resource_type name email_domains is_organization"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "workspace",
      name: (row) => row.name,
      email_domains: (row) => row.emailDomains,
      is_organization: () => true,
    },
  };
  const user: Resources["user"] = {
    name: "user",
    compact: names("resource_type name"),
    full: names("resource_type name email photo workspaces"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "user",
      name: (row) => row.name,
      email: (row) => row.email,
      photo: () => null,
      workspaces: () => [workspaceRef()],
    },
  };
  const team: Resources["team"] = {
    name: "team",
    compact: names("resource_type name"),
    full: names("resource_type name description html_description organization permalink_url visibility"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "team",
      name: (row) => row.name,
      organization: workspaceRef,
      permalink_url: (row) => `${APP}/${state.workspace.gid}/team/${row.gid}`,
      visibility: () => "public",
      description: () => "",
      html_description: () => htmlOf(""),
    },
  };
  const tag: Resources["tag"] = {
    name: "tag",
    compact: names("resource_type name"),
    full: names("resource_type name color notes created_at followers workspace permalink_url"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "tag",
      name: (row) => row.name,
      color: (row) => row.color,
      notes: (row) => row.notes,
      created_at: (row) => row.createdAt,
      followers: (row) => users(row.followerGids),
      workspace: workspaceRef,
      permalink_url: (row) => `${APP}/${state.workspace.gid}/tag/${row.gid}`,
    },
  };
  const attachment: Resources["attachment"] = {
    name: "attachment",
    compact: names("resource_type name resource_subtype"),
    full: names(
      "resource_type name resource_subtype created_at download_url permanent_url host parent size view_url connected_to_app",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "attachment",
      name: (row) => row.name,
      resource_subtype: (row) => row.subtype,
      created_at: (row) => row.createdAt,
      download_url: (row) => row.url ?? `${APP}/asset/${row.gid}/download`,
      permanent_url: (row) => `https://app.asana.com/app/asana/-/get_asset?asset_id=${row.gid}`,
      view_url: (row) => row.url ?? `${APP}/asset/${row.gid}`,
      host: (row) => row.subtype,
      parent: (row) => parentRef(row.parentGid),
      size: (row) => row.size ?? undefined,
      connected_to_app: () => false,
    },
  };
  const status: Resources["status"] = {
    name: "status_update",
    compact: names("resource_type resource_subtype title"),
    full: names(
      "resource_type resource_subtype title text status_type author created_at created_by hearted hearts liked likes modified_at num_hearts num_likes parent",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "status_update",
      resource_subtype: (row) =>
        state.portfolios.has(row.parentGid)
          ? "portfolio_status_update"
          : state.goals.has(row.parentGid)
            ? "goal_status_update"
            : "project_status_update",
      title: (row) => row.title,
      text: (row) => row.text,
      html_text: (row) => row.htmlText ?? htmlOf(row.text),
      status_type: (row) => row.type,
      author: (row) => userRef(row.authorGid),
      created_by: (row) => userRef(row.authorGid),
      created_at: (row) => row.createdAt,
      modified_at: (row) => row.createdAt,
      hearted: () => false,
      hearts: () => [],
      liked: () => false,
      likes: () => [],
      num_hearts: () => 0,
      num_likes: () => 0,
      parent: (row) => parentRef(row.parentGid),
    },
  };
  const portfolio: Resources["portfolio"] = {
    name: "portfolio",
    compact: names("resource_type name"),
    full: names(
      "resource_type name archived color created_at created_by current_status_update custom_fields custom_field_settings default_access_level due_on members owner permalink_url privacy_setting project_templates public start_on workspace",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "portfolio",
      name: (row) => row.name,
      archived: (row) => row.archived,
      color: (row) => row.color,
      created_at: (row) => row.createdAt,
      created_by: (row) => userRef(row.createdByGid),
      current_status_update: (row) => {
        const latest = row.statuses[0];
        return latest === undefined ? null : ref(status, latest);
      },
      custom_fields: () => [],
      custom_field_settings: (row) =>
        row.customFieldGids.flatMap((gid) => {
          const field = state.customFields.get(gid);
          return field === undefined ? [] : [ref(of().setting, { portfolio: row, field })];
        }),
      default_access_level: () => "viewer",
      start_on: (row) => row.startOn,
      due_on: (row) => row.dueOn,
      members: (row) => users(row.memberGids),
      owner: (row) => userRef(row.ownerGid),
      permalink_url: (row) => `${APP}/${state.workspace.gid}/portfolio/${row.gid}`,
      privacy_setting: () => "public_to_domain",
      project_templates: () => [],
      public: () => true,
      workspace: workspaceRef,
    },
  };
  const goalMetric = plain<GoalMetricRow>("goal_metric", {
    gid: () => "1",
    resource_type: () => "goal_metric",
    resource_subtype: () => "number",
    precision: () => 0,
    unit: (row) => row.unit,
    currency_code: () => null,
    initial_number_value: (row) => row.initial,
    target_number_value: (row) => row.target,
    current_number_value: (row) => row.current,
    current_display_value: (row) => String(row.current),
    progress_source: () => "manual",
  });
  const goal: Resources["goal"] = {
    name: "goal",
    compact: names("resource_type name owner"),
    full: names(
      "resource_type name notes due_on start_on is_workspace_level liked likes num_likes team workspace followers time_period metric owner current_status_update status",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "goal",
      name: (row) => row.name,
      notes: (row) => row.notes,
      html_notes: (row) => htmlOf(row.notes),
      due_on: (row) => row.dueOn,
      start_on: (row) => row.startOn,
      is_workspace_level: (row) => row.teamGid === null,
      liked: () => false,
      likes: () => [],
      num_likes: () => 0,
      team: (row) => {
        const found = row.teamGid === null ? undefined : state.teams.get(row.teamGid);
        return found === undefined ? null : ref(team, found);
      },
      workspace: workspaceRef,
      followers: (row) => users(row.followerGids),
      time_period: () => null,
      metric: (row) => (row.metric === null ? null : ref(goalMetric, row.metric)),
      owner: (row) => userRef(row.ownerGid),
      current_status_update: () => null,
      status: (row) => row.status,
    },
  };
  const userTaskList: Resources["userTaskList"] = {
    name: "user_task_list",
    compact: names("resource_type name owner workspace"),
    full: names("resource_type name owner workspace"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "user_task_list",
      name: (row) => `My tasks of ${row.owner.name}`,
      owner: (row) => userRef(row.owner.gid),
      workspace: workspaceRef,
    },
  };
  return {
    workspace,
    user,
    team,
    tag,
    attachment,
    status,
    portfolio,
    goal,
    goalMetric,
    userTaskList,
    ...memberKinds(of),
    ...processKinds(state, of, userRef, parentRef),
  };
}

type MemberKinds = Pick<
  Resources,
  "workspaceMember" | "teamMember" | "projectMember" | "portfolioMember" | "sharedMember"
>;

function memberKinds(of: () => Resources): MemberKinds {
  const member = <Parent>(
    name: string,
    compact: string,
    more: ResourceType<MemberRow<Parent>>["fields"],
  ): ResourceType<MemberRow<Parent>> => {
    const fields: ResourceType<MemberRow<Parent>>["fields"] = {
      gid: (row) => row.gid,
      resource_type: () => name,
      ...more,
    };
    return { name, compact: names(compact), full: names(Object.keys(fields).join(" ")), fields };
  };
  const person = (row: MemberRow<unknown>): Ref => ref(of().user, row.user);
  return {
    workspaceMember: member<State["workspace"]>("workspace_membership", "resource_type user workspace", {
      user: person,
      workspace: (row) => ref(of().workspace, row.parent),
      user_task_list: (row) => ref(of().userTaskList, { gid: taskListGid(row.user), owner: row.user }),
      is_active: () => true,
      is_admin: () => false,
      is_guest: () => false,
    }),
    teamMember: member<TeamRow>("team_membership", "resource_type user team is_guest is_limited_access is_admin", {
      user: person,
      team: (row) => ref(of().team, row.parent),
      is_guest: () => false,
      is_limited_access: () => false,
      is_admin: () => false,
    }),
    projectMember: member<ProjectRow>("project_membership", "resource_type parent member access_level", {
      user: person,
      member: person,
      parent: (row) => ref(of().project, row.parent),
      project: (row) => ref(of().project, row.parent),
      access_level: () => "editor",
      write_access: () => "full_write",
    }),
    portfolioMember: member<PortfolioRow>("portfolio_membership", "resource_type portfolio user", {
      user: person,
      member: person,
      parent: (row) => ref(of().portfolio, row.parent),
      portfolio: (row) => ref(of().portfolio, row.parent),
      access_level: () => "editor",
    }),
    sharedMember: member<ProjectRow>("membership", "resource_type resource_subtype parent member access_level", {
      resource_subtype: () => "project_membership",
      member: person,
      parent: (row) => ref(of().project, row.parent),
      access_level: () => "editor",
    }),
  };
}

/** A person's own task list has a gid that follows from the person's. */
export function taskListGid(user: UserRow): string {
  return `16${user.gid.slice(-14).padStart(14, "0")}`;
}

function processKinds(
  state: State,
  of: () => Resources,
  userRef: (gid: string | null) => Ref | null,
  parentRef: (gid: string) => Ref | null,
): Pick<Resources, "projectTemplate" | "taskTemplate" | "job" | "webhook"> {
  const projectTemplate: Resources["projectTemplate"] = {
    name: "project_template",
    compact: names("resource_type name"),
    full: names(
      "resource_type name description html_description public owner team requested_dates requested_roles color",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "project_template",
      name: (row) => row.name,
      description: (row) => row.notes,
      html_description: (row) => htmlOf(row.notes),
      public: () => true,
      owner: (row) => userRef(row.ownerGid),
      team: (row) => {
        const team = state.teams.get(row.teamGid);
        return team === undefined ? null : ref(of().team, team);
      },
      requested_dates: (row) =>
        row.startOn === null
          ? []
          : [{ gid: "1", name: "Start Date", description: "Choose a start date for your project." }],
      requested_roles: (row) => row.roles.map(({ gid, name }) => ({ gid, name })),
      color: () => null,
    },
  };
  const taskTemplate: Resources["taskTemplate"] = {
    name: "task_template",
    compact: names("resource_type name"),
    full: names("resource_type name project template created_by created_at"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "task_template",
      name: (row) => row.name,
      project: (row) => parentRef(row.project.gid),
      template: (row) => ({ name: row.name, task_resource_subtype: "default_task", description: "" }),
      created_by: () => null,
      created_at: (row) => row.createdAt,
    },
  };
  const job: Resources["job"] = {
    name: "job",
    compact: names("resource_type resource_subtype status new_project new_task new_project_template"),
    full: names("resource_type resource_subtype status new_project new_task new_project_template"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "job",
      resource_subtype: (row) => row.subtype,
      status: jobStatus,
      new_project: (row) => (row.made?.project === undefined ? null : ref(of().project, row.made.project)),
      new_task: (row) => (row.made?.task === undefined ? null : ref(of().task, row.made.task)),
      new_project_template: (row) =>
        row.made?.template === undefined ? null : ref(projectTemplate, row.made.template),
    },
  };
  const webhook: Resources["webhook"] = {
    name: "webhook",
    compact: names("resource_type active resource target"),
    full: names(
      "resource_type active resource target created_at filters last_success_at last_failure_at last_failure_content delivery_retry_count next_attempt_after failure_deletion_timestamp",
    ),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "webhook",
      active: (row) => row.active,
      resource: (row) =>
        row.resource.kind === "workspace"
          ? ref(of().workspace, state.workspace)
          : row.resource.kind === "team"
            ? { gid: row.resource.gid, resource_type: "team", name: state.teams.get(row.resource.gid)?.name ?? "" }
            : parentRef(row.resource.gid),
      target: (row) => row.target,
      created_at: (row) => row.createdAt,
      filters: (row) =>
        row.filters.map((filter) => ({
          resource_type: filter.resourceType,
          ...(filter.resourceSubtype === null ? {} : { resource_subtype: filter.resourceSubtype }),
          ...(filter.action === null ? {} : { action: filter.action }),
          ...(filter.fields === null ? {} : { fields: filter.fields }),
        })),
      last_success_at: (row) => row.lastSuccessAt,
      last_failure_at: (row) => row.lastFailureAt,
      last_failure_content: (row) => row.lastFailureContent,
      delivery_retry_count: (row) => row.retries,
      next_attempt_after: (row) => row.nextAttemptAfter,
      failure_deletion_timestamp: (row) => row.failureDeletion,
    },
  };
  return { projectTemplate, taskTemplate, job, webhook };
}
