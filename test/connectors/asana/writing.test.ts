import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection, WriteFace } from "../../../src/connectors/kit/index.ts";
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
      write.create({ stream: "projects", marker: "m", template: "t", fields: { name: "x" } }, signal),
    ).rejects.toMatchObject({ code: "HUB-1419" });
  });
});
