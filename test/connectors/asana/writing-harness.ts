import { asana } from "../../../src/connectors/asana/index.ts";
import type { CreateCommand } from "../../../src/connectors/kit/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createAsana } from "../../../src/sandbox/asana/index.ts";
import type { AsanaProjectTemplateSeed } from "../../../src/sandbox/seeds.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import type { WritingHarness, WritingWorld } from "../../acceptance/writing-harness.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";

const GONE = "1200000000000013";
const TASKS = ["Accept handoff", "Kickoff call"];
const TEMPLATE: AsanaProjectTemplateSeed = {
  gid: "1200000000009001",
  name: "Customer Onboarding v4",
  teamGid: ASANA.team,
  ownerGid: null,
  requestedRoles: [],
  customFieldGids: [ASANA.opportunity],
  taskCustomFieldGids: [],
  values: {},
  dueAfterDays: 30,
  sections: [
    {
      name: "Plan",
      tasks: TASKS.map((name) => ({ name, subtype: "default_task" as const, roleGid: null, dueAfterDays: 2 })),
    },
  ],
};

interface Kind {
  readonly stream: "tasks" | "projects";
  /** What lists all of them. */
  readonly list: string;
  readonly person: string;
  readonly creation: (marker: string) => CreateCommand;
  /** What a person's new one needs besides its name and notes. */
  readonly home: JsonObject;
}

function starting({ stream, list, person, creation, home }: Kind): () => Promise<WritingWorld> {
  return async () => {
    const seed = asanaSeed();
    const users = [...seed.users, { gid: GONE, name: "Gil Gone", email: "gil@example.com" }];
    const served = await serveSystem({
      system: "asana",
      create: (environment) => createAsana({ ...seed, users, projectTemplates: [TEMPLATE] }, environment),
      asOf: Date.parse("2026-02-01T12:00:00.000Z"),
      seed: 3,
    });
    await served.organise({ do: "deactivate-person", userGid: GONE });
    const write = async (method: string, path: string, data?: JsonObject): Promise<unknown> => {
      const body = data === undefined ? {} : { body: { data } };
      const answer = await served.control("POST", "/write", { method, path, asUserGid: ASANA.ada, ...body });
      return fieldsOf(answer)["data"];
    };
    const shown = "name,notes,archived,tags.name";
    const isAway = (row: JsonObject): boolean =>
      row["archived"] === true || JSON.stringify(row["tags"] ?? []).includes("archived by hub");
    return {
      served,
      settings: { templates: { [TEMPLATE.name]: { Plan: TASKS } } },
      creation,
      nameOf: async (id) => {
        const row = fieldsOf(await write("GET", `/${stream}/${id}?opt_fields=${shown}`));
        return isAway(row) ? null : textOf(row["name"]);
      },
      count: async () => {
        const rows = (await write("GET", `${list}&opt_fields=${shown}`)) as readonly JsonObject[];
        return rows.filter((row) => !isAway(row)).length;
      },
      rename: async (id, name) => {
        await write("PUT", `/${stream}/${id}`, { name });
      },
      copy: async (id) => {
        const { name, notes } = fieldsOf(await write("GET", `/${stream}/${id}?opt_fields=${shown}`));
        const made = await write("POST", `/${stream}`, { name: textOf(name), notes: textOf(notes), ...home });
        return textOf(fieldsOf(made)["gid"]);
      },
      naming: (name) => ({ name }),
      toWhoLeft: { [person]: { person: GONE } },
      close: () => served.close(),
    };
  };
}

/** Projects of Asana, made from a template. */
export const asanaProjectWriting: WritingHarness = {
  title: "Projects of Asana",
  definition: asana,
  stream: "projects",
  creating: "instantiateProject",
  changing: "PUT /projects/",
  refusal: { fault: "error", status: 400 },
  halfDone: { dial: { fault: "error", status: 403, route: "addCustomFieldSetting" } },
  start: starting({
    stream: "projects",
    list: `/projects?workspace=${ASANA.workspace}&limit=100`,
    person: "owner",
    creation: (marker) => ({
      stream: "projects",
      marker,
      template: TEMPLATE.name,
      fields: { name: "Onboarding: New", owner: { person: "ada@example.com" }, Seats: 12 },
    }),
    home: { team: ASANA.team },
  }),
};

/** Tasks of Asana, made in a section. */
export const asanaTaskWriting: WritingHarness = {
  title: "Tasks of Asana",
  definition: asana,
  stream: "tasks",
  creating: "POST /tasks",
  changing: "PUT /tasks/",
  refusal: { fault: "error", status: 400 },
  halfDone: { dial: null, because: "a task is made with its fields and its place in one call" },
  start: starting({
    stream: "tasks",
    list: `/tasks?project=${ASANA.onboarding}&limit=100`,
    person: "assignee",
    creation: (marker) => ({
      stream: "tasks",
      marker,
      template: "Onboarding: Acme/Configure",
      fields: { name: "Epic", assignee: { person: ASANA.ben }, Health: "Red" },
    }),
    home: { projects: [ASANA.onboarding] },
  }),
};
