import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { isUnknown } from "../../../src/connectors/kit/index.ts";
import type { Connection, CreateCommand, WriteFace, WriteReceipt } from "../../../src/connectors/kit/index.ts";
import type { AsanaProjectTemplateSeed } from "../../../src/sandbox/seeds.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";
import { startBendingProxy } from "../../support/bending-proxy.ts";
import { Reader } from "./reader.ts";

const { signal } = new AbortController();
const TASKS = ["Accept handoff", "Welcome mail", "Kickoff call", "Training"];
const TEMPLATE: AsanaProjectTemplateSeed = {
  gid: "1200000000009001",
  name: "Customer Onboarding v4",
  teamGid: ASANA.team,
  ownerGid: null,
  requestedRoles: [{ gid: "1200000000009101", name: "Manager" }],
  customFieldGids: [ASANA.opportunity],
  taskCustomFieldGids: [],
  values: {},
  dueAfterDays: 30,
  sections: [
    {
      name: "Plan",
      tasks: TASKS.map((name) => ({
        name,
        subtype: "default_task" as const,
        roleGid: "1200000000009101",
        dueAfterDays: 2,
      })),
    },
    { name: "Done", tasks: [] },
  ],
};
const PARTS = { "Customer Onboarding v4": { Plan: TASKS, Done: [] } };
const COMMAND: CreateCommand = {
  stream: "projects",
  marker: "hub:won-1",
  template: "customer onboarding v4",
  fields: {
    name: "Onboarding: New",
    owner: { person: "ada@example.com" },
    start_on: { day: "2026-03-02" },
    due_on: { day: "2026-05-01" },
    "Opportunity ID": "006X",
    Seats: 12,
  },
};

let server: AsanaServer;
let connection: Connection;
let write: WriteFace;
beforeEach(async () => {
  server = await startAsana({ ...asanaSeed(), projectTemplates: [TEMPLATE] });
  await connect({ templates: PARTS });
});
afterEach(async () => {
  await connection.close();
  await server.close();
});

async function connect(settings: { readonly templates?: typeof PARTS }): Promise<void> {
  connection = await new Reader(server, settings).connect();
  if (connection.write === undefined) throw new Error("the connector does not write");
  ({ write } = connection);
}

const project = async (id: string): Promise<Loose> =>
  (
    await server.call(
      "GET",
      `/projects/${id}?opt_fields=name,notes,owner.gid,start_on,due_on,team.gid,custom_fields.name,custom_fields.display_value`,
    )
  ).data;
const tasks = async (id: string): Promise<readonly unknown[]> =>
  (await server.call("GET", `/tasks?project=${id}&opt_fields=name`)).rows.map(({ name }) => name);
const projects = async (): Promise<number> =>
  (await server.call("GET", `/projects?workspace=${ASANA.workspace}`)).rows.length;
const completed = async (id: string): Promise<WriteReceipt> => write.complete({ ...COMMAND, id }, signal);

describe("a project from a template", () => {
  test("comes with its tasks, dates, owner and fields, and is found by its marker", async () => {
    const receipt = await write.create(COMMAND, signal);
    expect(receipt).toMatchObject({ complete: true, missing: [] });
    expect(await project(receipt.id)).toMatchObject({
      name: "Onboarding: New",
      notes: "hub:won-1",
      owner: { gid: ASANA.ada },
      start_on: "2026-03-02",
      due_on: "2026-05-01",
      team: { gid: ASANA.team },
      custom_fields: [
        { name: "Opportunity ID", display_value: "006X" },
        { name: "Seats", display_value: "12" },
      ],
    });
    expect(await tasks(receipt.id)).toEqual(TASKS);
    const rows = (await server.call("GET", `/tasks?project=${receipt.id}&opt_fields=due_on,assignee.gid`)).rows;
    expect(rows[0]).toMatchObject({ due_on: "2026-03-04", assignee: { gid: ASANA.ada } });
    expect(await write.find("projects", "hub:won-1", signal)).toMatchObject([{ id: receipt.id }]);
  });

  test("is named unfinished while its job runs on, and a later run finishes it without making anything twice", async () => {
    await server.dial({ fault: "job", outcome: "stuck" });
    const half = await write.create(COMMAND, signal);
    expect(half).toMatchObject({
      complete: false,
      missing: ["the job that makes it from Customer Onboarding v4 is still running"],
    });
    expect((await project(half.id))["name"]).toBe("Onboarding: New [hub:won-1]");
    expect(await write.find("projects", "hub:won-1", signal)).toMatchObject([{ id: half.id }]);
    expect(await completed(half.id)).toMatchObject({ complete: false });
    expect(await tasks(half.id)).toEqual([]);
  });

  test.each(["half-done", "incomplete"] as const)(
    "whose job ends %s is given the tasks and the name it lacks",
    async (outcome) => {
      await server.dial({ fault: "job", outcome });
      const receipt = await write.create(COMMAND, signal);
      expect(receipt.complete).toBe(true);
      expect(new Set(await tasks(receipt.id))).toEqual(new Set(TASKS));
      expect(await tasks(receipt.id)).toHaveLength(TASKS.length);
      expect(await project(receipt.id)).toMatchObject({ name: "Onboarding: New", notes: "hub:won-1" });
      expect(await completed(receipt.id)).toMatchObject({ complete: true });
      expect(await tasks(receipt.id)).toHaveLength(TASKS.length);
    },
  );

  test("whose job failed is told as half done where hub.yaml does not say what it should hold", async () => {
    await connection.close();
    await connect({});
    await server.dial({ fault: "job", outcome: "half-done" });
    const half = await write.create(COMMAND, signal);
    expect(half).toMatchObject({ complete: false, missing: [expect.stringContaining("under `templates`")] });
    await connection.close();
    await connect({ templates: PARTS });
    expect(await completed(half.id)).toMatchObject({ complete: true });
    expect(await tasks(half.id)).toHaveLength(TASKS.length);
  });

  test("whose job failed and left nothing is told with HUB-1426, and was certainly not made", async () => {
    await server.dial({ fault: "job", outcome: "failed" });
    const before = await projects();
    const failure: unknown = await write.create(COMMAND, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "HUB-1426", disposition: "skip-record" });
    expect(isUnknown(failure)).toBe(false);
    expect(await projects()).toBe(before);
  });

  test("is found after a crash right behind its instantiation, finished once the job must have ended", async () => {
    const roles = [{ gid: "1200000000009101", value: ASANA.ada }];
    await server.call("POST", `/project_templates/${TEMPLATE.gid}/instantiateProject`, {
      name: "Onboarding: New [hub:won-1]",
      requested_dates: [{ gid: "1", value: "2026-03-02" }],
      requested_roles: roles,
    });
    server.clock.advance(10_000);
    const [found] = await write.find("projects", "hub:won-1", signal);
    const id = found?.id ?? "";
    expect(await completed(id)).toMatchObject({ complete: false });
    server.clock.advance(600_000);
    expect(await completed(id)).toMatchObject({ complete: true });
    expect(await project(id)).toMatchObject({ name: "Onboarding: New", notes: "hub:won-1" });
    expect(await tasks(id)).toEqual(TASKS);
  });

  test("keeps the formatting of its notes, while it is made and when it is put away", async () => {
    await connection.close();
    await connect({});
    await server.dial({ fault: "job", outcome: "half-done" });
    const { id } = await write.create(COMMAND, signal);
    await server.call("PUT", `/projects/${id}`, {
      html_notes: "<body><strong>Mind</strong> A &amp; B\nhub:won-1</body>",
    });
    server.clock.advance(600_000);
    await connection.close();
    await connect({ templates: PARTS });
    expect(await completed(id)).toMatchObject({ complete: true });
    const rich = async (): Promise<unknown> =>
      (await server.call("GET", `/projects/${id}?opt_fields=html_notes`)).data["html_notes"];
    expect(await rich()).toBe("<body><strong>Mind</strong> A &amp; B\nhub:won-1</body>");
    await write.retire({ stream: "projects", id, tag: "Taken <back>", idempotencyKey: "u" }, signal);
    expect(await rich()).toBe("<body><strong>Mind</strong> A &amp; B\n\nTaken &lt;back&gt;</body>");
  });

  test("keeps what people changed once it is finished, however often it is completed", async () => {
    const { id } = await write.create(COMMAND, signal);
    await server.call("PUT", `/projects/${id}`, { name: "By hand", owner: ASANA.ben });
    expect(await completed(id)).toMatchObject({ complete: true });
    expect(await project(id)).toMatchObject({ name: "By hand", owner: { gid: ASANA.ben } });
  });

  test("may be made yet although the answer to its instantiation is lost, and shows within the time to settle", async () => {
    await server.dial({ fault: "lost-answer", route: "instantiateProject" });
    const failure: unknown = await write.create(COMMAND, signal).catch((error: unknown) => error);
    expect(isUnknown(failure)).toBe(true);
    expect(await write.find("projects", "hub:won-1", signal)).toEqual([]);
    server.clock.advance(write.traits.settleMs);
    expect(await write.find("projects", "hub:won-1", signal)).toHaveLength(1);
  });

  test("is in doubt when its job failed and nobody could look whether anything is there", async () => {
    await server.dial(
      { fault: "job", outcome: "failed" },
      { fault: "error", status: 503, route: "GET /projects", times: null },
    );
    const failure: unknown = await write.create(COMMAND, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "HUB-1409" });
    expect(isUnknown(failure)).toBe(true);
  });

  test("whose job is not begun within a minute is told with HUB-1427, and may be made yet", async () => {
    const { origin } = new URL(server.baseUrl);
    const proxy = await startBendingProxy(origin, (path, body) => {
      if (/\/(?:jobs\/|project_templates\/)/u.test(path))
        return JSON.stringify({ data: { gid: "1", status: "not_started", new_project: null } });
      return path.includes("/projects?") ? JSON.stringify({ data: [], next_page: null }) : body;
    });
    const through = await new Reader({ ...server, baseUrl: `${proxy.origin}/api/1.0` }).connect();
    const failure: unknown = await through.write?.create(COMMAND, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "HUB-1427", disposition: "retry-later" });
    expect(isUnknown(failure)).toBe(true);
    await through.close();
    await proxy.close();
  });

  test("belongs to nobody who has left: HUB-1250 before anything is asked for", async () => {
    await server.organise({ do: "deactivate-person", userGid: ASANA.ada });
    const before = await projects();
    await expect(write.create(COMMAND, signal)).rejects.toMatchObject({
      code: "HUB-1250",
      place: { stream: "projects", path: "owner" },
    });
    server.clock.advance(60_000);
    expect(await projects()).toBe(before);
  });
});
