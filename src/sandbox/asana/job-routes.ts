import { list, one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param, requiredText } from "./call.ts";
import { copyShell, copyTask, fill, sectionsOf, tasksOf } from "./copies.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { instantiateProject, templateFor } from "./instantiation.ts";
import { requireTeam, taskOf } from "./lookups.ts";
import { scheduled, scheduleOf } from "./schedules.ts";
import { startJob } from "./start-job.ts";
import type { Router } from "./router.ts";
import { requireProject } from "./state.ts";
import { PLAN_EVERYTHING } from "./task-plans.ts";
import type { Taken } from "./task-plans.ts";
import { templateOf } from "./templates.ts";
import type { TaskTemplateRow } from "./templates.ts";

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
  return startJob(call, "duplicate_task", {
    finish: () => ({ task: copyTask(call, task, name, taken, homes, parent) }),
  });
}

function duplicateProject(call: Call): Answer {
  const project = requireProject(call.world.state, param(call));
  const name = requiredText(call.data, "name");
  const teamGid = optionalText(call.data, "team");
  const team = typeof teamGid === "string" ? requireTeam(call, teamGid).gid : project.teamGid;
  const taken = takenOf(call);
  const schedule = scheduleOf(call, taken);
  return startJob(call, "duplicate_project", {
    begin: () => ({ project: copyShell(call, project, name, team, taken) }),
    finish: (begun, half) => {
      const plans = scheduled(tasksOf(call, project, taken), schedule);
      const count = plans.flat().length;
      if (begun.project !== undefined) fill(call, begun.project, plans, half ? Math.floor(count / 2) : count);
      return begun;
    },
  });
}

function saveAsTemplate(call: Call): Answer {
  const { state, projectTemplates } = call.world;
  const source = requireProject(state, param(call));
  const name = requiredText(call.data, "name");
  const teamGid = optionalText(call.data, "team") ?? source.teamGid;
  return startJob(call, "save_as_template", {
    finish: () => {
      const own = { gid: state.nextGid(), name, teamGid, ownerGid: call.actor.userGid };
      const template = templateOf(state, source, own);
      projectTemplates.set(template.gid, template);
      return { template };
    },
  });
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
    one(call, call.world.resources.projectTemplate, templateFor(call)),
  );
  add("DELETE", "/project_templates/{project_template_gid}", (call) => {
    call.world.projectTemplates.delete(templateFor(call).gid);
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
    const homes = section === undefined ? [] : [section];
    return startJob(call, "instantiate_task", {
      finish: () => ({ task: copyTask(call, template.source, name, PLAN_EVERYTHING, homes, null) }),
    });
  });
}
