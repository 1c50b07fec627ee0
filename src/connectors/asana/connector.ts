import type { Connection, ConnectOptions, ConnectorDefinition, StreamDescription } from "../kit/index.ts";
import { customFieldListing, definitionsOf, ofPlan } from "./custom-field-definitions.ts";
import { AsanaGateway } from "./gateway.ts";
import { asanaNormaliser } from "./normaliser.ts";
import { readFace } from "./read.ts";
import { PROJECT_FIELDS, TASK_FIELDS } from "./selection.ts";
import { CREDENTIALS, settingsSchema, SIGN_INS } from "./settings.ts";
import type { AsanaSettings } from "./settings.ts";
import { asanaNames } from "./shown-names.ts";
import { STREAMS } from "./streams.ts";
import { once, planNotes, resolveTenant } from "./workspace.ts";
import { receiveAsana } from "./webhooks.ts";
import { userListing } from "./users.ts";
import { writeFace } from "./write.ts";

/** Asana over its REST API 1.0. Errors: HUB-1201 to 1203 (transport) and HUB-14xx. */
export const asana: ConnectorDefinition<AsanaSettings> = {
  system: "asana",
  title: "Asana",
  settings: settingsSchema,
  credentials: CREDENTIALS,
  signIns: SIGN_INS,
  streams: () => STREAMS,
  connect: async (options) => connection(options),
  webhooks: receiveAsana,
  normaliser: asanaNormaliser,
  names: asanaNames,
};

const TYPES: Readonly<Record<string, string>> = {
  section: "option",
  project: "record",
  projects: "records",
  parent: "record",
  team: "option",
  owner: "person",
  assignee: "person",
  created_by: "person",
  completed_by: "person",
  approval_status: "text",
  completed: "flag",
  archived: "flag",
  completed_at: "instant",
  created_at: "instant",
  modified_at: "instant",
  due_at: "instant",
  due_on: "date",
  start_on: "date",
  tags: "texts",
};
const CUSTOM_TYPES: Readonly<Record<string, string>> = {
  enum: "option",
  multi_enum: "options",
  people: "persons",
  reference: "records",
};
const LISTS: Readonly<Record<string, readonly string[]>> = {
  workspaces: ["gid", "name", "is_organization"],
  teams: ["gid", "name"],
  users: ["gid", "name", "email"],
  custom_fields: ["gid", "name", "resource_subtype"],
  sections: ["gid", "name", "created_at"],
  stories: ["text"],
  events: ["epoch", "available", "taken_at"],
};

function connection(options: ConnectOptions<AsanaSettings>): Connection {
  const { name, settings } = options;
  const gateway = new AsanaGateway(options);
  const tenant = once((signal) => resolveTenant(gateway, settings, signal));
  const workspace = async (signal: AbortSignal): Promise<string> => (await tenant(signal)).gid;

  const customFields = customFieldListing(gateway, workspace);

  async function describe(stream: string, signal: AbortSignal): Promise<StreamDescription> {
    const own = stream === "tasks" ? TASK_FIELDS : stream === "projects" ? PROJECT_FIELDS : null;
    const field = (one: string): { name: string; label: string; type: string } => ({
      name: one,
      label: one,
      type: TYPES[one] ?? "text",
    });
    if (own === null) return { stream, fields: (LISTS[stream] ?? []).map(field) };
    const definitions = definitionsOf(await ofPlan(customFields, signal));
    const custom = definitions.map((one) => ({
      name: Object.hasOwn(own, one.name) ? `custom ${one.name}` : one.name,
      label: one.name,
      type: CUSTOM_TYPES[one.resource_subtype] ?? one.resource_subtype,
    }));
    const ofProject = [...Object.keys(PROJECT_FIELDS).map(field), ...custom]
      .map((one) => ({ ...one, name: `project.${one.name}` }))
      .filter((one) => !Object.hasOwn(own, one.name));
    return { stream, fields: [...Object.keys(own).map(field), ...custom, ...(stream === "tasks" ? ofProject : [])] };
  }

  return {
    name,
    system: "asana",
    identify: async (signal) => {
      const { gid, name: tenantName, user, userName } = await tenant(signal);
      const notes = await planNotes(gateway, customFields, signal);
      return { tenant: gid, tenantName, user, userName, apiVersion: "1.0", notes };
    },
    describe,
    read: readFace(gateway, settings, workspace, customFields),
    write: writeFace({
      gateway,
      settings,
      workspace,
      user: async (signal) => (await tenant(signal)).user,
      customFields,
      users: userListing(gateway, workspace),
    }),
    calls: () => gateway.calls,
    close: () => {
      gateway.close();
      return Promise.resolve();
    },
  };
}
