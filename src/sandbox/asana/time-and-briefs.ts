import { ref } from "./kinds.ts";
import type { Resources } from "./kinds.ts";
import { htmlOf } from "./rich-text.ts";
import { names } from "./selection.ts";
import type { Ref } from "./selection.ts";
import type { State } from "./state.ts";

/** Time that people noted on tasks, and what a project is about (reference asana.md §8). */
export function timeAndBriefs(state: State, of: () => Resources): Pick<Resources, "timeEntry" | "brief"> {
  const userRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.users.get(gid);
    return row === undefined ? null : ref(of().user, row);
  };
  const projectRef = (gid: string | null): Ref | null => {
    const row = gid === null ? undefined : state.projects.get(gid);
    return row === undefined ? null : ref(of().project, row);
  };
  const compact = "resource_type attributable_to categories created_by duration_minutes entered_on";
  const timeEntry: Resources["timeEntry"] = {
    name: "time_tracking_entry",
    compact: names(compact),
    full: names(`${compact} approval_status billable_status created_at description task`),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "time_tracking_entry",
      attributable_to: (row) => projectRef(row.projectGid),
      categories: () => [],
      created_by: (row) => userRef(row.createdByGid),
      duration_minutes: (row) => row.minutes,
      entered_on: (row) => row.enteredOn,
      approval_status: () => "DRAFT",
      billable_status: (row) => row.billable,
      created_at: (row) => row.createdAt,
      description: (row) => row.description,
      task: (row) => {
        const task = state.tasks.get(row.taskGid);
        return task === undefined ? null : ref(of().task, task);
      },
    },
  };
  const brief: Resources["brief"] = {
    name: "project_brief",
    compact: names("resource_type"),
    full: names("resource_type title html_text permalink_url project"),
    fields: {
      gid: (row) => row.gid,
      resource_type: () => "project_brief",
      title: (row) => row.title,
      text: (row) => row.text,
      html_text: (row) => row.htmlText ?? htmlOf(row.text),
      permalink_url: (row) => `https://app.asana.com/0/${row.projectGid}/${row.gid}`,
      project: (row) => projectRef(row.projectGid),
    },
  };
  return { timeEntry, brief };
}
