import { one } from "./answers.ts";
import type { Answer, Call } from "./call.ts";
import { empty, optionalText, param } from "./call.ts";
import { emitProject } from "./changes.ts";
import { badRequest, unknownObject } from "./errors.ts";
import { richText } from "./rich-fields.ts";
import type { Router } from "./router.ts";
import type { BriefRow } from "./rows.ts";
import { requireProject } from "./state.ts";

function briefOf(call: Call): BriefRow {
  const gid = param(call);
  const brief = call.world.state.briefs.get(gid);
  if (brief === undefined) throw unknownObject("project_brief", gid);
  requireProject(call.world.state, brief.projectGid);
  return brief;
}

/** POST /projects/{g}/project_briefs. Errors: 400 for a second one. */
function createBrief(call: Call): Answer {
  const { state, resources } = call.world;
  const project = requireProject(state, param(call));
  if ([...state.briefs.values()].some(({ projectGid }) => projectGid === project.gid))
    throw badRequest("project: This project already has a project brief");
  const written = richText(call, "text", "html_text");
  const brief: BriefRow = {
    gid: state.nextGid(),
    projectGid: project.gid,
    title: optionalText(call.data, "title") ?? "",
    text: written?.plain ?? "",
    htmlText: written?.html ?? null,
  };
  state.briefs.set(brief.gid, brief);
  emitProject(call, project, "changed", "project_brief");
  return one(call, resources.brief, brief, 201);
}

function updateBrief(call: Call): Answer {
  const brief = briefOf(call);
  const written = richText(call, "text", "html_text");
  const next: BriefRow = {
    ...brief,
    title: optionalText(call.data, "title") ?? brief.title,
    ...(written !== undefined && { text: written.plain, htmlText: written.html }),
  };
  call.world.state.briefs.set(next.gid, next);
  return one(call, call.world.resources.brief, next);
}

export function addBriefRoutes(router: Router): void {
  const add = router.add.bind(router);
  add("POST", "/projects/{project_gid}/project_briefs", createBrief);
  add("GET", "/project_briefs/{project_brief_gid}", (call) => one(call, call.world.resources.brief, briefOf(call)));
  add("PUT", "/project_briefs/{project_brief_gid}", updateBrief);
  add("DELETE", "/project_briefs/{project_brief_gid}", (call) => {
    call.world.state.briefs.delete(briefOf(call).gid);
    return empty();
  });
}
