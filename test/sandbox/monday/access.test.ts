import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";
import { startMonday } from "../../support/monday-server.ts";
import type { MondayServer } from "../../support/monday-server.ts";

let monday: MondayServer;
beforeEach(async () => {
  monday = await startMonday(mondaySeed([mondayBoardSeed("7", 30)]));
});
afterEach(() => monday.stop());

const APP = { client_id: "sandbox-monday-client", client_secret: "sandbox-monday-client-secret" };
const REDIRECT = "https://hub.example.test/callback";
const origin = (): string => new URL(monday.endpoint).origin;
const post = (path: string, body: object): Promise<Response> =>
  fetch(`${origin()}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const authorize = async (more: Record<string, string>): Promise<string> => {
  const query = new URLSearchParams({ client_id: APP.client_id, redirect_uri: REDIRECT, state: "s1", ...more });
  const answer = await fetch(`${origin()}/oauth2/authorize?${query.toString()}`, { redirect: "manual" });
  const target = new URL(answer.headers.get("location") ?? "");
  expect([answer.status, target.searchParams.get("state")]).toEqual([302, "s1"]);
  return target.searchParams.get("code") ?? "";
};
const as = (token: string, query: string): ReturnType<MondayServer["call"]> =>
  monday.call(query, {}, { authorization: token });
const code = (answer: Awaited<ReturnType<MondayServer["call"]>>): unknown =>
  answer.body.errors?.[0]?.extensions?.["code"];

describe("access to the stand-in for monday.com", () => {
  test("is granted by the legacy flow to what was consented to, once per code", async () => {
    const spent = await authorize({ scope: "me:read boards:read" });
    const answer = await post("/oauth2/token", { ...APP, redirect_uri: REDIRECT, code: spent });
    const token = (await answer.json()) as { access_token: string };
    expect(token).toMatchObject({ token_type: "Bearer", scope: "me:read boards:read" });
    expect(token).not.toHaveProperty("refresh_token");
    expect((await as(token.access_token, "{ me { id } boards { id } }")).body.data).toMatchObject({
      me: { id: "101" },
    });
    const users = await as(token.access_token, "{ me { id } users { id } }");
    expect(users.body).toMatchObject({ data: { me: { id: "101" }, users: null } });
    expect(code(users)).toBe("missingRequiredPermissions");
    const write = await as(token.access_token, 'mutation { create_item(board_id: 7, item_name: "No") { id } }');
    expect(code(write)).toBe("missingRequiredPermissions");
    expect((await post("/oauth2/token", { ...APP, redirect_uri: REDIRECT, code: spent })).status).toBe(400);
    await monday.control("POST", "/uninstall", {});
    expect((await as(token.access_token, "{ me { id } }")).status).toBe(401);
  });

  test("is granted by OAuth 2.1 for an hour with PKCE, and renewed by a refresh token that changes", async () => {
    const verifier = "a-long-enough-verifier-of-random-looking-text";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
    const grant = { grant_type: "authorization_code", client_id: APP.client_id, redirect_uri: REDIRECT };
    const wrong = await post("/oauth_ms/oauth/token", {
      ...grant,
      code: await authorize(pkce),
      code_verifier: "other",
    });
    expect(wrong.status).toBe(400);
    const good = await post("/oauth_ms/oauth/token", {
      ...grant,
      code: await authorize(pkce),
      code_verifier: verifier,
    });
    const first = (await good.json()) as { access_token: string; refresh_token: string; expires_in: number };
    expect(first.expires_in).toBe(3600);
    const claims = JSON.parse(
      Buffer.from(first.access_token.split(".")[1] ?? "", "base64url").toString("utf8"),
    ) as object;
    expect(claims).toHaveProperty("exp");
    const renew = (refresh: string): Promise<Response> =>
      post("/oauth_ms/oauth/token", { grant_type: "refresh_token", client_id: APP.client_id, refresh_token: refresh });
    const second = (await (await renew(first.refresh_token)).json()) as { access_token: string; refresh_token: string };
    expect((await as(second.access_token, "{ me { id } }")).status).toBe(200);
    expect((await as(first.access_token, "{ me { id } }")).status).toBe(401);
    expect((await renew(first.refresh_token)).status).toBe(400);
    await post("/oauth_ms/oauth/revoke", { token: second.refresh_token });
    expect((await as(second.access_token, "{ me { id } }")).status).toBe(401);
    const told = await fetch(`${origin()}/oauth_ms/.well-known/oauth-authorization-server`);
    expect(await told.json()).toMatchObject({ code_challenge_methods_supported: ["S256"] });
  });

  test("is denied with 403 to view-only, inactive and unconfirmed people", async () => {
    await monday.control("POST", "/tokens", { token: "ann", userId: "102" });
    for (const change of [
      { kind: "view_only" },
      { kind: "member", enabled: false },
      { enabled: true, emailConfirmed: false },
    ]) {
      await monday.control("POST", "/people", { id: "102", ...change });
      const denied = await as("ann", "{ me { id } }");
      expect([denied.status, code(denied)]).toEqual([403, "USER_ACCESS_DENIED"]);
    }
    await monday.control("POST", "/people", { id: "102", emailConfirmed: true });
    expect((await as("ann", "{ me { id } }")).status).toBe(200);
  });

  test("hides private boards from others and all boards from guests who are not subscribed", async () => {
    await monday.control("POST", "/tokens", { token: "ann", userId: "102" });
    const made = await monday.data<{ create_board: { id: string } }>(
      'mutation { create_board(board_name: "Secret", board_kind: private) { id } }',
    );
    const { id } = made.create_board;
    expect((await as("ann", "{ boards { id } }")).body.data).toEqual({ boards: [{ id: "7" }] });
    const write = await as("ann", `mutation { create_item(board_id: ${id}, item_name: "x") { id } }`);
    expect(code(write)).toBe("USER_UNAUTHORIZED");
    await monday.data(`mutation { add_users_to_board(board_id: ${id}, user_ids: [102]) { id } }`);
    await monday.control("POST", "/people", { id: "102", kind: "guest" });
    expect((await as("ann", "{ boards { id } items(ids: [70001]) { id } }")).body.data).toEqual({
      boards: [{ id }],
      items: [],
    });
  });

  test("lets an app read and write within budgets of their own", async () => {
    const scopes = ["boards:read", "boards:write", "me:read"];
    await monday.control("POST", "/app-tokens", { token: "app", userId: "101", scopes });
    await monday.control("POST", "/limits", { token: "app", complexityMinute: 100 });
    await as("app", "{ boards { items_page { items { id } } } }");
    expect((await as("app", "{ me { id } }")).status).toBe(429);
    expect((await as("app", 'mutation { create_item(board_id: 7, item_name: "Still") { id } }')).status).toBe(200);
  });
});

describe("the versions of the stand-in for monday.com", () => {
  const served = (version: string, query: string): ReturnType<MondayServer["call"]> =>
    monday.call(query, {}, { "api-version": version });

  test("are served as asked, the oldest for a retired one, the current for one that never was", async () => {
    const asked = ["2027-01", "2026-10", "2026-04", "2025-04", "2024-01", "2030-01", "2026-11", "dev"];
    const got = [];
    for (const version of asked) got.push((await served(version, "{ me { id } }")).headers.get("api-version"));
    expect(got).toEqual(["2027-01", "2026-10", "2026-04", "2025-04", "2025-04", "2026-10", "2026-10", "dev"]);
  });

  test("have the fields of their time", async () => {
    expect((await served("2026-07", "{ me { is_admin enabled } }")).body.data).toEqual({
      me: { is_admin: false, enabled: true },
    });
    expect((await served("2026-04", "{ me { created_at } }")).body.data).toEqual({ me: { created_at: "2025-06-01" } });
    expect((await served("2026-07", "{ me { created_at } }")).body.data).toEqual({
      me: { created_at: "2025-06-01T00:00:00.000Z" },
    });
    const removed = await served("2026-10", "{ me { is_admin } }");
    expect(removed.body.errors?.[0]?.message).toContain('Cannot query field "is_admin" on type "User"');
    expect((await served("2025-07", "{ boards { columns { settings } } }")).body.data).toBeUndefined();
    expect((await served("2025-10", "{ boards { columns { settings } } }")).body.errors).toBeUndefined();
    const raw = await fetch(monday.endpoint, {
      method: "POST",
      headers: { authorization: monday.token, "api-version": "2025-04" },
      body: JSON.stringify({ query: "{ me { id } }" }),
    });
    expect(await raw.json()).toMatchObject({ data: { me: { id: "101" } }, account_id: 9001 });
  });

  test("tell more of a complexity refusal up to 2025-07", async () => {
    await monday.control("POST", "/limits", { complexityMinute: 50 });
    await monday.call("{ boards { items_page { items { id } } } }");
    const old = await served("2025-07", "{ me { id } }");
    expect(old.body.errors?.[0]?.extensions).toMatchObject({
      complexity: 10,
      complexity_budget_limit: 50,
      status_code: 429,
    });
    const recent = await served("2026-10", "{ me { id } }");
    expect(recent.body.errors?.[0]?.extensions).toEqual({ code: "COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds: 60 });
  });
});
