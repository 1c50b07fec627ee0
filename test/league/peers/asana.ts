import type { JsonObject } from "../../../src/model/index.ts";
import type { World } from "../../acceptance/harness.ts";
import { fieldsOf, textOf } from "../../acceptance/served-system.ts";
import { ask, PeerStore } from "../peer.ts";
import type { Peer } from "../peer.ts";

const VALUES =
  "custom_fields.gid,custom_fields.name,custom_fields.text_value,custom_fields.number_value,custom_fields.enum_value.gid";
const PROJECT = `name,archived,completed,modified_at,team.gid,owner.gid,due_on,${VALUES}`;
const TASK = `name,resource_subtype,created_at,modified_at,completed,completed_at,parent.gid,assignee.gid,due_on,memberships.project.gid,memberships.section.gid,num_subtasks,${VALUES}`;
const STORY = "resource_subtype,created_at,created_by.gid,project.gid,old_section.gid,new_section.gid,assignee.gid";

export function asanaPeer({ served, selection }: World): Peer {
  const store = new PeerStore();
  const { baseUrl = "", token = "", workspaceGid = "" } = served.description;
  const headers = { authorization: `Bearer ${token}` };

  async function* list(path: string): AsyncGenerator<JsonObject> {
    let offset: string | null = "";
    while (offset !== null) {
      const at: string = offset === "" ? "" : `&offset=${encodeURIComponent(offset)}`;
      const page = await ask(`${baseUrl}${path}&limit=100${at}`, { headers });
      yield* page["data"] as readonly JsonObject[];
      const next = page["next_page"] ?? null;
      offset = next === null ? null : textOf(fieldsOf(next)["offset"]);
    }
  }

  const kept = (row: JsonObject, stream: string): JsonObject => ({
    ...row,
    custom_fields: ((row["custom_fields"] ?? []) as readonly JsonObject[]).filter(
      ({ name }) => selection[stream]?.includes(textOf(name)) === true,
    ),
  });

  async function take(task: JsonObject): Promise<void> {
    const gid = textOf(task["gid"]);
    store.put("tasks", gid, kept(task, "tasks"));
    for await (const story of list(`/tasks/${gid}/stories?opt_fields=${STORY}`)) {
      store.putMember("stories", textOf(story["gid"]), story, { stream: "tasks", id: gid });
    }
    if (task["num_subtasks"] === 0) return;
    for await (const below of list(`/tasks/${gid}/subtasks?opt_fields=${TASK}`)) await take(below);
  }

  return {
    holding: store.holding,
    pull: async () => {
      const projects: string[] = [];
      for await (const project of list(`/projects?workspace=${workspaceGid}&opt_fields=${PROJECT}`)) {
        const gid = textOf(project["gid"]);
        projects.push(gid);
        store.put("projects", gid, kept(project, "projects"));
      }
      for (const project of projects) {
        for await (const section of list(`/projects/${project}/sections?opt_fields=name,project.gid`)) {
          store.put("sections", textOf(section["gid"]), section);
        }
        const mark = store.marks.get(project);
        let newest = mark ?? "";
        const since = mark === undefined ? "" : `&modified_since=${encodeURIComponent(mark)}`;
        for await (const task of list(`/tasks?project=${project}&opt_fields=${TASK}${since}`)) {
          const at = textOf(task["modified_at"]);
          if (mark !== undefined && at <= mark) continue;
          await take(task);
          if (at > newest) newest = at;
        }
        if (newest !== "") store.marks.set(project, newest);
      }
    },
  };
}
