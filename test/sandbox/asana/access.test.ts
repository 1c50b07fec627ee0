import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ASANA, asanaSeed, asanaTaskGid } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer, Loose } from "../../support/asana-server.ts";

const REDIRECT = "https://example.com/back";

describe("access to the Asana stand-in", () => {
  let asana: AsanaServer;
  let origin: string;
  beforeEach(async () => {
    asana = await startAsana(asanaSeed());
    origin = asana.baseUrl.replace("/api/1.0", "");
  });
  afterEach(() => asana.close());

  const consent = async (query: Record<string, string>): Promise<URLSearchParams> => {
    const { clientId = "" } = asana.description;
    const asked = new URLSearchParams({ client_id: clientId, redirect_uri: REDIRECT, response_type: "code", ...query });
    const page = await fetch(`${origin}/-/oauth_authorize?${asked.toString()}`, { redirect: "manual" });
    return new URL(page.headers.get("location") ?? "https://nowhere/").searchParams;
  };
  const form = async (path: string, fields: Record<string, string>): Promise<{ status: number; body: Loose }> => {
    const { clientId = "", clientSecret = "" } = asana.description;
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields });
    const response = await fetch(`${origin}/-/${path}`, { method: "POST", body });
    return { status: response.status, body: (await response.json()) as Loose };
  };
  const grant = async (scope: string): Promise<Loose> => {
    const code = (await consent({ scope })).get("code") ?? "";
    return (await form("oauth_token", { grant_type: "authorization_code", redirect_uri: REDIRECT, code })).body;
  };

  test("binds a code to its PKCE challenge, its address and one use", async () => {
    const verifier = "a-verifier-long-enough-to-be-one-of-the-real-ones-43";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
    const exchange = (code: string, more: Record<string, string>): Promise<{ status: number; body: Loose }> =>
      form("oauth_token", { grant_type: "authorization_code", redirect_uri: REDIRECT, code, ...more });
    const wrong = (await consent(pkce)).get("code") ?? "";
    expect((await exchange(wrong, { code_verifier: "other" })).body).toMatchObject({ error: "invalid_grant" });
    const right = (await consent({ ...pkce, state: "s" })).get("code") ?? "";
    expect((await exchange(right, { code_verifier: verifier })).status).toBe(200);
    expect((await exchange(right, { code_verifier: verifier })).status).toBe(400);
    expect((await consent({ code_challenge: challenge, state: "s" })).get("error")).toBe("invalid_request");
    const elsewhere = (await consent({})).get("code") ?? "";
    expect((await exchange(elsewhere, { redirect_uri: "https://example.com/other" })).status).toBe(400);
  });

  test("ends an app's access tokens with its refresh token, and answers the same for an unknown one", async () => {
    const granted = await grant("default");
    const token = String(granted["access_token"]);
    expect((await asana.call("GET", "/users/me", undefined, token)).status).toBe(200);
    expect((await form("oauth_revoke", { token })).status).toBe(400);
    expect((await form("oauth_revoke", { token: String(granted["refresh_token"]) })).status).toBe(200);
    expect((await asana.call("GET", "/users/me", undefined, token)).status).toBe(401);
    expect((await form("oauth_revoke", { token: "never-was" })).status).toBe(200);
  });

  test("shows a task without its projects to a token that may read tasks only, and refuses other routes", async () => {
    const token = String((await grant("tasks:read users:read"))["access_token"]);
    const task = await asana.call("GET", `/tasks/${asanaTaskGid(1)}`, undefined, token);
    expect(task.data["memberships"]).toEqual([{}]);
    expect(task.data).not.toHaveProperty("projects");
    expect((await asana.call("GET", `/projects/${ASANA.onboarding}`, undefined, token)).status).toBe(403);
    expect((await asana.call("PUT", `/tasks/${asanaTaskGid(1)}`, { name: "x" }, token)).status).toBe(403);
    expect((await consent({ scope: "tasks:fly" })).get("error")).toBe("invalid_scope");
  });

  test("keeps external data to the app that wrote it", async () => {
    const token = String((await grant("default"))["access_token"]);
    const { data } = await asana.call("PUT", `/tasks/${asanaTaskGid(0)}`, { external: { gid: "006/1 2" } }, token);
    expect(data["external"]).toEqual({ gid: "006/1 2", data: null });
    const found = await asana.call("GET", "/tasks/external%3A006%2F1%202", undefined, token);
    expect(found.data["gid"]).toBe(asanaTaskGid(0));
    expect((await asana.call("GET", `/tasks/${asanaTaskGid(0)}`)).data).not.toHaveProperty("external");
    expect((await asana.call("PUT", `/tasks/${asanaTaskGid(0)}`, { external: { gid: "x" } })).status).toBe(403);
  });

  test("gives a free plan no custom fields, no search, no portfolios and 150 calls a minute", async () => {
    await asana.control("POST", "/plan", { plan: "free", token: asana.token });
    expect((await asana.call("GET", `/tasks/${asanaTaskGid(0)}`)).data).not.toHaveProperty("custom_fields");
    const refused: readonly (readonly [string, string])[] = [
      [`/workspaces/${ASANA.workspace}/tasks/search?text=x`, "Search is only available to premium users."],
      [`/workspaces/${ASANA.workspace}/custom_fields`, "Custom Fields are not available for free users or guests."],
      [
        `/projects/${ASANA.onboarding}/custom_field_settings`,
        "Custom Field Settings are not available for free users.",
      ],
      [`/portfolios?workspace=${ASANA.workspace}&owner=me`, "Portfolios are not available for free users."],
    ];
    for (const [path, message] of refused) {
      const reply = await asana.call("GET", path);
      expect([reply.status, (reply.body["errors"] as Loose[])[0]?.["message"]]).toEqual([402, message]);
    }
    const left = 150 - 1 - refused.length;
    for (let n = 0; n < left; n += 1) await asana.call("GET", "/users/me?opt_fields=gid");
    expect((await asana.call("GET", "/users/me")).status).toBe(429);
  });

  test("charges a wide answer after it was given", async () => {
    await asana.control("POST", "/limits", { costPerMinute: 20 });
    const wide = `/tasks?project=${ASANA.onboarding}&limit=6&opt_fields=custom_fields`;
    expect((await asana.call("GET", wide)).status).toBe(200);
    const refused = await asana.call("GET", "/users/me");
    expect(refused.status).toBe(429);
    asana.clock.advance(Number(refused.headers.get("retry-after")) * 1000);
    expect((await asana.call("GET", "/users/me")).status).toBe(200);
  });
});
