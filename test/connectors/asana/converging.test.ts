import { afterEach, describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import { pull } from "../../../src/sync/index.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { begin, memoryStore } from "../../support/store.ts";
import { minutes, Reader } from "./reader.ts";

/** Small reproducible numbers below a bound. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** One change somebody might make, chosen by the dice; some are refused, as in life. */
async function change(
  server: AsanaServer,
  roll: (below: number) => number,
  tasks: string[],
  step: number,
): Promise<void> {
  const task = tasks[roll(tasks.length)] ?? "";
  const sections = [ASANA.kickoff, ASANA.configure, ASANA.done, ASANA.rolloutStart, ASANA.rolloutEnd];
  const section = sections[roll(sections.length)] ?? "";
  const project = roll(2) === 0 ? ASANA.onboarding : ASANA.rollout;
  const by = [ASANA.ada, ASANA.ben, null][roll(3)] ?? null;
  const write = (method: string, path: string, data?: unknown): Promise<unknown> =>
    server.write(by, method, path, data);
  switch (roll(17)) {
    case 0:
    case 1:
    case 2:
      await write("POST", `/sections/${section}/addTask`, { task });
      break;
    case 3:
      await write("PUT", `/tasks/${task}`, { completed: roll(2) === 0 });
      break;
    case 4:
      await write("PUT", `/tasks/${task}`, { name: `Name ${step}`, due_on: `2026-03-${10 + roll(18)}` });
      break;
    case 5:
      await write("DELETE", `/tasks/${task}`);
      break;
    case 6:
      await server.control("POST", "/restore", { taskGid: task });
      break;
    case 7: {
      const made = (await write("POST", "/tasks", { name: `New ${step}`, projects: [project] })) as {
        data?: { gid: string };
      };
      if (made.data !== undefined) tasks.push(made.data.gid);
      break;
    }
    case 8:
      await write("POST", `/tasks/${task}/addProject`, { project });
      break;
    case 9:
      await write("POST", `/tasks/${task}/removeProject`, { project });
      break;
    case 10: {
      const made = (await write("POST", `/tasks/${task}/subtasks`, { name: `Part ${step}` })) as {
        data?: { gid: string };
      };
      if (made.data !== undefined) tasks.push(made.data.gid);
      break;
    }
    case 11:
      await write("DELETE", `/projects/${project}`);
      break;
    case 12:
    case 13:
      await server.control("POST", "/restore", { projectGid: project });
      break;
    case 14:
      await write("POST", `/projects/${project}/sections`, { name: `Section ${step}` });
      break;
    case 15:
      if (roll(2) === 0) await write("DELETE", `/sections/${section}`);
      else await write("PUT", `/sections/${section}`, { name: `S ${step}` });
      break;
    default:
      await write("PUT", `/tasks/${task}`, { custom_fields: { [ASANA.stage]: roll(2) === 0 ? ASANA.red : null } });
  }
}

/** Projects, sections, and tasks with their histories, as mapping sees them. */
function picture(reader: Reader, only?: ReadonlySet<string>): Record<string, unknown> {
  const normalise = reader.normaliser();
  const whole = (stream: string, ids: readonly string[]): unknown =>
    Object.fromEntries(ids.map((id) => [id, normalise(reader.entity(stream, id))]));
  return {
    projects: whole("projects", reader.ids("projects")),
    sections: whole("sections", reader.ids("sections")),
    tasks: whole(
      "tasks",
      reader.ids("tasks").filter((id) => only === undefined || only.has(id)),
    ),
  };
}

describe("following Asana", () => {
  const servers: AsanaServer[] = [];
  const start = async (tasks: number): Promise<AsanaServer> => {
    const server = await startAsana(asanaSeed(tasks));
    servers.push(server);
    return server;
  };
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  test.each([1, 23, 40])(
    "ends where a fresh reading ends, whatever happened in between (%i)",
    async (seed) => {
      const server = await start(30);
      const roll = dice(seed * 7919);
      const tasks = Array.from({ length: 30 }, (_, n) => asanaTaskGid(n));
      const reader = new Reader(server);
      await reader.run();
      for (let round = 0; round < 6; round += 1) {
        for (let step = 0; step < 12; step += 1) {
          await change(server, roll, tasks, round * 100 + step);
          server.clock.advance(roll(4) * 20_000);
        }
        server.clock.advance(minutes(round === 3 ? 26 * 60 : 7));
        await reader.run();
        const fresh = new Reader(server);
        await fresh.run();
        const inProjects = new Set(fresh.ids("tasks"));
        expect(picture(reader, inProjects)).toEqual(picture(fresh));
        for (const id of reader.ids("tasks")) {
          if (!inProjects.has(id)) expect((await server.call("GET", `/tasks/${id}`)).status).toBe(200);
        }
      }
    },
    30_000,
  );

  test("certifies a complete reading through the store, and a second one changes nothing", async () => {
    const server = await start(120);
    const store = memoryStore();
    const fence = await begin(store);
    const run = (): ReturnType<typeof pull> =>
      pull({
        sources: [
          {
            name: "asana-main",
            definition: asana,
            settings: asana.settings.parse({}),
            credentials: () => Promise.resolve({ TOKEN: server.token, BASE_URL: server.baseUrl }),
            selection: { tasks: ["assignee", "project.Seats"], projects: ["owner"] },
          },
        ],
        mode: "incremental",
        store,
        fence,
        dependencies: {
          clock: { now: () => server.clock.now() },
          wallNow: () => server.clock.now(),
          sleep: () => Promise.resolve(),
          random: () => 0.5,
          ledger: store.ledger,
          log: () => {},
        },
        progress: () => {},
        signal: new AbortController().signal,
      });
    const first = await run();
    expect(first.complete).toBe(true);
    const tasks = first.connections[0]?.certificates.find(({ stream }) => stream === "tasks");
    expect(tasks).toMatchObject({ stored: 120, sourceCount: 120, rejected: 0 });
    const second = await run();
    const { certificates = [] } = second.connections[0] ?? {};
    expect(certificates.map(({ stream }) => stream)).toContain("tasks");
    for (const certificate of certificates)
      expect(certificate).toMatchObject({ inserted: 0, changed: 0, removed: 0, complete: true });
    await store.close();
  });
});
