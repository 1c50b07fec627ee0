import { afterEach, describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import type { Connection } from "../../../src/connectors/kit/index.ts";
import { nock } from "../../support/nock.ts";

const ORIGIN = "https://asana.invalid";
const BASE = `${ORIGIN}/api/1.0`;
const ME = { data: { gid: "7", name: "Ada", workspaces: [{ gid: "1", name: "One" }] } };
const APP = { CLIENT_ID: "app", CLIENT_SECRET: "hush", REFRESH_TOKEN: "again" };
const { signal } = new AbortController();

let wall = Date.UTC(2026, 0, 1);
const slept: number[] = [];
const connect = async (credentials: Readonly<Record<string, string>>): Promise<Connection> =>
  asana.connect({
    name: "asana-main",
    settings: asana.settings.parse({}),
    credentials: { BASE_URL: BASE, ...credentials },
    dependencies: {
      // The clock of the records stands still; only the wall says when a token ends.
      clock: { now: () => 0 },
      wallNow: () => wall,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
      random: () => 0.5,
      ledger: {
        take: () => Promise.resolve(true),
        observe: () => {},
        state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
        reserve: () => {},
      },
      log: () => {},
    },
  });

const grants = (token: string, seconds = 3600): nock.Scope =>
  nock(ORIGIN)
    .post("/-/oauth_token", {
      grant_type: "refresh_token",
      client_id: "app",
      client_secret: "hush",
      refresh_token: "again",
    })
    .matchHeader("content-type", /^application\/x-www-form-urlencoded/u)
    .reply(200, { access_token: token, expires_in: seconds, token_type: "bearer" });
const fields = (token: string): nock.Scope =>
  nock(BASE, { reqheaders: { authorization: `Bearer ${token}` } })
    .get("/workspaces/1/custom_fields")
    .query(true)
    .reply(200, { data: [] });
const projects = (token: string): nock.Scope =>
  nock(BASE, { reqheaders: { authorization: `Bearer ${token}` } })
    .get("/projects")
    .query(true)
    .reply(200, { data: [] });
const lookForProject = async (connection: Connection): Promise<unknown> =>
  connection.write?.find("projects", "marker", signal);
const me = (token: string): nock.Scope =>
  nock(BASE, { reqheaders: { authorization: `Bearer ${token}` } })
    .get("/users/me")
    .query(true)
    .reply(200, ME);

async function using<T>(
  credentials: Readonly<Record<string, string>>,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(credentials);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

describe("signing in to Asana", () => {
  afterEach(() => {
    slept.length = 0;
    wall = Date.UTC(2026, 0, 1);
  });

  test("asks for one token however many calls wait for it", async () => {
    grants("first");
    me("first");
    for (let n = 0; n < 4; n += 1) projects("first");
    await using(APP, async (connection) => {
      await lookForProject(connection);
      await Promise.all([1, 2, 3].map(() => lookForProject(connection)));
    });
    expect(nock.isDone()).toBe(true);
  });

  test("renews a token shortly before its end, by the wall's clock", async () => {
    grants("first");
    me("first");
    projects("first");
    await using(APP, async (connection) => {
      await lookForProject(connection);
      wall += 3_500_000;
      projects("first");
      await lookForProject(connection);
      wall += 60_000;
      grants("second");
      projects("second");
      await lookForProject(connection);
    });
    expect(nock.isDone()).toBe(true);
  });

  test("renews a token that is refused before its end, once", async () => {
    grants("first");
    nock(BASE, { reqheaders: { authorization: "Bearer first" } })
      .get("/users/me")
      .query(true)
      .reply(401, {});
    grants("second");
    me("second");
    fields("second");
    await using(APP, async (connection) => {
      expect(await connection.identify(signal)).toMatchObject({ user: "7" });
    });
    grants("third");
    grants("fourth");
    nock(BASE).get("/users/me").query(true).twice().reply(401, {});
    await using(APP, async (connection) => {
      await expect(connection.identify(signal)).rejects.toMatchObject({ code: "HUB-1401" });
    });
  });

  test("gets over a sign-in that fails for a moment", async () => {
    nock(ORIGIN).post("/-/oauth_token").reply(502, "<html>");
    grants("first");
    me("first");
    fields("first");
    await using(APP, (connection) => connection.identify(signal));
    expect(slept.length).toBeGreaterThan(0);
  });

  test("tells an operator about a refresh token that is not accepted, without showing it", async () => {
    nock(ORIGIN)
      .post("/-/oauth_token")
      .reply(400, { error: "invalid_grant", error_description: "The `refresh_token` provided was invalid." });
    await using(APP, async (connection) => {
      const failure = connection.identify(signal);
      await expect(failure).rejects.toMatchObject({ code: "HUB-1401", disposition: "operator" });
      await expect(failure).rejects.not.toThrow(/again|hush/u);
    });
  });

  test("refuses two ways to sign in, and half of one", async () => {
    await expect(connect({ TOKEN: "t", ...APP })).rejects.toMatchObject({ code: "HUB-1421", disposition: "operator" });
    await expect(connect({ CLIENT_ID: "app" })).rejects.toMatchObject({ code: "HUB-1101", disposition: "operator" });
    await expect(connect({})).rejects.toMatchObject({ code: "HUB-1101" });
  });

  test("tells of a free plan at connect time and keeps to its pace", async () => {
    nock(BASE).get("/users/me").query(true).reply(200, ME);
    nock(BASE)
      .get("/workspaces/1/custom_fields")
      .query(true)
      .reply(402, { errors: [{ message: "Custom Fields are not available for free users or guests." }] });
    const { notes } = await using({ TOKEN: "t" }, (connection) => connection.identify(signal));
    expect(notes.join(" ")).toMatch(/no custom fields.*150 calls a minute/u);
  });

  test("describes tasks of a free plan without custom fields, which the note has told of", async () => {
    nock(BASE).get("/users/me").query(true).reply(200, ME);
    nock(BASE)
      .get("/workspaces/1/custom_fields")
      .query(true)
      .reply(402, { errors: [{ message: "Custom Fields are not available for free users or guests." }] });
    const { fields } = await using({ TOKEN: "t" }, (connection) => connection.describe("tasks", signal));
    expect(fields.map(({ name }) => name)).toContain("completed");
  });

  test("finds a task by the external id that only an app may give it, and creates it with one", async () => {
    grants("first");
    const external = "/tasks/external%3Ahub-1";
    nock(BASE)
      .get(external)
      .query(true)
      .reply(404, { errors: [{ message: "task: Unknown object" }] });
    me("first");
    nock(BASE).get("/workspaces/1/custom_fields").query(true).reply(200, { data: [] });
    nock(BASE)
      .post("/tasks", { data: { name: "Made", external: { gid: "hub-1" }, projects: ["5"] } })
      .query(true)
      .reply(201, { data: { gid: "99", created_at: "2026-01-01T00:00:00.000Z" } });
    nock(BASE)
      .get(external)
      .query(true)
      .reply(200, { data: { gid: "99" } });
    await using(APP, async ({ write }) => {
      expect(await write?.find("tasks", "hub-1", signal)).toEqual([]);
      const command = { stream: "tasks", marker: "hub-1", parent: "5", fields: { name: "Made" } };
      expect(await write?.create(command, signal)).toMatchObject({ id: "99" });
      expect(await write?.find("tasks", "hub-1", signal)).toMatchObject([{ id: "99" }]);
    });
  });
});
