import type { ProjectRow, TaskRow } from "./rows.ts";

/** A project saved as a template: what is made from it is a copy of the project as it is then. */
export interface ProjectTemplateRow {
  readonly gid: string;
  readonly name: string;
  readonly teamGid: string;
  readonly ownerGid: string | null;
  readonly source: ProjectRow;
}

/** A task kept as a template in a project. */
export interface TaskTemplateRow {
  readonly gid: string;
  readonly name: string;
  readonly project: ProjectRow;
  readonly source: TaskRow;
  readonly createdAt: string;
}
