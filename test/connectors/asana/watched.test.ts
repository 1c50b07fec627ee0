import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection, UpdateCommand, WriteReceipt } from "../../../src/connectors/kit/index.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { Reader } from "./reader.ts";

const { signal } = new AbortController();
const PROJECT = { stream: "projects", id: ASANA.onboarding, idempotencyKey: "key" };

let server: AsanaServer;
let connection: Connection;
beforeEach(async () => {
  server = await startAsana(asanaSeed());
  connection = await new Reader(server).connect();
});
afterEach(async () => {
  await connection.close();
  await server.close();
});

const update = async (fields: UpdateCommand["fields"]): Promise<WriteReceipt | undefined> =>
  connection.write?.update({ ...PROJECT, fields }, signal);
/** Somebody is quicker than the hub's own write. */
const meanwhile = (data: object): Promise<unknown> =>
  server.dial({
    fault: "meanwhile",
    route: "PUT /projects",
    write: { method: "PUT", path: `/projects/${ASANA.onboarding}`, asUserGid: ASANA.ben, body: { data } },
  });

describe("an update of a project", () => {
  test("hears who changed a field that it writes, right before it did", async () => {
    await meanwhile({ custom_fields: { [ASANA.seats]: 77 } });
    expect((await update({ Seats: 12 }))?.overlooked).toMatchObject([{ by: ASANA.ben }]);
    await meanwhile({ due_on: "2026-06-01" });
    expect((await update({ due_on: { day: "2026-07-01" } }))?.overlooked).toMatchObject([{ by: ASANA.ben }]);
  });

  test("takes neither its own changes nor those of other fields for somebody's", async () => {
    await meanwhile({ due_on: "2026-06-01" });
    expect((await update({ Seats: 12 }))?.overlooked).toBe(undefined);
    expect((await update({ Seats: 13 }))?.overlooked).toBe(undefined);
  });
});
