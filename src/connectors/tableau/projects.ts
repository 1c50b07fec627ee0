import { HubError } from "../../model/index.ts";
import { projectAnswer, projectSchema } from "./answers.ts";
import type { Project } from "./answers.ts";
import type { TableauClient } from "./client.ts";
import { isAmbiguous, tableauCode } from "./failures.ts";
import { jsonBody } from "./multipart.ts";

const NAME_TAKEN = "409006";

/** Resolves paths of project names to LUIDs and creates what is missing; names repeat under different parents. */
export class ProjectTree {
  readonly #client: TableauClient;
  #known: readonly Project[] | undefined;

  constructor(client: TableauClient) {
    this.#client = client;
  }

  /** The LUID of the last project of the path. */
  async resolve(path: readonly string[], signal: AbortSignal): Promise<string> {
    let parentId: string | undefined;
    for (const name of path) {
      const project = (await this.#find(name, parentId, signal)) ?? (await this.#create(name, parentId, signal));
      parentId = project.id;
    }
    if (parentId === undefined) {
      throw new HubError("HUB-5114", "A data source has to be published into a project.", {
        place: { system: "tableau" },
        remedy: "Name one as `project:` of the connection in hub.yaml.",
      });
    }
    return parentId;
  }

  /** The LUID of the last project of the path; null when it is not there. Creates nothing. */
  async find(path: readonly string[], signal: AbortSignal): Promise<string | null> {
    let parentId: string | undefined;
    for (const name of path) {
      const project = await this.#find(name, parentId, signal);
      if (project === undefined) return null;
      parentId = project.id;
    }
    return parentId ?? null;
  }

  /** For when the server no longer knows a LUID we held. */
  forget(): void {
    this.#known = undefined;
  }

  async #find(name: string, parentId: string | undefined, signal: AbortSignal): Promise<Project | undefined> {
    this.#known ??= await this.#client.list("projects", "project", projectSchema, signal);
    const folded = name.toLowerCase();
    return this.#known.find((project) => project.parentProjectId === parentId && project.name.toLowerCase() === folded);
  }

  async #create(name: string, parentId: string | undefined, signal: AbortSignal): Promise<Project> {
    try {
      const created = await this.#client.request(
        {
          method: "POST",
          path: "/projects?publishSamples=False",
          schema: projectAnswer,
          operation: "POST /projects",
          body: jsonBody({ project: { name, ...(parentId === undefined ? {} : { parentProjectId: parentId }) } }),
        },
        signal,
      );
      this.#known = [...(this.#known ?? []), created];
      return created;
    } catch (error) {
      // Somebody was faster, or our own request got through unheard.
      if (tableauCode(error) !== NAME_TAKEN && !isAmbiguous(error)) throw error;
      this.forget();
      const present = await this.#find(name, parentId, signal);
      if (present === undefined) throw error;
      return present;
    }
  }
}
