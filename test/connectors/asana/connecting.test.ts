import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import type { Connection } from "../../../src/connectors/kit/index.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";
import { nock } from "../../support/nock.ts";
import { Reader } from "./reader.ts";

describe("connecting to Asana", () => {
  const { signal } = new AbortController();
  let server: AsanaServer;
  beforeEach(async () => {
    server = await startAsana(asanaSeed());
  });
  afterEach(() => server.close());

  async function withConnection<T>(use: (connection: Connection) => Promise<T>, token?: string): Promise<T> {
    const reader = new Reader(token === undefined ? server : { ...server, token });
    const connection = await reader.connect();
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  test("says which workspace and user it is", async () => {
    expect(await withConnection((connection) => connection.identify(signal))).toMatchObject({
      tenant: ASANA.workspace,
      tenantName: "Example",
      user: ASANA.service,
      userName: "Process Hub",
      apiVersion: "1.0",
    });
  });

  test("describes tasks with custom fields and the fields of their project", async () => {
    const { fields } = await withConnection((connection) => connection.describe("tasks", signal));
    const names = new Map(fields.map(({ name, type }) => [name, type]));
    expect(names.get("section")).toBe("option");
    expect(names.get("Health")).toBe("option");
    expect(names.get("project.Seats")).toBe("number");
  });

  test("tells an operator about a token that is not accepted, without showing it", async () => {
    const failure = withConnection((connection) => connection.identify(signal), "2/secret");
    await expect(failure).rejects.toMatchObject({ code: "HUB-1401", disposition: "operator" });
    await expect(failure).rejects.not.toThrow(/secret/u);
  });

  test("stops at once when it is asked to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stopped by hand"));
    await expect(withConnection((connection) => connection.identify(stop.signal))).rejects.toThrow("stopped by hand");
  });

  const BASE = "https://asana.invalid/api/1.0";
  async function elsewhere(use: (connection: Connection) => Promise<unknown>): Promise<unknown> {
    const away = { ...server, baseUrl: BASE, token: "t" };
    const connection = await new Reader(away).connect();
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  test("refuses an answer that is not Asana's", async () => {
    nock(BASE).get("/users/me").query(true).reply(200, "<html>welcome</html>", { "content-type": "text/html" });
    await expect(elsewhere((connection) => connection.identify(signal))).rejects.toMatchObject({ code: "HUB-1410" });
  });

  test("asks which workspace when the token sees several", async () => {
    const workspaces = [
      { gid: "1", name: "One" },
      { gid: "2", name: "Two" },
    ];
    nock(BASE)
      .get("/users/me")
      .query(true)
      .reply(200, { data: { gid: "7", name: "Ada", workspaces } });
    await expect(elsewhere((connection) => connection.identify(signal))).rejects.toMatchObject({
      code: "HUB-1415",
      disposition: "operator",
    });
  });

  test("tries again after dropped connections and gives up with HUB-1202", async () => {
    let connections = 0;
    const dropping = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      dropping.listen(0, "127.0.0.1", resolve);
    });
    const { port } = dropping.address() as AddressInfo;
    const away = { ...server, baseUrl: `http://127.0.0.1:${port}/api/1.0` };
    const connection = await new Reader(away).connect();
    await expect(connection.identify(signal)).rejects.toMatchObject({ code: "HUB-1202" });
    await connection.close();
    dropping.close();
    expect(connections).toBe(8);
  });

  test("refuses settings it does not know", () => {
    expect(asana.settings.safeParse({ project: {} }).success).toBe(false);
  });
});
