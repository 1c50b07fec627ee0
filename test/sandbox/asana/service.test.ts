import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";
import type * as Sdk from "asana";

describe("the Asana stand-in as a service", () => {
  let asana: AsanaServer;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
  });
  afterEach(() => asana.close());

  test("counts every batch action, keeps the order of results and answers a failing action in place", async () => {
    const batch = await asana.call("POST", "/batch", {
      actions: [
        {
          method: "get",
          relative_path: `/tasks/${asanaTaskGid(1)}/stories`,
          options: { limit: 1, fields: ["resource_subtype"] },
        },
        { method: "get", relative_path: "/tasks/1" },
        { method: "post", relative_path: `/tasks/${asanaTaskGid(0)}/stories`, data: { text: "hello" } },
        { method: "post", relative_path: "/batch", data: {} },
      ],
    });
    expect(batch.rows.map((row) => row["status_code"])).toEqual([200, 404, 201, 400]);
    expect(batch.rows[0]?.["body"]).toMatchObject({
      data: [{ gid: expect.any(String), resource_subtype: "added_to_project" }],
      next_page: { offset: expect.any(String) },
    });
    const counts = await asana.control("GET", "/calls");
    expect(counts).toMatchObject({ total: 3, routes: { "GET /tasks/{task_gid}/stories": 1 } });
    const tooMany = await asana.call("POST", "/batch", {
      actions: Array.from({ length: 11 }, () => ({ method: "get", relative_path: "/users/me" })),
    });
    expect(tooMany.status).toBe(400);
  });

  test("refuses with 429 and the seconds to wait, lets the call through after that long, fails a whole batch", async () => {
    await asana.control("POST", "/limits", { perMinute: 3 });
    for (let n = 0; n < 3; n += 1) expect((await asana.call("GET", "/users/me")).status).toBe(200);
    const refused = await asana.call("GET", "/users/me");
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    asana.clock.advance(wait * 1000);
    expect((await asana.call("GET", "/users/me")).status).toBe(200);
    asana.clock.advance(60_000);
    const actions = Array.from({ length: 4 }, () => ({ method: "get", relative_path: "/users/me" }));
    expect((await asana.call("POST", "/batch", { actions })).status).toBe(429);
  });

  test("exchanges and refreshes OAuth tokens by form and refuses a bad refresh token", async () => {
    const redirect = "https://example.com/back";
    const { clientId = "", clientSecret = "" } = asana.description;
    const origin = asana.baseUrl.replace("/api/1.0", "");
    const consent = await fetch(
      `${origin}/-/oauth_authorize?client_id=${clientId}&redirect_uri=${redirect}&response_type=code&state=s`,
      { redirect: "manual" },
    );
    const code = new URL(consent.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const post = async (form: Record<string, string>): Promise<{ status: number; body: Loose }> => {
      const body = new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri: redirect,
        ...form,
      });
      const response = await fetch(`${origin}/-/oauth_token`, { method: "POST", body });
      return { status: response.status, body: (await response.json()) as Loose };
    };
    const granted = await post({ grant_type: "authorization_code", code });
    expect(granted.body).toMatchObject({ expires_in: 3600, token_type: "bearer", data: { gid: ASANA.service } });
    const refreshed = await post({ grant_type: "refresh_token", refresh_token: String(granted.body["refresh_token"]) });
    expect(refreshed.body).not.toHaveProperty("refresh_token");
    const token = String(refreshed.body["access_token"]);
    expect((await asana.call("GET", "/users/me", undefined, token)).data["gid"]).toBe(ASANA.service);
    const bad = await post({ grant_type: "refresh_token", refresh_token: "x" });
    expect(bad).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const external = { gid: "opp-1", data: "{}" };
    const made = await asana.call("POST", "/tasks", { name: "x", projects: [ASANA.rollout], external }, token);
    expect(made.status).toBe(201);
    expect(made.data["external"]).toEqual(external);
    const found = await asana.call("GET", "/tasks/external%3Aopp-1", undefined, token);
    expect(found.data["gid"]).toBe(made.data["gid"]);
    expect((await asana.call("GET", "/tasks/external%3Aopp-1")).status).toBe(404);
  });

  test("plays planned faults, also after the change was made", async () => {
    await asana.dial({ fault: "lost-answer", route: "POST /tasks", status: 502 });
    const response = await fetch(`${asana.baseUrl}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${asana.token}`, "content-type": "application/json" },
      body: JSON.stringify({ data: { name: "Ghost", projects: [ASANA.rollout] } }),
    });
    expect(response.status).toBe(502);
    expect(response.headers.get("content-type")).toMatch("text/html");
    expect((await asana.call("GET", `/tasks?project=${ASANA.rollout}`)).rows).toMatchObject([{ name: "Ghost" }]);
  });

  test("answers 403 for a project put out of the token's sight", async () => {
    await asana.control("POST", "/hide", { projectGid: ASANA.onboarding });
    const project = await asana.call("GET", `/projects/${ASANA.onboarding}`);
    expect(project.status).toBe(403);
    expect(project.body["errors"]).toMatchObject([{ message: "You do not have access to this project." }]);
    expect((await asana.call("GET", `/tasks/${asanaTaskGid(1)}`)).status).toBe(403);
    expect((await asana.call("GET", `/projects?workspace=${ASANA.workspace}`)).rows).toHaveLength(1);
  });

  test("works unchanged with the official client", async () => {
    const sdk = createRequire(import.meta.url)("asana") as typeof Sdk;
    const client = new sdk.ApiClient() as unknown as Record<string, unknown> & {
      authentications: { token: { accessToken: string } };
    };
    client["basePath"] = asana.baseUrl;
    client["RETURN_COLLECTION"] = false;
    client.authentications.token.accessToken = asana.token;
    const tasks = new sdk.TasksApi(client as unknown as Sdk.ApiClient);
    const page = (await tasks.getTasks({ project: ASANA.onboarding, limit: 4, opt_fields: "name" })) as Loose;
    expect(page["data"]).toHaveLength(4);
    expect(page["next_page"]).toMatchObject({ offset: expect.any(String) });
    const made = (await tasks.createTask({ data: { name: "By client", projects: [ASANA.rollout] } }, {})) as {
      data: Loose;
    };
    expect(made.data["name"]).toBe("By client");
    const events = new sdk.EventsApi(client as unknown as Sdk.ApiClient);
    await expect(events.getEvents(ASANA.onboarding, {})).rejects.toMatchObject({
      status: 412,
      response: { body: { sync: expect.any(String) } },
    });
  });
});
