import { list, one, whole } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { optionalBoolean, optionalText, param, requiredText } from "./call.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { checkWorkspace, requireField, requireTeam, requireUser, requireWorkspace } from "./lookups.ts";
import type { Router } from "./router.ts";
import type { OptionRow, UserRow } from "./rows.ts";
import { projectVisible, taskVisible } from "./state.ts";
import { Ref, render } from "./selection.ts";
import type { ResourceType } from "./selection.ts";

function usersByName(call: Call): UserRow[] {
  return [...call.world.state.users.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
}

function createOption(call: Call): Answer {
  const field = requireField(call, param(call));
  if (field.type !== "enum" && field.type !== "multi_enum") throw badRequest("custom_field: Not an enum custom field");
  if (field.options.length >= 500) throw badRequest("custom_field: Too many enum options");
  const option: OptionRow = {
    gid: call.world.state.nextGid(),
    name: requiredText(call.data, "name"),
    color: optionalText(call.data, "color") ?? "none",
    enabled: optionalBoolean(call.data, "enabled") ?? true,
  };
  field.options.push(option);
  call.world.state.options.set(option.gid, { field, option });
  return one(call, call.world.resources.option, option, 201);
}

function updateOption(call: Call): Answer {
  const gid = param(call);
  const found = call.world.state.options.get(gid);
  if (found === undefined) throw unknownObject("enum_option", gid);
  const name = optionalText(call.data, "name");
  const color = optionalText(call.data, "color");
  if (typeof name === "string") found.option.name = name;
  if (typeof color === "string") found.option.color = color;
  found.option.enabled = optionalBoolean(call.data, "enabled") ?? found.option.enabled;
  return one(call, call.world.resources.option, found.option);
}

function createField(call: Call): Answer {
  checkWorkspace(call, requiredText(call.data, "workspace"));
  const type = optionalText(call.data, "resource_subtype") ?? requiredText(call.data, "type");
  if (
    type !== "text"
    && type !== "number"
    && type !== "enum"
    && type !== "multi_enum"
    && type !== "date"
    && type !== "people"
  )
    throw badRequest(`resource_subtype: Not a recognized type: ${type}`);
  const { state, resources } = call.world;
  const written = call.data["enum_options"];
  const options: OptionRow[] = (
    Array.isArray(written) ? (written as readonly { name: string; color?: string }[]) : []
  ).map((option) => ({ gid: state.nextGid(), name: option.name, color: option.color ?? "none", enabled: true }));
  const precision = call.data["precision"];
  const field = {
    gid: state.nextGid(),
    name: requiredText(call.data, "name"),
    type,
    precision: typeof precision === "number" ? precision : 0,
    options,
  } as const;
  state.customFields.set(field.gid, field);
  for (const option of options) state.options.set(option.gid, { field, option });
  return one(call, resources.customField, field, 201);
}

/** Names containing the query, at most `count`, one page (reference asana.md §15). */
function typeahead(call: Call): Answer {
  requireWorkspace(call, param(call));
  const { state, resources } = call.world;
  const kind = call.query.get("resource_type") ?? call.query.get("type");
  const text = (call.query.get("query") ?? "").toLowerCase();
  const count = Math.min(100, Math.max(1, Number(call.query.get("count") ?? "20") || 20));
  const pick = <Row extends { readonly name: string }>(
    type: ResourceType<Row>,
    rows: Iterable<Row>,
    visible: (row: Row) => boolean = () => true,
  ): Answer => {
    const refs: Ref[] = [];
    for (const row of rows) {
      if (refs.length >= count) break;
      if (row.name.toLowerCase().includes(text) && visible(row)) refs.push(new Ref(type, row));
    }
    return {
      status: 200,
      body: { data: refs.map((one) => render(one.type, one.row as never, call.selection ?? type.compact)) },
    };
  };
  switch (kind) {
    case "task":
      return pick(resources.task, state.tasks.values(), (row) => taskVisible(state, row));
    case "project":
      return pick(resources.project, state.projects.values(), (row) => projectVisible(state, row));
    case "user":
      return pick(resources.user, state.users.values());
    case "team":
      return pick(resources.team, state.teams.values());
    case "custom_field":
      return pick(resources.customField, state.customFields.values());
    default:
      throw badRequest("resource_type: Missing input");
  }
}

/** Workspaces, teams, users, custom fields (reference asana.md §8, §10). */
export function addWorkspaceRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/workspaces", (call) => list(call, call.world.resources.workspace, [call.world.state.workspace]));
  add("GET", "/workspaces/{workspace_gid}", (call) => {
    requireWorkspace(call, param(call));
    return one(call, call.world.resources.workspace, call.world.state.workspace);
  });
  add("GET", "/workspaces/{workspace_gid}/teams", (call) => {
    requireWorkspace(call, param(call));
    return list(call, call.world.resources.team, [...call.world.state.teams.values()]);
  });
  add("GET", "/teams/{team_gid}", (call) => one(call, call.world.resources.team, requireTeam(call, param(call))));
  add("GET", "/users/{user_gid}/teams", (call) => {
    requireUser(call, param(call));
    return list(call, call.world.resources.team, [...call.world.state.teams.values()]);
  });
  add("GET", "/users", (call) => {
    const workspace = call.query.get("workspace");
    if (workspace !== null) checkWorkspace(call, workspace);
    return list(call, call.world.resources.user, usersByName(call));
  });
  add("GET", "/users/{user_gid}", (call) => one(call, call.world.resources.user, requireUser(call, param(call))));
  add("GET", "/workspaces/{workspace_gid}/users", (call) => {
    requireWorkspace(call, param(call));
    return whole(call, call.world.resources.user, usersByName(call).slice(0, 2000));
  });
  add("GET", "/teams/{team_gid}/users", (call) => {
    requireTeam(call, param(call));
    return list(call, call.world.resources.user, usersByName(call));
  });
  add("GET", "/workspaces/{workspace_gid}/custom_fields", (call) => {
    requireWorkspace(call, param(call));
    return list(call, call.world.resources.customField, [...call.world.state.customFields.values()]);
  });
  add("POST", "/custom_fields", createField);
  add("GET", "/custom_fields/{custom_field_gid}", (call) =>
    one(call, call.world.resources.customField, requireField(call, param(call))),
  );
  add("POST", "/custom_fields/{custom_field_gid}/enum_options", createOption);
  add("PUT", "/enum_options/{enum_option_gid}", updateOption);
  add("GET", "/workspaces/{workspace_gid}/typeahead", typeahead);
}
