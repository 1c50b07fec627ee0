import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startBendingProxy } from "../../support/bending-proxy.ts";
import type { BendingProxy } from "../../support/bending-proxy.ts";
import type { ReadFace, Reread } from "../../../src/connectors/kit/index.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { minutes, Reader } from "./reader.ts";

type Loose = Record<string, unknown>;
const { signal } = new AbortController();
let server: AsanaServer;
let reader: Reader;
const open: BendingProxy[] = [];
beforeEach(async () => {
  server = await startAsana(asanaSeed(120));
  reader = new Reader(server);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((proxy) => proxy.close()));
  await server.close();
});

/** Everything in the answer changed by `to`. */
function changed(value: unknown, to: (holder: Loose) => void): unknown {
  if (Array.isArray(value)) for (const one of value) changed(one, to);
  else if (typeof value === "object" && value !== null) {
    to(value as Loose);
    for (const one of Object.values(value)) changed(one, to);
  }
  return value;
}

/** A reader that sees Asana through a glass that bends what it answers. */
async function behindGlass(bend: { now: (holder: Loose, path: string) => void }): Promise<Reader> {
  const { origin, pathname } = new URL(server.baseUrl);
  const proxy = await startBendingProxy(origin, (path, body) =>
    body === "" ? body : JSON.stringify(changed(JSON.parse(body) as unknown, (holder) => bend.now(holder, path))),
  );
  open.push(proxy);
  return new Reader({ ...server, baseUrl: `${proxy.origin}${pathname}` });
}
const clear = (): void => {};
const write = (method: string, path: string, data?: unknown): Promise<Loose> =>
  server.write(ASANA.ada, method, path, data);

async function withRead<T>(use: (read: ReadFace) => Promise<T>): Promise<T> {
  const connection = await reader.connect();
  try {
    if (connection.read === undefined) throw new Error("Asana is not read.");
    return await use(connection.read);
  } finally {
    await connection.close();
  }
}

describe("losing nothing of Asana", () => {
  test("lists a project section by section where Asana cuts its listing off", async () => {
    await server.control("POST", "/options", { resultCeiling: 100 });
    await reader.run();
    expect(reader.ids("tasks")).toHaveLength(120);
    expect(reader.counts.get("tasks")).toBe(120);
  });

  test("says which project is too long when one of its sections is, and deletes nothing by it", async () => {
    await server.close();
    server = await startAsana(asanaSeed(220));
    reader = new Reader(server);
    await reader.run();
    await server.control("POST", "/options", { resultCeiling: 100 });
    await expect(reader.run("sweep")).rejects.toMatchObject({ code: "HUB-1408", disposition: "stop-stream" });
    expect(reader.ids("tasks")).toHaveLength(220);
    expect(reader.tombstones).toEqual([]);
  });

  test("keeps where tasks stood when the token loses the scope to see it", async () => {
    const bend = { now: clear as (holder: Loose, path: string) => void };
    reader = await behindGlass(bend);
    await reader.run();
    bend.now = (holder) => {
      if (Array.isArray(holder["memberships"])) holder["memberships"] = [{}];
    };
    await write("PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Renamed" });
    await expect(reader.run()).rejects.toMatchObject({ code: "HUB-1422", place: { path: "memberships" } });
    expect(reader.normalise("tasks", asanaTaskGid(1)).fields["section"]).toMatchObject({ name: "Configure" });
    bend.now = clear;
    await reader.run();
    expect(reader.content("tasks", asanaTaskGid(1))["name"]).toBe("Renamed");
  });

  test("keeps the values of a custom field that goes out of sight, names it, and goes on when it is back", async () => {
    const bend = { now: clear as (holder: Loose, path: string) => void };
    reader = await behindGlass(bend);
    await reader.run();
    bend.now = (holder, path) => {
      for (const key of ["custom_fields", ...(path.includes("/custom_fields") ? ["data"] : [])]) {
        const list = holder[key];
        if (Array.isArray(list)) holder[key] = list.filter((one: Loose) => one["gid"] !== ASANA.stage);
      }
      const body = holder["body"] as { data?: Loose } | undefined;
      if (body?.data?.["gid"] === ASANA.stage) holder["status_code"] = 403;
    };
    await write("PUT", `/tasks/${asanaTaskGid(1)}`, { custom_fields: { [ASANA.stage]: ASANA.red } });
    await expect(reader.run()).rejects.toMatchObject({ code: "HUB-1423", message: expect.stringContaining("Health") });
    expect(reader.tombstones).toContainEqual({
      stream: "custom_fields",
      id: ASANA.stage,
      cause: "visibility lost",
      at: null,
    });
    expect(reader.normalise("tasks", asanaTaskGid(1)).fields["Health"]).toMatchObject({ name: "Green" });
    bend.now = clear;
    await reader.run();
    expect(reader.normalise("tasks", asanaTaskGid(1)).fields["Health"]).toMatchObject({ name: "Red" });
  });

  test("goes on reading a custom field that was renamed, without reading anything anew", async () => {
    await reader.run();
    await write("PUT", `/custom_fields/${ASANA.stage}`, { name: "Mood" });
    await write("PUT", `/tasks/${asanaTaskGid(1)}`, { custom_fields: { [ASANA.stage]: ASANA.red } });
    const calls = await reader.run();
    expect(reader.normalise("tasks", asanaTaskGid(1)).fields["Mood"]).toMatchObject({ name: "Red" });
    expect(calls["GET /tasks"]).toBe(2);
  });

  test("finds changes whose events were lost at once, and moves and deletions by the next sweep", async () => {
    await reader.run();
    server.clock.advance(minutes(30));
    await server.control("POST", "/events", { drop: 1000 });
    await write("PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Renamed" });
    await write("DELETE", `/tasks/${asanaTaskGid(3)}`);
    await server.write(null, "POST", `/sections/${ASANA.done}/addTask`, { task: asanaTaskGid(5) });
    await reader.run();
    expect(reader.content("tasks", asanaTaskGid(1))["name"]).toBe("Renamed");
    await reader.run("sweep");
    expect(reader.ids("tasks")).not.toContain(asanaTaskGid(3));
    expect(reader.tombstones).toMatchObject([{ id: asanaTaskGid(3), cause: "deleted" }]);
    expect(reader.normalise("tasks", asanaTaskGid(5)).fields["section"]).toMatchObject({ name: "Done" });
    expect(reader.normalise("tasks", asanaTaskGid(5)).gaps).toEqual([]);
  });

  test("reads subtasks to any depth with their history", async () => {
    let parent = asanaTaskGid(2);
    const below: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      const made = (await write("POST", `/tasks/${parent}/subtasks`, { name })) as { data: { gid: string } };
      parent = made.data.gid;
      below.push(parent);
    }
    await reader.run();
    expect(reader.ids("tasks")).toEqual(expect.arrayContaining(below));
    expect(reader.normalise("tasks", below[3] ?? "").fields["parent"]).toEqual({ stream: "tasks", id: below[2] });
    expect(reader.counts.get("tasks")).toBe(124);
    await write("DELETE", `/tasks/${asanaTaskGid(2)}`);
    await reader.run();
    expect(reader.tombstones.map(({ id }) => id).sort()).toEqual([asanaTaskGid(2), ...below].sort());
  });

  test("ends no section that a listing left out and Asana still gives by name", async () => {
    const bend = { now: (_holder: Loose, _path: string): void => {} };
    reader = await behindGlass(bend);
    await reader.run();
    const before = reader.ids("sections");
    bend.now = (holder, path) => {
      if (/\/projects\/\d+\/sections/u.test(path) && Array.isArray(holder["data"])) holder["data"].pop();
    };
    await reader.run("full");
    expect(reader.ids("sections")).toEqual(before);
    expect(reader.tombstones.filter(({ stream }) => stream === "sections")).toEqual([]);
  });

  test("takes an action that failed within a batch for no answer about its object", async () => {
    const bend = { now: (_holder: Loose, _path: string): void => {} };
    reader = await behindGlass(bend);
    await reader.run();
    bend.now = (holder) => {
      if ("status_code" in holder) holder["status_code"] = 400;
    };
    const connection = await reader.connect();
    for (const [stream, id] of [
      ["sections", ASANA.done],
      ["users", ASANA.ada],
      ["tasks", asanaTaskGid(1)],
    ] as const) {
      const pages: Reread[] = [];
      const reading = (async (): Promise<void> => {
        for await (const page of connection.read?.reread(stream, [id], reader.context("incremental")) ?? [])
          pages.push(page);
      })();
      await expect(reading).rejects.toMatchObject({ code: "HUB-1410" });
      expect(pages).toEqual([]);
    }
    await connection.close();
  });

  test("reads single records again with their histories, and says what is gone and what is out of sight", async () => {
    await reader.run();
    await write("PUT", `/tasks/${asanaTaskGid(1)}`, { name: "Renamed" });
    await write("DELETE", `/tasks/${asanaTaskGid(3)}`);
    const found: Reread[] = await withRead(async (read) => {
      const pages: Reread[] = [];
      const context = reader.context("incremental");
      const again = async (stream: string, ...ids: readonly string[]): Promise<void> => {
        for await (const page of read.reread(stream, ids, context)) pages.push(page);
      };
      await again("tasks", asanaTaskGid(1), asanaTaskGid(3));
      await again("projects", ASANA.onboarding, "99");
      await again("sections", ASANA.done);
      await again("users", ASANA.ada);
      await expect(again("nothing", "1")).rejects.toMatchObject({ code: "HUB-1413" });
      return pages;
    });
    const records = found.flatMap((page) => page.records);
    const live = records.filter(({ member, stream }) => member === undefined && stream !== "events");
    expect(live.map(({ stream, id }) => `${stream} ${id}`)).toEqual([
      `tasks ${asanaTaskGid(1)}`,
      `projects ${ASANA.onboarding}`,
      `sections ${ASANA.done}`,
      `users ${ASANA.ada}`,
    ]);
    expect(records.some(({ member }) => member?.id === asanaTaskGid(1))).toBe(true);
    expect(found.flatMap(({ tombstones }) => tombstones)).toMatchObject([
      { stream: "tasks", id: asanaTaskGid(3), cause: "deleted" },
      { stream: "projects", id: "99", cause: "deleted" },
    ]);
  });

  test("counts as Asana does, and estimates before it reads", async () => {
    await write("POST", `/tasks/${asanaTaskGid(1)}/addProject`, { project: ASANA.rollout });
    const partition = { stream: "tasks", id: ASANA.onboarding, title: "Onboarding: Acme" };
    const rollout = { ...partition, id: ASANA.rollout, title: "Rollout: Beta" };
    expect(await withRead(async (read) => read.estimate(partition, null, reader.context("incremental")))).toEqual({
      calls: 2 + 120,
      records: 120,
      exact: false,
    });
    await reader.run();
    expect(reader.counts.get("tasks")).toBe(120);
    const audits = await withRead((read) =>
      Promise.all([partition, rollout].map(async (one) => read.audit(one, reader.context("sweep")))),
    );
    const stored = audits.map(
      (audit) =>
        reader.ids("tasks").filter((id) => audit?.bucketOf({ id, content: reader.content("tasks", id) }) !== null)
          .length,
    );
    expect(audits.map((audit) => audit?.buckets)).toEqual([
      [{ name: `Onboarding: Acme (${ASANA.onboarding})`, count: 120 }],
      [{ name: `Rollout: Beta (${ASANA.rollout})`, count: 1 }],
    ]);
    expect(stored).toEqual([120, 1]);
    const position = reader.positions.get(`tasks/${ASANA.onboarding}`) ?? null;
    const again = await withRead(async (read) => read.estimate(partition, position, reader.context("incremental")));
    expect(again?.calls).toBe(1);
  });

  test("tells of a free plan when it connects", async () => {
    await server.control("POST", "/plan", { plan: "free" });
    const connection = await reader.connect();
    const { notes } = await connection.identify(signal);
    await connection.close();
    expect(notes.join(" ")).toContain("no custom fields");
  });
});

describe("writing to Asana only what differs", () => {
  test("sends nothing where everything is as wanted", async () => {
    const connection = await reader.connect();
    const fields = { name: "Task 1", assignee: { person: ASANA.ben }, Health: "green", section: "Configure" };
    const receipt = await connection.write?.update(
      { stream: "tasks", id: asanaTaskGid(1), idempotencyKey: "k", fields },
      signal,
    );
    await connection.close();
    const { routes } = (await server.control("GET", "/calls")) as { routes: Record<string, number> };
    expect(Object.keys(routes).filter((route) => /PUT|addTask/u.test(route))).toEqual([]);
    expect(receipt).toMatchObject({ id: asanaTaskGid(1), at: Date.parse("2026-01-05T09:00:00.000Z") });
  });

  test("sends the part that differs and leaves no trace of the rest", async () => {
    await reader.run();
    const connection = await reader.connect();
    const fields = { name: "Task 1", Health: "red", section: "Configure", due_on: { day: "2026-01-20" } };
    await connection.write?.update({ stream: "tasks", id: asanaTaskGid(1), idempotencyKey: "k", fields }, signal);
    await connection.close();
    await reader.run();
    const told = [...(reader.records.get("stories") ?? [])]
      .filter(([, { member }]) => member?.id === asanaTaskGid(1))
      .map(([, { content }]) => content["resource_subtype"]);
    expect(told).toEqual(["added_to_project", "section_changed", "enum_custom_field_changed"]);
  });
});
