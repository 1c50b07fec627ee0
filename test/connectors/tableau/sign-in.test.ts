import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { tableau } from "../../../src/connectors/tableau/index.ts";
import { Shared } from "../../../src/connectors/kit/index.ts";
import type { Holds } from "../../../src/connectors/kit/index.ts";
import { HubError } from "../../../src/model/index.ts";
import type { StorePort } from "../../../src/model/index.ts";
import { startTableau } from "../../sandbox/tableau/server.ts";
import type { TableauServer } from "../../sandbox/tableau/server.ts";
import { nock } from "../../support/nock.ts";
import { AS_OF, memoryStore } from "../../support/store.ts";
import { connectTo } from "./connection.ts";

const HOST = "https://10ax.online.tableau.test";
const POD = "https://dub01.online.tableau.test";
const SECRET = "s3cret-of-the-token";
const DESCRIBED = { baseUrl: HOST, site: "techflow", tokenName: "hub", tokenSecret: SECRET };
const signal = new AbortController().signal;

const serverInfo = (version: string) =>
  nock(HOST)
    .get("/api/2.4/serverinfo")
    .reply(200, { serverInfo: { productVersion: { value: "x", build: "y" }, restApiVersion: version } });
const credentials = {
  credentials: { token: "abc|def|site-1", site: { id: "site-1", contentUrl: "techflow" }, user: { id: "user-1" } },
};
const signInBody = {
  credentials: { personalAccessTokenName: "hub", personalAccessTokenSecret: SECRET, site: { contentUrl: "techflow" } },
};
const whoIs = (origin: string, version: string) => {
  const site = nock(origin, { reqheaders: { "x-tableau-auth": "abc|def|site-1" } });
  site.get(`/api/${version}/sites/site-1`).reply(200, { site: { name: "TechFlow" } });
  site.get(`/api/${version}/sites/site-1/users/user-1`).reply(403, { error: { code: "403004", summary: "Forbidden" } });
  site.post(`/api/${version}/auth/signout`).reply(204);
};

describe("signing in to Tableau", () => {
  test.each([
    ["3.9", "3.9"],
    ["3.31", "3.29"],
    ["4.0", "3.29"],
  ])("speaks to a server of version %s in version %s", async (theirs, spoken) => {
    serverInfo(theirs);
    nock(HOST).post(`/api/${spoken}/auth/signin`, signInBody).reply(200, credentials);
    whoIs(HOST, spoken);
    const { connection } = await connectTo(DESCRIBED);
    expect(await connection.identify(signal)).toMatchObject({
      tenant: "site-1",
      userName: "user-1",
      apiVersion: spoken,
    });
    await connection.close();
  });

  test("follows one redirect with the same body and stays on that pod", async () => {
    serverInfo("3.29");
    nock(HOST)
      .post("/api/3.29/auth/signin")
      .reply(301, "", { location: `${POD}/api/3.29/auth/signin` });
    nock(POD).post("/api/3.29/auth/signin", signInBody).reply(200, credentials);
    whoIs(POD, "3.29");
    const { connection } = await connectTo(DESCRIBED);
    expect(await connection.identify(signal)).toMatchObject({ tenantName: "TechFlow" });
    await connection.close();
  });

  test.each([
    [
      "a second redirect",
      () =>
        nock(POD)
          .post("/api/3.29/auth/signin")
          .reply(302, "", { location: `${HOST}/again` }),
      POD,
    ],
    ["one that leaves the encrypted connection", () => undefined, "http://dub01.online.tableau.test"],
  ])("does not follow %s", async (_what, prepare, target) => {
    serverInfo("3.29");
    nock(HOST)
      .post("/api/3.29/auth/signin")
      .reply(301, "", { location: `${target}/api/3.29/auth/signin` });
    prepare();
    const { connection } = await connectTo(DESCRIBED);
    await expect(connection.identify(signal)).rejects.toMatchObject({ code: "HUB-5101" });
  });

  test("is refused with HUB-5101 and never repeats the secret, even when the server does", async () => {
    serverInfo("3.29");
    nock(HOST)
      .post("/api/3.29/auth/signin")
      .reply(401, { error: { code: "401001", summary: "Signin Error", detail: `bad secret ${SECRET}` } });
    const { connection, logged } = await connectTo(DESCRIBED);
    const failure: unknown = await connection.identify(signal).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HubError);
    expect(failure).toMatchObject({ code: "HUB-5101", disposition: "operator" });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(SECRET);
    expect(logged.join("\n")).not.toContain(SECRET);
  });

  test("tells a server that is not there with HUB-5106, without the request in the error", async () => {
    nock(HOST)
      .get("/api/2.4/serverinfo")
      .times(5)
      .replyWithError(Object.assign(new Error("x"), { code: "ECONNREFUSED" }));
    const { connection, sleeps } = await connectTo(DESCRIBED);
    const failure: unknown = await connection.identify(signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "HUB-5106", disposition: "retry-now" });
    expect(inspect(failure, { depth: 10 })).not.toContain("x-tableau-auth");
    expect(sleeps).toHaveLength(4);
  });

  test("tells an answer of somebody else with HUB-5112", async () => {
    nock(HOST).get("/api/2.4/serverinfo").reply(200, "<html>Welcome</html>");
    const { connection } = await connectTo(DESCRIBED);
    await expect(connection.identify(signal)).rejects.toMatchObject({ code: "HUB-5112" });
  });

  test("gives up when a fresh session is refused, too", async () => {
    serverInfo("3.29");
    nock(HOST).post("/api/3.29/auth/signin").times(2).reply(200, credentials);
    nock(HOST)
      .get("/api/3.29/sites/site-1")
      .times(2)
      .reply(401, { error: { code: "401002", summary: "Unauthorized", detail: "abc|def|site-1" } });
    nock(HOST)
      .post("/api/3.29/auth/signout")
      .reply(401, { error: { code: "401002" } });
    const { connection } = await connectTo(DESCRIBED);
    const failure: unknown = await connection.identify(signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "HUB-5102" });
    expect(inspect(failure, { depth: 10 })).not.toContain("abc|def|site-1");
    await connection.close();
  });
});

describe("settings of a Tableau connection", () => {
  test("refuse what they do not know and sizes no request may have", async () => {
    await expect(connectTo(DESCRIBED, { singleRequestMegabytes: 65 })).rejects.toThrow(/singleRequestMegabytes/u);
    await expect(connectTo(DESCRIBED, { projekt: "x" } as object)).rejects.toThrow(/projekt/u);
  });

  test("need no site: a server's default one has an empty content URL", async () => {
    expect(tableau.credentials.find(({ key }) => key === "SITE")?.required).toBe(false);
    serverInfo("3.29");
    const site = { contentUrl: "" };
    nock(HOST)
      .post("/api/3.29/auth/signin", { credentials: { ...signInBody.credentials, site } })
      .reply(200, { credentials: { ...credentials.credentials, site: { id: "site-1", contentUrl: "" } } });
    whoIs(HOST, "3.29");
    const { site: _, ...withoutSite } = DESCRIBED;
    const { connection } = await connectTo(withoutSite);
    expect(await connection.identify(signal)).toMatchObject({ tenantName: "TechFlow" });
    await connection.close();
  });

  test("need an address", async () => {
    await expect(connectTo({ ...DESCRIBED, baseUrl: "10ax" })).rejects.toMatchObject({ code: "HUB-5101" });
  });
});

describe("two connections with the same token", () => {
  let server: TableauServer;
  beforeEach(async () => {
    server = await startTableau({ hyperd: "" });
  });
  afterEach(() => server.stop());

  const operations = async (): Promise<Readonly<Record<string, number>>> =>
    ((await server.control("/calls")) as { operations: Record<string, number> }).operations;

  test("hold one login, so that neither ends the other's, and the last of them signs out", async () => {
    const shared = new Shared();
    const open = () => connectTo(server.description, {}, undefined, shared);
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([one.connection.identify(signal), two.connection.identify(signal)]);
    expect(await operations()).toMatchObject({ "auth.signIn": 1 });
    await one.connection.close();
    await two.connection.identify(signal);
    expect(await operations()).toMatchObject({ "auth.signIn": 1 });
    await two.connection.close();
    expect(await operations()).toMatchObject({ "auth.signIn": 1, "auth.signOut": 1 });
    const third = await open();
    await third.connection.identify(signal);
    await third.connection.close();
    expect(await operations()).toMatchObject({ "auth.signIn": 2, "auth.signOut": 2 });
  });

  test("sign in once between them when it is lost", async () => {
    const shared = new Shared();
    const [one, two] = await Promise.all([
      connectTo(server.description, {}, undefined, shared),
      connectTo(server.description, {}, undefined, shared),
    ]);
    await one.connection.identify(signal);
    await server.control("/lose-session", {});
    await Promise.all([one.connection.identify(signal), two.connection.identify(signal)]);
    expect(await operations()).toMatchObject({ "auth.signIn": 2 });
    await Promise.all([one.connection.close(), two.connection.close()]);
  });

  test("each sign in where one of them was stopped while it did", async () => {
    const shared = new Shared();
    const [one, two] = await Promise.all([
      connectTo(server.description, {}, undefined, shared),
      connectTo(server.description, {}, undefined, shared),
    ]);
    const stopped = AbortSignal.abort(new Error("enough"));
    const [first, second] = await Promise.allSettled([
      one.connection.identify(stopped),
      two.connection.identify(signal),
    ]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
    await Promise.all([one.connection.close(), two.connection.close()]);
  });
});

describe("processes with the same token", () => {
  let server: TableauServer;
  let store: StorePort;
  beforeEach(async () => {
    server = await startTableau({ hyperd: "" });
    store = memoryStore();
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  /** What a process on the store may have to itself. */
  const holdsOf = (owner: string, isAlive = true): Holds => {
    const holder = { owner, isAlive: () => isAlive, wallNow: () => AS_OF };
    return { take: (name) => store.holds.take(name, holder), giveBack: (name) => store.holds.giveBack(name, owner) };
  };
  const process = (holds: Holds, described = server.description, onSleep?: () => Promise<void>) =>
    connectTo(described, {}, onSleep, new Shared(), undefined, holds);

  test("take turns: the second waits until the first has signed out, and neither ends the other's login", async () => {
    const one = await process(holdsOf("host:1"));
    await one.connection.identify(signal);
    let looks = 0;
    const two = await process(holdsOf("host:2"), server.description, async () => {
      looks += 1;
      if (looks < 3) await one.connection.identify(signal);
      if (looks === 3) await one.connection.close();
    });
    expect(await two.connection.identify(signal)).toMatchObject({ userName: "hub@techflow.example" });
    expect(two.sleeps).toEqual([1000, 1000, 1000]);
    expect((await server.control("/calls")) as object).toMatchObject({ operations: { "auth.signIn": 2 } });
    await two.connection.close();
  });

  test("are told so with HUB-5119 after a minute, and nobody is thrown out", async () => {
    const one = await process(holdsOf("host:1"));
    await one.connection.identify(signal);
    const two = await process(holdsOf("host:2"));
    await expect(two.connection.identify(signal)).rejects.toMatchObject({
      code: "HUB-5119",
      disposition: "retry-later",
      message: expect.stringContaining("host:1"),
    });
    await two.connection.close();
    await one.connection.identify(signal);
    expect((await server.control("/calls")) as object).toMatchObject({ operations: { "auth.signIn": 1 } });
    await one.connection.close();
  });

  test("do not wait for one that died, nor as a connected app, whose user has as many logins as wanted", async () => {
    await (await process(holdsOf("host:1"))).connection.identify(signal);
    const { tokenName: _, tokenSecret: __, ...app } = server.description;
    for (const [described, isAlive] of [
      [app, true],
      [server.description, false],
    ] as const) {
      const { connection, sleeps } = await process(holdsOf("host:2", isAlive), described);
      await connection.identify(signal);
      expect(sleeps).toEqual([]);
      await connection.close();
    }
  });
});

describe("a connected app", () => {
  let server: TableauServer;
  beforeEach(async () => {
    server = await startTableau({ hyperd: "" });
  });
  afterEach(() => server.stop());

  const asApp = () => {
    const { tokenName: _, tokenSecret: __, ...app } = server.description;
    return app;
  };

  test("signs in as its user, each time with a token of its own", async () => {
    const { connection, logged } = await connectTo(asApp());
    expect(await connection.identify(signal)).toMatchObject({ userName: "hub@techflow.example", notes: [] });
    await server.control("/lose-session", {});
    expect(await connection.identify(signal)).toMatchObject({ userName: "hub@techflow.example" });
    await connection.close();
    expect(logged).toEqual([]);
  });

  test("is told with HUB-5101 when its secret is wrong, and the secret is nowhere in it", async () => {
    const { connection } = await connectTo({ ...asApp(), secret: "not-the-secret" });
    const error: unknown = await connection.identify(signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "HUB-5101", remedy: expect.stringContaining("APP_CLIENT_ID") });
    expect(inspect(error)).not.toContain("not-the-secret");
  });
});
