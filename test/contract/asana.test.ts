import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { AsanaProjectTemplateSeed } from "../../src/sandbox/seeds.ts";
import { Reader } from "../connectors/asana/reader.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../support/asana-seed.ts";
import { startAsana } from "../support/asana-server.ts";
import type { AsanaServer, Loose, Reply } from "../support/asana-server.ts";
import { record } from "../support/recorder.ts";
import type { RecordedCall } from "../support/recorder.ts";
import { AsanaSpec } from "./asana-spec.ts";
import { tour } from "./asana-tour.ts";

const OFFICIAL = new URL("../../../shared/specs/asana_oas.yaml", import.meta.url).pathname;
const present = existsSync(OFFICIAL);
const withSpec = present ? describe : describe.skip;
if (!present)
  process.stderr.write("The vendor's specification is not beside the repository: nothing is held against it.\n");

const TEMPLATE: AsanaProjectTemplateSeed = {
  gid: "1200000000009001",
  name: "Onboarding",
  teamGid: ASANA.team,
  ownerGid: null,
  requestedRoles: [{ gid: "1200000000009101", name: "Manager" }],
  customFieldGids: [],
  taskCustomFieldGids: [],
  values: {},
  dueAfterDays: 30,
  sections: [{ name: "Plan", tasks: [{ name: "Kickoff", subtype: "default_task", roleGid: null, dueAfterDays: 2 }] }],
};

let spec: AsanaSpec;
let server: AsanaServer;
const visited: { readonly method: string; readonly path: string; readonly reply: Reply }[] = [];

beforeAll(async () => {
  if (present) spec = new AsanaSpec(OFFICIAL);
  server = await startAsana(asanaSeed(12), "demo");
  await tour(server, async (method, path, data) => {
    const reply = await server.call(method, path, data);
    visited.push({ method, path: path.split("?")[0] ?? path, reply });
    return reply;
  });
}, 60_000);
afterAll(() => server.close());

/** What an exchange breaks, on both sides, batches taken apart. */
function faultsOf({ method, path, request, status, response }: RecordedCall): string[] {
  const body = JSON.parse(response) as Loose;
  const faults = [
    ...spec.requestFaults(method, path, request),
    ...spec.answerFaults(method, path.split("?")[0] ?? path, status, body),
  ];
  if (!path.endsWith("/batch") || status !== 200) return faults;
  const { actions } = (JSON.parse(request) as { data: { actions: { method: string; relative_path: string }[] } }).data;
  const results = body["data"] as { status_code: number; body: unknown }[];
  return [
    ...faults,
    ...actions.flatMap((action, i) => [
      ...spec.requestFaults(action.method.toUpperCase(), action.relative_path, ""),
      ...spec.answerFaults(
        action.method.toUpperCase(),
        action.relative_path,
        results[i]?.status_code ?? 0,
        results[i]?.body,
      ),
    ]),
  ];
}

withSpec("the contract with Asana", () => {
  test("holds for every answer of a tour through all routes of the stand-in", async () => {
    const faults = visited.flatMap(({ method, path, reply }) =>
      spec.answerFaults(method, path, reply.status, reply.body),
    );
    expect([...new Set(faults)]).toEqual([]);
    const counts = (await server.control("GET", "/calls"))["routes"] as Readonly<Record<string, number>>;
    const routes = (await server.control("GET", "/routes")) as unknown as readonly string[];
    // A batch is counted by its actions.
    expect(routes.filter((route) => counts[route] === undefined)).toEqual(["POST /batch"]);
    expect(routes.filter((route) => !spec.has(route))).toEqual([]);
  }, 60_000);

  test("holds for everything the connector sends and is answered", async () => {
    const own = await startAsana({ ...asanaSeed(12), projectTemplates: [TEMPLATE] }, "demo");
    const recorder = await record(new URL(own.baseUrl).origin, own.clock);
    const reader = new Reader({ ...own, baseUrl: `${recorder.origin}/api/1.0` });
    await reader.run();
    await own.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(1) });
    await own.write(ASANA.ada, "POST", `/tasks/${asanaTaskGid(2)}/subtasks`, { name: "Below" });
    await own.write(ASANA.ada, "PUT", `/tasks/${asanaTaskGid(0)}`, { custom_fields: { [ASANA.stage]: ASANA.red } });
    await own.call("DELETE", `/tasks/${asanaTaskGid(3)}`);
    own.clock.advance(60_000);
    await reader.run();
    await own.control("POST", "/events", { expire: true });
    await reader.run();
    await reader.run("sweep");
    const connection = await reader.connect();
    const { signal } = new AbortController();
    const fields = { name: "Epic", section: "Configure", Health: "red", assignee: { person: ASANA.ben } };
    const made = await connection.write?.create(
      { stream: "tasks", marker: "hub:epic-1", parent: ASANA.onboarding, fields },
      signal,
    );
    await connection.write?.find("tasks", "hub:epic-1", signal);
    await connection.write?.update(
      { stream: "tasks", id: made?.id ?? "", fields: { section: "Done" }, idempotencyKey: "op-1" },
      signal,
    );
    await connection.write?.create(
      { stream: "projects", marker: "hub:p-1", fields: { name: "New", team: "Onboarding", "Opportunity ID": "006" } },
      signal,
    );
    const fromTemplate = await connection.write?.create(
      {
        stream: "projects",
        marker: "hub:p-2",
        template: TEMPLATE.name,
        fields: { name: "New", owner: { person: ASANA.ada } },
      },
      signal,
    );
    const epic = { stream: "tasks", parent: ASANA.rollout, fields: { name: "Epic" } };
    await connection.write?.createMany?.(
      [
        { ...epic, marker: "hub:e-1" },
        { ...epic, marker: "hub:e-2" },
      ],
      signal,
    );
    for (const [stream, id] of [
      ["tasks", made?.id],
      ["projects", fromTemplate?.id],
    ] as const)
      await connection.write?.retire({ stream, id: id ?? "", tag: "taken back", idempotencyKey: "u" }, signal);
    await connection.close();
    await recorder.stop();
    await own.close();
    expect(recorder.calls.length).toBeGreaterThan(20);
    expect([...new Set(recorder.calls.flatMap(faultsOf))]).toEqual([]);
  }, 60_000);
});

describe("the stand-in for Asana", () => {
  test("gives every task the keys the service always gives", () => {
    const full = visited.filter(({ method, path }) => method === "POST" && path === "/tasks").at(0)?.reply.data ?? {};
    const keys =
      "gid resource_type resource_subtype name notes completed completed_at created_at modified_at assignee assignee_status due_on due_at start_on start_at parent projects memberships tags followers workspace permalink_url hearted hearts liked likes num_hearts num_likes actual_time_minutes custom_fields assignee_section";
    expect(Object.keys(full).sort()).toEqual(keys.split(" ").sort());
    for (const optIn of ["html_notes", "num_subtasks", "dependencies", "created_by", "completed_by"])
      expect(full).not.toHaveProperty(optIn);
  });

  test("gives every custom field value the one key of its type", () => {
    const everything = visited.filter(
      ({ path, reply }) => path.startsWith("/tasks/") && reply.data["name"] === "Everything",
    );
    const entries = everything.at(-1)?.reply.data["custom_fields"] as readonly Loose[];
    const own: Readonly<Record<string, string>> = {
      text: "text_value",
      number: "number_value",
      enum: "enum_value",
      multi_enum: "multi_enum_values",
      date: "date_value",
      people: "people_value",
      reference: "reference_value",
    };
    for (const entry of entries) {
      expect(Object.values(own).filter((key) => key in entry)).toEqual([own[String(entry["type"])]]);
      expect(entry["display_value"] === null || typeof entry["display_value"] === "string").toBe(true);
    }
    expect(new Set(entries.map((entry) => entry["type"])).size).toBe(7);
  });
});
