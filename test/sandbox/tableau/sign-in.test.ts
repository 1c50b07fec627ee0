import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { errorCode, signIn, startTableau } from "./server.ts";
import type { TableauServer } from "./server.ts";

let server: TableauServer;
beforeAll(async () => {
  server = await startTableau();
});
afterAll(async () => {
  await server.stop();
});

describe("server info", () => {
  test.each(["/api/2.4/serverInfo", "/api/2.4/serverinfo", "/api/3.29/serverinfo/"])("answers at %s", async (path) => {
    const text = await (await fetch(`${server.origin}${path}`)).text();
    expect(text).toMatch(/^<\?xml/u);
    expect(text).toContain("<restApiVersion>3.29</restApiVersion>");
  });

  test("keeps plain texts plain in JSON", async () => {
    const response = await fetch(`${server.origin}/api/2.4/serverInfo`, { headers: { accept: "application/json" } });
    expect(await response.json()).toEqual({
      serverInfo: { productVersion: { value: "2026.2.5", build: "20262.26.0804.1806" }, restApiVersion: "3.29" },
    });
  });

  test("refuses a version above its own and does not take 3.9 for more than 3.29", async () => {
    const newer = await fetch(`${server.origin}/api/3.30/serverInfo`);
    expect([newer.status, errorCode(await newer.text())]).toEqual([404, "404001"]);
    expect((await fetch(`${server.origin}/api/3.9/serverInfo`)).status).toBe(200);
  });
});

describe("signing in", () => {
  test("reads JSON as well as XML, whatever the Content-Type says", async () => {
    const response = await fetch(`${server.origin}/api/3.29/auth/signin`, {
      method: "POST",
      headers: { accept: "application/json" },
      body: JSON.stringify({
        credentials: {
          personalAccessTokenName: server.description["tokenName"],
          personalAccessTokenSecret: server.description["tokenSecret"],
          site: { contentUrl: "techflow" },
        },
      }),
    });
    expect(await response.json()).toMatchObject({ credentials: { site: { contentUrl: "techflow" } } });
  });

  test("refuses a wrong secret with 401001 and says nothing of a token", async () => {
    const response = await fetch(`${server.origin}/api/3.29/auth/signin`, {
      method: "POST",
      body: '<tsRequest><credentials personalAccessTokenName="process-hub" personalAccessTokenSecret="no"><site contentUrl="techflow"/></credentials></tsRequest>',
    });
    expect([response.status, errorCode(await response.text())]).toEqual([401, "401001"]);
  });

  test("keeps one live login per personal access token", async () => {
    const first = await signIn(server);
    const second = await signIn(server);
    const lost = await first.call("GET", "/projects");
    expect([lost.status, errorCode(await lost.text())]).toEqual([401, "401002"]);
    expect((await second.call("GET", "/projects")).status).toBe(200);
  });

  test("keeps logins with a password apart from each other", async () => {
    const body =
      '<tsRequest><credentials name="hub@techflow.example" password="tableau-sandbox"><site contentUrl="techflow"/></credentials></tsRequest>';
    const enter = async () => {
      const text = await (await fetch(`${server.origin}/api/3.29/auth/signin`, { method: "POST", body })).text();
      return { token: /token="([^"]+)"/u.exec(text)?.[1] ?? "", site: /<site id="([^"]+)"/u.exec(text)?.[1] ?? "" };
    };
    const first = await enter();
    await enter();
    const response = await fetch(`${server.origin}/api/3.29/sites/${first.site}/projects`, {
      headers: { "X-Tableau-Auth": first.token },
    });
    expect(response.status).toBe(200);
  });

  test("ends a session at sign-out, after which its token is unknown", async () => {
    const session = await signIn(server);
    const out = () =>
      fetch(`${server.origin}/api/3.29/auth/signout`, { method: "POST", headers: { "x-tableau-auth": session.token } });
    expect((await out()).status).toBe(204);
    expect((await out()).status).toBe(401);
  });

  test("switches to another site with a new token and not to the same one", async () => {
    await server.control("/sites", { contentUrl: "second", name: "Second" });
    const session = await signIn(server);
    const to = async (contentUrl: string) =>
      fetch(`${server.origin}/api/3.29/auth/switchSite`, {
        method: "POST",
        headers: { "x-tableau-auth": session.token },
        body: `<tsRequest><site contentUrl="${contentUrl}"/></tsRequest>`,
      });
    const same = await to("techflow");
    expect(errorCode(await same.text())).toBe("403070");
    const other = await (await to("second")).text();
    expect(other).toContain('contentUrl="second"');
    expect(errorCode(await (await session.call("GET", "/projects")).text())).toBe("401002");
  });
});

describe("the way in", () => {
  test("tells a missing token, a foreign site, a wrong verb and an unknown path apart", async () => {
    const session = await signIn(server);
    const bare = await fetch(`${server.origin}/api/3.29/sites/${session.siteId}/projects`);
    expect(errorCode(await bare.text())).toBe("401000");
    const foreign = await fetch(`${server.origin}/api/3.29/sites/${session.siteId.replace(/^./u, "x")}/projects`, {
      headers: { "x-tableau-auth": session.token },
    });
    expect(errorCode(await foreign.text())).toBe("403004");
    expect(errorCode(await (await session.call("PATCH", "/projects")).text())).toBe("405000");
    expect(errorCode(await (await session.call("GET", "/nothing")).text())).toBe("404000");
  });

  test("misbehaves as planned, once", async () => {
    const session = await signIn(server);
    await server.dial({ fault: "throttle", route: "GET /projects", seconds: 7 });
    const limited = await session.call("GET", "/projects");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await session.call("GET", "/projects")).status).toBe(200);
    await server.dial({ fault: "error", status: 500 }, { fault: "lost-answer", route: "POST /projects" });
    const failed = await session.call("GET", "/projects");
    expect([failed.status, errorCode(await failed.text())]).toEqual([500, "500000"]);
    const body = '<tsRequest><project name="Unheard" /></tsRequest>';
    await expect(session.call("POST", "/projects", { body })).rejects.toThrow("fetch failed");
    expect(await (await session.call("GET", "/projects")).text()).toContain("Unheard");
    await server.dial({ fault: "expire-token" });
    expect((await session.call("GET", "/projects")).status).toBe(401);
  });
});
