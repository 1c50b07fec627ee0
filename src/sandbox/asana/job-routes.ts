import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param, requiredText } from "./call.ts";
import { copyProject, copyTask, EVERYTHING, sectionsOf } from "./copies.ts";
import type { Taken } from "./copies.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { requireTeam, taskOf } from "./lookups.ts";
import type { Made } from "./jobs.ts";
import type { Router } from "./router.ts";
import { requireProject } from "./state.ts";
import type { ProjectTemplateRow, TaskTemplateRow } from "./templates.ts";

/** Queues work and answers with its job (reference asana.md §8). */
function job(call: Call, subtype: string, work: () => Made): Answer {
  const { jobs, state, resources } = call.world;
  const row = jobs.start(state.nextGid(), subtype, call.token, () => {
    const before = state.changing;
    state.changing = true;
    try {
      return work();
    } finally {
      state.changing = before;
    }
  });
  return one(call, resources.job, row, 201);
}

/** `include` of a duplication: a list, or one text with commas. */
function takenOf(call: Call): Taken {
  const { include } = call.data;
  if (Array.isArray(include)) return new Set(include.map(String));
  return new Set(typeof include === "string" ? include.split(",").map((each) => each.trim()) : []);
}

function duplicateTask(call: Call): Answer {
  const task = taskOf(call, param(call));
  const name = optionalText(call.data, "name") ?? `Duplicate of ${task.name}`;
  const taken = takenOf(call);
  const homes = taken.has("projects") ? sectionsOf(call, task) : [];
  const parent = taken.has("parent") ? task.parent : null;
  return job(call, "duplicate_task", () => ({ task: copyTask(call, task, name, taken, homes, parent) }));
}

function duplicateProject(call: Call): Answer {
  const project = requireProject(call.world.state, param(call));
  const name = requiredText(call.data, "name");
  const teamGid = optionalText(call.data, "team");
  const team = typeof teamGid === "string" ? requireTeam(call, teamGid).gid : project.teamGid;
  const taken = takenOf(call);
  return job(call, "duplicate_project", () => ({ project: copyProject(call, project, name, team, taken) }));
}

function templateOf(call: Call): ProjectTemplateRow {
  const gid = param(call);
  const template = call.world.projectTemplates.get(gid);
  if (template === undefined) throw unknownObject("project_template", gid);
  return template;
}

function saveAsTemplate(call: Call): Answer {
  const source = requireProject(call.world.state, param(call));
  const name = requiredText(call.data, "name");
  const teamGid = optionalText(call.data, "team") ?? source.teamGid;
  return job(call, "save_as_template", () => {
    const gid = call.world.state.nextGid();
    const template = { gid, name, teamGid, ownerGid: call.actor.userGid, source };
    call.world.projectTemplates.set(gid, template);
    return { template };
  });
}

function instantiateProject(call: Call): Answer {
  const template = templateOf(call);
  const name = requiredText(call.data, "name");
  const teamGid = optionalText(call.data, "team") ?? template.teamGid;
  const dates = call.data["requested_dates"];
  if (call.data["is_strict"] === true && !Array.isArray(dates)) throw badRequest("requested_dates: Missing input");
  requireTeam(call, teamGid);
  return job(call, "instantiate_project", () => ({
    project: copyProject(call, template.source, name, teamGid, EVERYTHING),
  }));
}

function taskTemplateOf(call: Call): TaskTemplateRow {
  const gid = param(call);
  const template = call.world.taskTemplates.get(gid);
  if (template === undefined) throw unknownObject("task_template", gid);
  return template;
}

function listTemplates(call: Call, team: string | null): Answer {
  const rows = [...call.world.projectTemplates.values()].filter((row) => team === null || row.teamGid === team);
  return list(call, call.world.resources.projectTemplate, rows);
}

/** Jobs, what they do, and templates. */
export function addJobRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("GET", "/jobs/{job_gid}", (call) => one(call, call.world.resources.job, call.world.jobs.get(param(call))));
  add("POST", "/tasks/{task_gid}/duplicate", duplicateTask);
  add("POST", "/projects/{project_gid}/duplicate", duplicateProject);
  add("POST", "/projects/{project_gid}/saveAsTemplate", saveAsTemplate);
  add("GET", "/project_templates", (call) => listTemplates(call, call.query.get("team")));
  add("GET", "/teams/{team_gid}/project_templates", (call) => listTemplates(call, requireTeam(call, param(call)).gid));
  add("GET", "/project_templates/{project_template_gid}", (call) =>
    one(call, call.world.resources.projectTemplate, templateOf(call)),
  );
  add("DELETE", "/project_templates/{project_template_gid}", (call) => {
    call.world.projectTemplates.delete(templateOf(call).gid);
    return empty();
  });
  add("POST", "/project_templates/{project_template_gid}/instantiateProject", instantiateProject);
  add("GET", "/task_templates", (call) => {
    const project = call.query.get("project");
    if (project === null) throw badRequest("project: Missing input");
    const home = requireProject(call.world.state, project);
    const rows = [...call.world.taskTemplates.values()].filter((row) => row.project === home);
    return list(call, call.world.resources.taskTemplate, rows);
  });
  add("GET", "/task_templates/{task_template_gid}", (call) =>
    one(call, call.world.resources.taskTemplate, taskTemplateOf(call)),
  );
  add("DELETE", "/task_templates/{task_template_gid}", (call) => {
    call.world.taskTemplates.delete(taskTemplateOf(call).gid);
    return empty();
  });
  add("POST", "/task_templates/{task_template_gid}/instantiateTask", (call) => {
    const template = taskTemplateOf(call);
    const name = optionalText(call.data, "name") ?? template.name;
    const section = template.project.sections[0];
    return job(call, "instantiate_task", () => ({
      task: copyTask(call, template.source, name, EVERYTHING, section === undefined ? [] : [section], null),
    }));
  });
}
