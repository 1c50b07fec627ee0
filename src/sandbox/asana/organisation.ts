import { z } from "zod";
import type { OrganisationChange } from "../kit/fault.ts";
import { OrganisationError } from "../kit/system.ts";
import type { CustomFieldRow } from "./rows.ts";
import { projectVisible } from "./state.ts";
import type { World } from "./world.ts";

/** What a change of the workspace reaches into. */
export interface Organised {
  readonly world: World;
  /** A change through the API's own code, with its stories and events; its `data`. @throws OrganisationError */
  readonly write: (method: string, path: string, data?: unknown) => Promise<Readonly<Record<string, unknown>>>;
}

const gid = z.string().regex(/^\d+$/u);
const TYPE = z.enum(["text", "number", "enum", "multi_enum", "date", "people"]);
const CHANGE = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(["rename-section", "rename-stage"]), section: gid, to: z.string() }),
  z.strictObject({ do: z.literal("rename-label"), option: gid, to: z.string() }),
  z.strictObject({ do: z.literal("dirty-picklist"), option: gid }),
  z.strictObject({ do: z.literal("deactivate-person"), userGid: gid }),
  z.strictObject({ do: z.enum(["hide", "show"]), project: gid }),
  z.strictObject({
    do: z.literal("second-currency"),
    field: z.string(),
    currency: z.string().length(3).default("EUR"),
  }),
  z.strictObject({ do: z.literal("add-field"), object: gid, field: z.string(), type: TYPE.default("text") }),
  z.strictObject({ do: z.literal("rename-field"), field: z.string(), to: z.string() }),
  z.strictObject({ do: z.literal("remove-field"), object: gid, field: z.string() }),
  z.strictObject({ do: z.literal("retype-field"), object: gid, field: z.string(), type: TYPE.default("text") }),
]);

/** Changes what an administrator of the workspace could. Gids are never used again, so `reuse-id` is none of these. */
export async function organise(organised: Organised, given: OrganisationChange): Promise<unknown> {
  const parsed = CHANGE.safeParse(given);
  if (!parsed.success) throw new OrganisationError(z.prettifyError(parsed.error));
  const { world, write } = organised;
  const asked = parsed.data;
  switch (asked.do) {
    case "rename-section":
    case "rename-stage":
      await write("PUT", `/sections/${asked.section}`, { name: asked.to });
      return { section: asked.section, to: asked.to };
    case "rename-label":
      await write("PUT", `/enum_options/${asked.option}`, { name: asked.to });
      return { option: asked.option, to: asked.to };
    case "dirty-picklist":
      // Tasks keep an option that was switched off; nobody can choose it any more.
      await write("PUT", `/enum_options/${asked.option}`, { enabled: false });
      return { option: asked.option };
    case "deactivate-person":
      return deactivate(organised, asked.userGid);
    case "hide":
    case "show": {
      const project = world.state.projects.get(asked.project);
      if (project === undefined) throw new OrganisationError(`There is no project ${asked.project}.`);
      if (asked.do === "hide") world.state.hiddenProjects.add(project.gid);
      else world.state.hiddenProjects.delete(project.gid);
      return { project: project.gid, visible: projectVisible(world.state, project) };
    }
    case "second-currency": {
      const field = fieldOf(world, asked.field);
      if (field.type !== "number") throw new OrganisationError(`${field.name} holds no numbers.`);
      const former = field.currencyCode;
      field.format = "currency";
      field.currencyCode = asked.currency;
      return { field: field.gid, from: former, to: asked.currency };
    }
    case "add-field":
      return addField(organised, asked.object, asked.field, asked.type);
    case "rename-field": {
      const field = fieldOf(world, asked.field);
      const from = field.name;
      await write("PUT", `/custom_fields/${field.gid}`, { name: asked.to });
      return { field: field.gid, from, to: asked.to };
    }
    case "remove-field": {
      const field = fieldOf(world, asked.field);
      await write("POST", `/projects/${asked.object}/removeCustomFieldSetting`, { custom_field: field.gid });
      return { project: asked.object, field: field.gid };
    }
    case "retype-field": {
      // A field's type stays for good: what people do is to put another field of that name in its place.
      const field = fieldOf(world, asked.field);
      const { name } = field;
      await write("POST", `/projects/${asked.object}/removeCustomFieldSetting`, { custom_field: field.gid });
      await write("PUT", `/custom_fields/${field.gid}`, { name: `${name} (old)` });
      return addField(organised, asked.object, name, asked.type);
    }
    default:
      return asked satisfies never;
  }
}

function fieldOf({ state }: World, gidOrName: string): CustomFieldRow {
  const field =
    state.customFields.get(gidOrName) ?? [...state.customFields.values()].find(({ name }) => name === gidOrName);
  if (field === undefined || field.deletedAt !== null) throw new OrganisationError(`There is no field ${gidOrName}.`);
  return field;
}

async function addField({ world, write }: Organised, project: string, name: string, type: string): Promise<unknown> {
  const options = type === "enum" || type === "multi_enum" ? { enum_options: [{ name: "Yes" }, { name: "No" }] } : {};
  const workspace = world.state.workspace.gid;
  const made = await write("POST", "/custom_fields", { workspace, name, resource_subtype: type, ...options });
  await write("POST", `/projects/${project}/addCustomFieldSetting`, { custom_field: made["gid"] });
  return { project, field: made["gid"], name, type };
}

/** Someone leaves: no list shows the person any more, and what was assigned to them is nobody's. */
async function deactivate({ world, write }: Organised, userGid: string): Promise<unknown> {
  const { state } = world;
  if (!state.users.has(userGid)) throw new OrganisationError(`There is no user ${userGid}.`);
  const assigned = [...state.tasks.values()].filter((task) => task.assigneeGid === userGid && task.deletedAt === null);
  for (const task of assigned) await write("PUT", `/tasks/${task.gid}`, { assignee: null });
  state.departedUsers.add(userGid);
  return { userGid, unassigned: assigned.map((task) => task.gid) };
}
