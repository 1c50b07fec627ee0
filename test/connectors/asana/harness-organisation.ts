import type { Change, Draw } from "../../acceptance/harness.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { ASANA } from "../../support/asana-seed.ts";
import { gidOf } from "./harness-world.ts";
import type { Workspace } from "./harness-world.ts";

const QUIET: ReadonlySet<string> = new Set(["hide a project", "show everything", "remove a field", "retype a field"]);

/** What administrators do to a workspace, and how it is taken back. */
export function workspaceTurmoil(
  served: ServedSystem,
  ws: Workspace,
): { readonly changes: readonly Change[]; readonly restore: () => Promise<void> } {
  let serial = 0;
  const hidden = new Set<string>();
  const change = (name: string, weight: number, make: (draw: Draw) => Promise<string | null>): Change => ({
    name,
    weight,
    quiet: QUIET.has(name),
    hides: name.startsWith("hide "),
    make,
  });
  return {
    changes: [
      change("hide a project", 1, async (draw) => {
        const project = draw.pick(await ws.projects());
        if (project === undefined) return null;
        await served.organise({ do: "hide", project });
        hidden.add(project);
        return project;
      }),
      change("show everything", 2, async () => {
        if (hidden.size === 0) return null;
        await restore();
        return "";
      }),
      change("rename a label", 1, async (draw) => {
        serial += 1;
        await served.organise({
          do: "rename-label",
          option: draw.pick([ASANA.green, ASANA.red]),
          to: `Label ${serial}`,
        });
        return `Label ${serial}`;
      }),
      change("deactivate a person", 0.3, async () => {
        await served.organise({ do: "deactivate-person", userGid: ASANA.ben });
        return ASANA.ben;
      }),
      change("add a field", 0.5, async (draw) => {
        serial += 1;
        const object = draw.pick(await ws.projects());
        if (object === undefined) return null;
        await served.organise({ do: "add-field", object, field: `Extra ${serial}` });
        return `Extra ${serial} of ${object}`;
      }),
      change("remove a field", 0.3, async (draw) => {
        const projects = await ws.projects();
        const project = draw.pick(projects);
        if (project === undefined) return null;
        const settings = await ws.list(`/projects/${project}/custom_field_settings?opt_fields=custom_field.gid`);
        const field = draw.pick(settings.map((setting) => gidOf(setting["custom_field"])));
        if (field === undefined) return null;
        await served.organise({ do: "remove-field", object: project, field });
        return `${field} of ${project}`;
      }),
      {
        ...change("rename a field", 0.6, async (draw) => {
          serial += 1;
          const field = draw.pick([ASANA.opportunity, ASANA.stage]) ?? "";
          await served.organise({ do: "rename-field", field, to: `Field ${serial}` });
          return `${field} to Field ${serial}`;
        }),
        since: 2,
        afterFirstReading: true,
      },
      {
        ...change("retype a field", 0.4, async (draw) => {
          const object = draw.pick(await ws.projects());
          const field = draw.pick([ASANA.opportunity, ASANA.stage]);
          if (object === undefined || field === undefined) return null;
          await served.organise({ do: "retype-field", object, field, type: "number" });
          return `${field} of ${object}`;
        }),
        since: 2,
        afterFirstReading: true,
      },
    ],
    restore,
  };

  async function restore(): Promise<void> {
    for (const project of hidden) await served.organise({ do: "show", project });
    hidden.clear();
  }
}
