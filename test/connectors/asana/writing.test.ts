import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection, CreateCommand, WriteFace } from "../../../src/connectors/kit/index.ts";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { recordsAgain } from "../../support/reread.ts";
import { Reader } from "./reader.ts";

describe("writing to Asana", () => {
  const { signal } = new AbortController();
  let server: AsanaServer;
  let reader: Reader;
  let connection: Connection;
  let write: WriteFace;
  beforeEach(async () => {
    server = await startAsana(asanaSeed());
    reader = new Reader(server);
    connection = await reader.connect();
    if (connection.write === undefined) throw new Error("the connector does not write");
    ({ write } = connection);
  });
  afterEach(async () => {
    await connection.close();
    await server.close();
  });

  test("creates a project with its fields and finds it again by its marker", async () => {
    expect(await write.find("projects", "hub:won-1", signal)).toEqual([]);
    const receipt = await write.create(
      {
        stream: "projects",
        marker: "hub:won-1",
        fields: {
          name: "Onboarding: New",
          team: "Onboarding",
          owner: { person: ASANA.ada },
          due_on: { day: "2026-05-01" },
          "Opportunity ID": "006X",
          Seats: 12,
        },
      },
      signal,
    );
    expect(await write.find("projects", "hub:won-1", signal)).toMatchObject([{ id: receipt.id }]);
    const records = await recordsAgain(connection, "projects", [receipt.id], reader.context("incremental"));
    expect(records[0]?.content).toMatchObject({
      name: "Onboarding: New",
      due_on: "2026-05-01",
      custom_fields: [{ text_value: "006X" }, { number_value: 12 }],
    });
  });

  test("creates a task in a section, an enum by its option's name, and finds it again", async () => {
    const receipt = await write.create(
      {
        stream: "tasks",
        marker: "hub:epic-1",
        parent: ASANA.onboarding,
        fields: { name: "Epic", section: "Configure", Health: "red", notes: "Why", assignee: { person: ASANA.ben } },
      },
      signal,
    );
    expect(await write.find("tasks", "hub:epic-1", signal)).toMatchObject([{ id: receipt.id }]);
    expect(await write.find("tasks", "hub:epic", signal)).toEqual([]);
    const records = await recordsAgain(connection, "tasks", [receipt.id], reader.context("incremental"));
    expect(records[0]?.content).toMatchObject({
      name: "Epic",
      assignee: { gid: ASANA.ben },
      memberships: [{ section: { gid: ASANA.configure } }],
      custom_fields: [{ enum_value: { name: "Red" } }, { text_value: null }],
    });
    expect(records.filter(({ stream }) => stream === "stories").length).toBeGreaterThan(0);
  });

  test("does not create twice when the answer to a creation is lost: it fails and the marker tells", async () => {
    await server.dial({ fault: "lost-answer", route: "POST /tasks", status: 500 });
    const command = { stream: "tasks", marker: "hub:1", parent: ASANA.rollout, fields: { name: "Once" } };
    await expect(write.create(command, signal)).rejects.toMatchObject({ code: "HUB-1409" });
    expect(await write.find("tasks", "hub:1", signal)).toHaveLength(1);
    expect((await server.call("GET", `/tasks?project=${ASANA.rollout}`)).rows).toHaveLength(1);
  });

  test("updates fields and section, but not what changed after it was planned on", async () => {
    const command = {
      stream: "tasks",
      id: asanaTaskGid(0),
      idempotencyKey: "k",
      fields: { name: "New", section: "Done" },
    };
    await write.update({ ...command, unmodifiedSince: Date.parse("2026-01-07T09:00:00.000Z") }, signal);
    const task = await server.call("GET", `/tasks/${asanaTaskGid(0)}`);
    expect(task.data).toMatchObject({ name: "New", memberships: [{ section: { name: "Done" } }] });
    await expect(
      write.update(
        { ...command, fields: { name: "Late" }, unmodifiedSince: Date.parse("2026-01-07T09:00:00.000Z") },
        signal,
      ),
    ).rejects.toMatchObject({ code: "HUB-1420", disposition: "skip-record" });
  });

  test("refuses unknown fields, options, sections and templates with a code and a remedy", async () => {
    const update = (fields: Record<string, string>): Promise<unknown> =>
      write.update({ stream: "tasks", id: asanaTaskGid(0), idempotencyKey: "k", fields }, signal);
    await expect(update({ Nonsense: "x" })).rejects.toMatchObject({ code: "HUB-1416" });
    await expect(update({ Health: "Purple" })).rejects.toMatchObject({ code: "HUB-1417" });
    await expect(update({ section: "Nowhere" })).rejects.toMatchObject({ code: "HUB-1418" });
    await expect(
      write.create({ stream: "projects", marker: "hub:m", template: "t", fields: { name: "x" } }, signal),
    ).rejects.toMatchObject({ code: "HUB-1418" });
    await expect(write.create({ stream: "users", marker: "hub:m", fields: {} }, signal)).rejects.toMatchObject({
      code: "HUB-1419",
    });
    await expect(update({ assignee: "gone@example.com" })).rejects.toMatchObject({ code: "HUB-1250" });
  });

  test("creates a task where `create_from` says, and several in one call, of which a bad one stops no other", async () => {
    const command = (n: number, fields: CreateCommand["fields"] = {}): CreateCommand => ({
      stream: "tasks",
      marker: `hub:many-${n}`,
      template: "Rollout: Beta/End",
      fields: { name: `Epic ${n}`, assignee: { person: "ben@example.com" }, ...fields },
    });
    const commands = [...Array.from({ length: 11 }, (_, n) => command(n)), command(11, { Health: "Purple" })];
    const outcomes = (await write.createMany?.(commands, signal)) ?? [];
    expect(outcomes.map(({ receipt, error }) => receipt?.complete ?? error?.code)).toEqual([
      ...Array.from({ length: 11 }, () => true),
      "HUB-1417",
    ]);
    const { rows } = await server.call("GET", `/sections/${ASANA.rolloutEnd}/tasks?opt_fields=name,assignee.gid`);
    expect(rows).toHaveLength(11);
    expect(rows[0]).toMatchObject({ assignee: { gid: ASANA.ben } });
  });

  test("finds a copy that somebody made, too, the older one first, however many projects it is in", async () => {
    const command = { stream: "tasks", marker: "hub:2", parent: ASANA.rollout, fields: { name: "Epic" } };
    const { id } = await write.create(command, signal);
    await server.call("POST", `/tasks/${id}/addProject`, { project: ASANA.onboarding });
    server.clock.advance(60_000);
    const copy = await server.call("POST", "/tasks", { name: "Copy", projects: [ASANA.rollout], notes: "hub:2" });
    expect((await write.find("tasks", "hub:2", signal)).map((one) => one.id)).toEqual([id, copy.data["gid"]]);
  });

  test("looks in the place it creates in and searches the rest, where the plan has a search", async () => {
    const place = { template: "Rollout: Beta/End" };
    const command = { stream: "tasks", marker: "hub:6", ...place, fields: { name: "Epic" } };
    const { id } = await write.create(command, signal);
    const copy = await server.call("POST", "/tasks", { name: "Copy", projects: [ASANA.onboarding], notes: "hub:6" });
    expect((await write.find("tasks", "hub:6", signal, place)).map((one) => one.id)).toEqual([id]);
    server.clock.advance(write.traits.settleMs);
    const both = [id, String(copy.data["gid"])];
    expect((await write.find("tasks", "hub:6", signal, place)).map((one) => one.id)).toEqual(both);
    expect((await write.find("tasks", "hub:6", signal)).map((one) => one.id)).toEqual(both);
    await server.control("POST", "/plan", { plan: "free" });
    expect((await write.find("tasks", "hub:6", signal, place)).map((one) => one.id)).toEqual(both);
  });

  test("writes over people's notes, never over its own marker", async () => {
    const command = { stream: "tasks", marker: "hub:3", parent: ASANA.rollout, fields: { name: "Epic", notes: "Why" } };
    const { id } = await write.create(command, signal);
    await write.update({ stream: "tasks", id, fields: { notes: "Because" }, idempotencyKey: "k" }, signal);
    expect((await server.call("GET", `/tasks/${id}`)).data["notes"]).toBe("Because\n\nhub:3");
  });

  test("looks before it sends a change again whose answer was lost, so that nobody's edit in between is lost", async () => {
    const id = asanaTaskGid(0);
    const command = { stream: "tasks", id, fields: { name: "Ours" }, idempotencyKey: "k" };
    await server.dial({ fault: "lost-answer", route: "PUT /tasks" });
    await write.update({ ...command, unmodifiedSince: Date.parse("2026-01-07T09:00:00.000Z") }, signal);
    expect((await server.given()).filter((one) => one.startsWith("lost-answer"))).toHaveLength(1);
    await server.dial({ fault: "html", route: "PUT /tasks", times: 5 });
    await expect(write.update({ ...command, fields: { name: "Never" } }, signal)).rejects.toMatchObject({
      fate: "unknown",
    });
    expect((await server.call("GET", `/tasks/${id}`)).data["name"]).toBe("Ours");
  });

  test("tells that a change of what is gone is stale", async () => {
    await server.call("DELETE", `/tasks/${asanaTaskGid(1)}`);
    const command = { stream: "tasks", id: asanaTaskGid(1), fields: { name: "New" }, idempotencyKey: "k" };
    await expect(write.update(command, signal)).rejects.toMatchObject({ code: "HUB-1420", fate: "stale" });
  });

  test("makes a bare project where `create_from` names a team", async () => {
    const command = { stream: "projects", marker: "hub:7", template: "Onboarding", fields: { name: "Made", Seats: 3 } };
    const { id, complete } = await write.create(command, signal);
    expect(complete).toBe(true);
    expect(await write.complete({ ...command, id }, signal)).toMatchObject({ complete: true });
    expect((await server.call("GET", `/projects/${id}`)).data).toMatchObject({
      name: "Made",
      notes: "hub:7",
      team: { gid: ASANA.team },
    });
  });

  test("archives a project and tags a task, with the reason, and finds neither by the marker any more", async () => {
    const fields = { name: "Made", team: "Onboarding" };
    const project = await write.create({ stream: "projects", marker: "hub:4", fields }, signal);
    const task = await write.create(
      { stream: "tasks", marker: "hub:4", parent: project.id, fields: { name: "Made" } },
      signal,
    );
    for (const [stream, id] of [
      ["tasks", task.id],
      ["projects", project.id],
    ] as const) {
      const command = { stream, id, tag: "Taken back by plan 7", idempotencyKey: "u" };
      await write.retire(command, signal);
      await write.retire(command, signal);
      expect(await write.find(stream, "hub:4", signal)).toEqual([]);
    }
    expect((await server.call("GET", `/projects/${project.id}`)).data).toMatchObject({
      archived: true,
      notes: "Taken back by plan 7",
    });
    expect((await server.call("GET", `/tasks/${task.id}?opt_fields=completed,notes,tags.name`)).data).toMatchObject({
      completed: false,
      notes: "Taken back by plan 7",
      tags: [{ name: "archived by hub" }],
    });
  });

  test("tells a project that stands without its fields as half done, and sets them without touching people's", async () => {
    const fields = { name: "Made", team: "Onboarding", "Opportunity ID": "006X", Seats: 12 };
    const command = { stream: "projects", marker: "hub:5", fields };
    await server.dial({ fault: "error", route: "addCustomFieldSetting", status: 403 });
    const half = await write.create(command, signal);
    expect(half).toMatchObject({ complete: false, missing: [expect.stringContaining("no access")] });
    await server.call("POST", `/projects/${half.id}/addCustomFieldSetting`, { custom_field: ASANA.seats });
    await server.call("PUT", `/projects/${half.id}`, { custom_fields: { [ASANA.seats]: 99 } });
    expect(await write.complete({ ...command, id: half.id }, signal)).toMatchObject({ complete: true });
    const { data } = await server.call("GET", `/projects/${half.id}?opt_fields=custom_fields.display_value`);
    expect(data["custom_fields"]).toMatchObject([{ display_value: "99" }, { display_value: "006X" }]);
  });
});
