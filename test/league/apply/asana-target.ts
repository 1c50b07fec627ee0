import { asana } from "../../../src/connectors/asana/index.ts";
import type { JsonObject } from "../../../src/model/index.ts";
import { createAsana } from "../../../src/sandbox/asana/index.ts";
import type { AsanaProjectTemplateSeed, AsanaSeed } from "../../../src/sandbox/seeds.ts";
import type { TrueRecord } from "../../acceptance/harness.ts";
import { fieldsOf, serveSystem, textOf } from "../../acceptance/served-system.ts";
import type { ServedSystem } from "../../acceptance/served-system.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { START } from "./place.ts";
import type { SideOptions, Target, Work } from "./place.ts";

const PARTS = ["Accept handoff", "Kickoff call"];
const TEMPLATE: AsanaProjectTemplateSeed = {
  gid: "1200000000009001",
  name: "Standard",
  teamGid: ASANA.team,
  ownerGid: null,
  requestedRoles: [],
  customFieldGids: [ASANA.opportunity, ASANA.seats],
  taskCustomFieldGids: [],
  values: {},
  dueAfterDays: null,
  sections: [
    {
      name: "Plan",
      tasks: PARTS.map((name) => ({ name, subtype: "default_task" as const, roleGid: null, dueAfterDays: null })),
    },
  ],
};
const VALUES = "custom_fields.gid,custom_fields.text_value,custom_fields.number_value";

interface Side {
  readonly served: ServedSystem;
  readonly write: (method: string, path: string, data?: object) => Promise<JsonObject>;
  readonly told: (stream: string, fields: string) => Promise<readonly TrueRecord[]>;
}

async function workspace({ seed, clock, before }: SideOptions): Promise<Side> {
  const base = asanaSeed(0);
  const given: AsanaSeed = {
    ...base,
    projects: base.projects.map((project) =>
      project.gid === ASANA.onboarding
        ? { ...project, taskCustomFieldGids: [ASANA.opportunity, ASANA.seats], values: {}, name: "Delivery" }
        : project,
    ),
    projectTemplates: [TEMPLATE],
  };
  const served = await serveSystem({
    system: "asana",
    create: (environment) => createAsana(given, environment),
    asOf: START,
    clock,
    seed,
    quick: true,
    bend: async (request) => {
      await before(request);
      return request;
    },
  });
  return {
    served,
    write: async (method, path, data) => {
      const body = data === undefined ? {} : { body: { data } };
      const answer = fieldsOf(await served.control("POST", "/write", { method, path, asUserGid: ASANA.ada, ...body }));
      return fieldsOf(answer["data"]);
    },
    told: async (stream, fields) => {
      const answer = fieldsOf(await served.control("GET", `/truth?stream=${stream}&opt_fields=${fields}`));
      return Object.values(fieldsOf(answer[stream])).map((row) => fieldsOf(row) as unknown as TrueRecord);
    },
  };
}

const custom = (deal: string, amount: number): object => ({
  custom_fields: { [ASANA.opportunity]: deal, [ASANA.seats]: amount },
});

function workOf({ content }: TrueRecord, lacks: readonly string[]): Work {
  const values = (content["custom_fields"] ?? []) as readonly JsonObject[];
  const value = (gid: string, key: string): unknown => values.find((one) => one["gid"] === gid)?.[key] ?? null;
  const deal = value(ASANA.opportunity, "text_value");
  const amount = value(ASANA.seats, "number_value");
  return {
    id: textOf(content["gid"]),
    deal: deal === null ? null : textOf(deal),
    amount: amount === null ? null : Number(amount),
    lacks,
  };
}

/** Tasks of one project. */
export async function asanaTasks(options: SideOptions): Promise<Target> {
  const { served, write, told } = await workspace(options);
  return {
    served,
    definition: asana,
    settings: "",
    mapping: `from: target.tasks
where: project.name == "Delivery"
fields: { name: name, deal_id: Opportunity ID, amount: { number: Seats } }
`,
    place: "Delivery/Kickoff",
    conditional: false,
    traceless: false,
    works: async () =>
      (await told("tasks", `gid,${VALUES}`)).filter(({ state }) => state === "live").map((row) => workOf(row, [])),
    // A task cannot be archived: it is tagged.
    putAway: async () =>
      new Set(
        (await told("tasks", "gid,tags.name"))
          .filter(
            ({ state, content }) => state === "live" && ((content["tags"] ?? []) as readonly unknown[]).length > 0,
          )
          .map(({ content }) => textOf(content["gid"])),
      ),
    make: async (deal, amount) => {
      const made = await write("POST", "/tasks", {
        name: "By hand",
        projects: [ASANA.onboarding],
        ...custom(deal, amount),
      });
      return textOf(made["gid"]);
    },
    set: async (work, amount) => {
      await write("PUT", `/tasks/${work}`, { custom_fields: { [ASANA.seats]: amount } });
    },
    remove: async (work) => {
      await write("DELETE", `/tasks/${work}`);
    },
  };
}

/** Projects from a template, made by a job whose end nobody has to wait for. */
export async function asanaProjects(options: SideOptions): Promise<Target> {
  const { served, write, told } = await workspace(options);
  return {
    served,
    definition: asana,
    settings: `, templates: { Standard: { Plan: [${PARTS.join(", ")}] } }`,
    mapping: `from: target.projects
where: 'name != "Delivery" && name != "Rollout: Beta"'
fields: { name: name, deal_id: Opportunity ID, amount: { number: Seats } }
`,
    place: "Standard",
    conditional: false,
    traceless: true,
    works: async () => {
      const tasks = (await told("tasks", "name,memberships.project.gid")).filter(({ state }) => state === "live");
      const partsOf = (project: string): readonly string[] =>
        tasks
          .filter(({ content }) =>
            ((content["memberships"] ?? []) as readonly JsonObject[]).some(
              (one) => fieldsOf(one["project"])["gid"] === project,
            ),
          )
          .map(({ content }) => textOf(content["name"]));
      const seeded: readonly string[] = [ASANA.onboarding, ASANA.rollout];
      return (await told("projects", `gid,archived,${VALUES}`))
        .filter(({ state, content }) => state === "live" && !seeded.includes(textOf(content["gid"])))
        .map((row) => {
          const parts = partsOf(textOf(row.content["gid"]));
          return workOf(
            row,
            PARTS.filter((part) => parts.filter((one) => one === part).length !== 1),
          );
        });
    },
    putAway: async () =>
      new Set(
        (await told("projects", "gid,archived"))
          .filter(({ state, content }) => state !== "deleted" && content["archived"] === true)
          .map(({ content }) => textOf(content["gid"])),
      ),
    make: async (deal, amount) => {
      const made = await write("POST", "/projects", {
        name: "By hand",
        workspace: ASANA.workspace,
        team: ASANA.team,
      });
      const gid = textOf(made["gid"]);
      for (const field of [ASANA.opportunity, ASANA.seats])
        await write("POST", `/projects/${gid}/addCustomFieldSetting`, { custom_field: field });
      await write("PUT", `/projects/${gid}`, custom(deal, amount));
      for (const name of PARTS) await write("POST", "/tasks", { name, projects: [gid] });
      return gid;
    },
    set: async (work, amount) => {
      await write("PUT", `/projects/${work}`, { custom_fields: { [ASANA.seats]: amount } });
    },
    remove: async (work) => {
      await write("DELETE", `/projects/${work}`);
    },
  };
}
