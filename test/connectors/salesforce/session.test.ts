import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { connect, context, cutMidBody, describeOf, failureOf, json, readAll, rows, stubOrg } from "./stub-org.ts";
import type { Answer, StubOrg } from "./stub-org.ts";

let org: StubOrg;
let moved: StubOrg;
beforeEach(async () => {
  org = await stubOrg();
  moved = await stubOrg();
});
afterEach(async () => {
  await org.close();
  await moved.close();
});

const { signal } = new AbortController();
const expired = json(401, [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]);
const token = (origin: string): Answer =>
  json(200, {
    access_token: "secret-token",
    instance_url: origin,
    id: "http://x/id/00D5e000000000AEAA/0055e",
    token_type: "Bearer",
  });

describe("signing in", () => {
  test("is tried again after a busy page, a cut and half an answer, and waits as it is asked to", async () => {
    const busy: Answer = (_seen, response) => {
      response.writeHead(503, { "content-type": "text/html", "Retry-After": "7" }).end("<html>busy</html>");
    };
    org.tokens.push(busy, cutMidBody, json(200, { hello: "world" }), token(org.origin));
    org.script.push(describeOf("Lead", { Id: "id" }));
    const session = await connect(org.origin);
    await session.connection.describe("Lead", signal);
    expect(session.waits).toEqual([7000, 500, 1000]);
  });

  test("is made anew for whoever still wants it when the one who began it gives up", async () => {
    const giving = new AbortController();
    const held: Answer = () => giving.abort(new Error("given up"));
    org.tokens.push(held, token(org.origin));
    org.script.push(describeOf("Lead", { Id: "id" }));
    const { connection } = await connect(org.origin);
    const first = connection.describe("Lead", giving.signal);
    const second = connection.describe("Account", signal);
    await expect(first).rejects.toThrow("given up");
    await expect(second).resolves.toMatchObject({ stream: "Account" });
  });

  test("that is refused is told at once, with what the org said and no more", async () => {
    org.tokens.push(json(400, { error: "invalid_grant", error_description: "user hasn't approved this consumer" }));
    const session = await connect(org.origin);
    expect(await failureOf(session.connection.describe("Lead", signal))).toMatchObject({
      code: "HUB-1301",
      disposition: "operator",
      message: expect.stringContaining("user hasn't approved this consumer"),
    });
    expect(session.waits).toEqual([]);
  });

  test.each([
    ["calls", 403, [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }]],
    ["sign-ins", 400, { error: "invalid_grant", error_description: "login rate exceeded" }],
  ])("that is refused because %s are used up waits for them (HUB-1303)", async (_what, status, body) => {
    org.tokens.push(json(status, body));
    const { connection } = await connect(org.origin);
    expect(await failureOf(connection.describe("Lead", signal))).toMatchObject({
      code: "HUB-1303",
      disposition: "retry-later",
      retryAt: expect.any(Number),
    });
  });

  test.each([
    [json(403, [{ errorCode: "FORBIDDEN", message: "not from here" }]), "FORBIDDEN: not from here"],
    [json(400, { error: "invalid_client" }), "invalid_client"],
    [json(400, { hello: "world" }), "status 400"],
    [json(500, { hello: "world" }), "ERROR_HTTP_500"],
  ])("is told in what words there are, and never as undefined (%#)", async (answer, text) => {
    org.tokens.push(answer, answer, answer, answer, answer);
    const { connection } = await connect(org.origin);
    const failure = await failureOf(connection.describe("Lead", signal));
    expect(failure.message).toContain(text);
    expect(failure.message).not.toContain("undefined");
  });
});

describe("a session", () => {
  test("follows the org to another address, and sends nothing there twice", async () => {
    org.tokens.push(token(org.origin), token(moved.origin));
    org.script.push(expired);
    moved.script.push(describeOf("Lead", { Id: "id" }), rows([]));
    const session = await connect(org.origin);
    await readAll(session, "Lead", null, context({}));
    expect(org.seen.filter(({ path }) => path.endsWith("/describe"))).toHaveLength(1);
    expect(moved.seen.map(({ path }) => path)).toEqual([
      "/services/data/v64.0/sobjects/Lead/describe",
      "/services/data/v64.0/query",
    ]);
  });

  test("that expired is renewed for the identity endpoints, too, which answer 403", async () => {
    const identity = json(200, { user_id: "0055e0000000001", organization_id: "00D5e000000000A" });
    const bad: Answer = (_seen, response) =>
      response.writeHead(403, { "content-type": "text/html" }).end("Bad_OAuth_Token");
    org.script.push(bad, identity, json(200, { sobjects: [] }));
    const session = await connect(org.origin);
    expect(await session.connection.identify(signal)).toMatchObject({
      tenant: "00D5e000000000AEAQ",
      user: "0055e0000000001AAA",
    });
  });

  test("leaves its token out of every log line and error", async () => {
    org.tokens.push(token(org.origin));
    org.script.push(expired, json(503, [{ errorCode: "SERVER_UNAVAILABLE", message: "Server too busy" }]));
    const session = await connect(org.origin);
    const error = await failureOf(session.connection.describe("Lead", signal));
    const told = [...session.logged, error.message, error.remedy, JSON.stringify(error), JSON.stringify(error.place)];
    expect(told.join("\n")).not.toMatch(/secret-token|Bearer|CLIENT_SECRET=/u);
    expect(session.logged.length).toBeGreaterThan(0);
  });
});

describe("descriptions", () => {
  const selection = { Account: ["Name"] };
  const known = ["Account", "User", "Group", "AccountHistory"];
  const global = json(200, {
    sobjects: known.map((name) => ({ name, label: name, keyPrefix: null, queryable: true })),
  });

  test("of all objects that will be read come in one call, and one by one where the org refuses that", async () => {
    for (const refused of [false, true]) {
      org.script.length = 0;
      org.seen.length = 0;
      org.script.push((seen, response) => {
        if (seen.path.endsWith("/sobjects")) return global(seen, response);
        if (seen.path.endsWith("/composite")) {
          const { compositeRequest } = JSON.parse(seen.body) as {
            compositeRequest: { url: string; referenceId: string }[];
          };
          const body = compositeRequest.map(({ url, referenceId }) => ({
            referenceId,
            httpStatusCode: 200,
            body: {
              name: url.split("/").at(-2),
              label: "x",
              fields: [
                { name: "Id", label: "Id", type: "id" },
                { name: "Name", label: "Name", type: "string" },
              ],
            },
          }));
          const refusal = json(404, [{ errorCode: "NOT_FOUND", message: "no" }]);
          return (refused ? refusal : json(200, { compositeResponse: body }))(seen, response);
        }
        if (seen.path.endsWith("/describe")) return describeOf("x", { Id: "id", Name: "string" })(seen, response);
        return rows([])(seen, response);
      });
      const session = await connect(org.origin);
      for (const stream of ["User", "Account"]) {
        await session.connection.read?.partitions(stream, context(selection));
        await readAll(session, stream, null, context(selection));
      }
      const count = (end: string): number => org.seen.filter(({ path }) => path.endsWith(end)).length;
      expect([count("/composite"), count("/describe")]).toEqual(refused ? [1, 2] : [1, 0]);
    }
  });
});
