import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { generateKeyPairSync, sign } from "node:crypto";
import { INTEGRATION, techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;

beforeAll(async () => {
  salesforce = await startSalesforce(techFlowOrg().build());
});

afterAll(() => salesforce.close());

async function grant(
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${salesforce.origin}/services/oauth2/token`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

function client(): { client_id: string; client_secret: string } {
  return { client_id: salesforce.connect["clientId"] ?? "", client_secret: salesforce.connect["clientSecret"] ?? "" };
}

describe("the token endpoint", () => {
  test("grants client credentials from the form or the Basic header", async () => {
    const granted = await grant({ grant_type: "client_credentials", ...client() });
    expect(granted).toMatchObject({
      status: 200,
      body: {
        token_type: "Bearer",
        instance_url: salesforce.origin,
        id: expect.stringMatching(new RegExp(`^${salesforce.origin}/id/00D\\w{15}/${INTEGRATION}$`, "u")),
      },
    });
    const basic = Buffer.from(`${client().client_id}:${client().client_secret}`).toString("base64");
    expect((await grant({ grant_type: "client_credentials" }, { authorization: `Basic ${basic}` })).status).toBe(200);
    const { access_token: token, id } = granted.body as { access_token: string; id: string };
    const info = await fetch(`${salesforce.origin}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await info.json()).toMatchObject({ user_id: INTEGRATION, name: "Process Hub" });
    const identity = await fetch(`${id}?format=json&oauth_token=${encodeURIComponent(token)}`);
    expect(await identity.json()).toMatchObject({ user_id: INTEGRATION, username: "process.hub@techflow.example" });
    await fetch(`${salesforce.origin}/services/oauth2/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token }),
    });
    const revoked = { authorization: `Bearer ${token}` };
    expect((await salesforce.call("GET", "limits", undefined, revoked)).status).toBe(401);
  });

  test.each([
    [{ grant_type: "client_credentials", client_secret: "wrong" }, "invalid_client", "invalid client credentials"],
    [{ grant_type: "client_credentials", client_id: "wrong" }, "invalid_client_id", "client identifier invalid"],
    [{ grant_type: "password", username: "nobody", password: "x" }, "invalid_grant", "authentication failure"],
    [{ grant_type: "refresh_token", refresh_token: "x" }, "invalid_grant", "expired access/refresh token"],
    [{ grant_type: "telepathy" }, "unsupported_grant_type", "grant type not supported"],
  ])("refuses %j", async (form, error, description) => {
    expect(await grant({ ...client(), ...form })).toEqual({
      status: 400,
      body: { error, error_description: description },
    });
  });

  test("grants a password with its security token", async () => {
    const { username = "", password = "", securityToken = "" } = salesforce.connect;
    const form = { grant_type: "password", ...client(), username };
    expect((await grant({ ...form, password: password + securityToken })).status).toBe(200);
    expect((await grant({ ...form, password })).status).toBe(400);
  });

  test("accepts a JWT only when signed with the registered key, in time and for this audience", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const now = Math.floor(Date.now() / 1000);
    const assert = (claims: object): Promise<{ status: number; body: unknown }> => {
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const all = {
        iss: client().client_id,
        sub: salesforce.connect["username"],
        aud: "https://login.salesforce.com",
        exp: now + 120,
      };
      const signed = `${encode({ alg: "RS256" })}.${encode({ ...all, ...claims })}`;
      const signature = sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url");
      return grant({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: `${signed}.${signature}` });
    };
    expect(await assert({})).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    await salesforce.control("POST", "keys", { publicKey: publicKey.export({ type: "spki", format: "pem" }) });
    expect(await assert({})).toMatchObject({ status: 200, body: { token_type: "Bearer" } });
    expect(await assert({ exp: now - 1 })).toMatchObject({ status: 400 });
    expect(await assert({ aud: "https://elsewhere.example" })).toMatchObject({
      body: { error_description: "audience is invalid" },
    });
    expect(await assert({ sub: "stranger" })).toMatchObject({
      body: { error_description: "user hasn't approved this consumer" },
    });
  });

  test("a refresh token opens sessions and is replaced when rotation is on", async () => {
    const { refreshToken } = (await salesforce.control("POST", "refresh-tokens", {})) as { refreshToken: string };
    const form = { grant_type: "refresh_token", client_id: client().client_id, refresh_token: refreshToken };
    const plain = await grant(form);
    expect(plain.body).not.toHaveProperty("refresh_token");
    await salesforce.control("PATCH", "sessions", { rotate: true });
    expect((await grant(form)).body).toHaveProperty("refresh_token");
    expect((await grant(form)).status).toBe(400);
  });
});

describe("SOAP login", () => {
  async function login(version: string, password: string): Promise<{ status: number; xml: string }> {
    const response = await fetch(`${salesforce.origin}/services/Soap/u/${version}`, {
      method: "POST",
      headers: { "content-type": "text/xml", soapaction: "login" },
      body: `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
        <n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>${salesforce.connect["username"] ?? ""}</n1:username>
        <n1:password>${password}</n1:password></n1:login></e:Body></e:Envelope>`,
    });
    return { status: response.status, xml: await response.text() };
  }

  test("opens a session below version 65 and nowhere else", async () => {
    const { password = "", securityToken = "" } = salesforce.connect;
    const granted = await login("64.0", password + securityToken);
    const sessionId = /<sessionId>([^<]+)</u.exec(granted.xml)?.[1] ?? "";
    const headers = { authorization: `Bearer ${sessionId}` };
    expect((await salesforce.call("GET", "limits", undefined, headers)).status).toBe(200);
    expect((await login("65.0", password + securityToken)).xml).toContain("UNSUPPORTED_API_VERSION");
    const refused = await login("64.0", password);
    expect(refused.status).toBe(500);
    expect(refused.xml).toContain("<faultcode>INVALID_LOGIN</faultcode>");
  });
});

describe("the instance", () => {
  test("refuses an unknown token with an array body, and takes the OAuth scheme", async () => {
    expect(await salesforce.call("GET", "limits", undefined, { authorization: "Bearer nope" })).toMatchObject({
      status: 401,
      body: [{ message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" }],
    });
    const oauth = { authorization: `OAuth ${salesforce.token}` };
    expect((await salesforce.call("GET", "limits", undefined, oauth)).status).toBe(200);
  });

  test("lists its versions to anyone, retires the old ones, tolerates odd slashes", async () => {
    const list = await fetch(`${salesforce.origin}/services/data/`);
    expect(await list.json()).toContainEqual({ label: "Summer '26", url: "/services/data/v67.0", version: "67.0" });
    expect((await salesforce.call("GET", "/services/data/v30.0/limits")).status).toBe(410);
    expect((await salesforce.call("GET", "//services/data/v31.0//query/?q=SELECT+Id+FROM+User")).status).toBe(404);
    expect((await salesforce.call("GET", "/services//data/v31.0//query/?q=SELECT+Id+FROM+User")).status).toBe(200);
    expect((await salesforce.call("GET", "/services/data/v64.0/")).body).toMatchObject({
      sobjects: "/services/data/v64.0/sobjects",
    });
  });

  test("counts calls, tells the quota and stops at a token's daily maximum", async () => {
    await salesforce.control("DELETE", "calls");
    const { accessToken } = (await salesforce.control("POST", "sessions", {})) as { accessToken: string };
    await salesforce.control("POST", "limits", { token: accessToken, dailyCalls: 2 });
    const headers = { authorization: `Bearer ${accessToken}` };
    const first = await salesforce.call("GET", "sobjects/Lead/describe", undefined, headers);
    expect(first.headers.get("sforce-limit-info")).toBe("api-usage=1/2");
    expect((await salesforce.call("GET", "limits", undefined, headers)).body).toMatchObject({
      DailyApiRequests: { Max: 2, Remaining: 0 },
    });
    const refused = await salesforce.call("GET", "limits", undefined, headers);
    expect(refused).toMatchObject({
      status: 403,
      body: [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }],
    });
    salesforce.clock.advance(25 * 3_600_000);
    expect((await salesforce.call("GET", "limits", undefined, headers)).status).toBe(200);
    expect(await salesforce.control("GET", "calls")).toEqual({
      total: 4,
      operations: { "GET sobjects/Lead/describe": 1, "GET limits": 3 },
    });
  });

  test("tells its business time in the Date header and counts rows per object", async () => {
    salesforce.clock.freeze(true);
    const answer = await salesforce.call("GET", "limits/recordCount?sObjects=User,Task,Nope");
    expect(answer.body).toEqual({ sObjects: [{ count: 3, name: "User" }] });
    expect(Date.parse(answer.headers.get("date") ?? "")).toBe(Math.floor(salesforce.clock.now() / 1000) * 1000);
    salesforce.clock.freeze(false);
  });

  test("hides objects, fields and records without a trace, and shows them again", async () => {
    const id = await salesforce.create("Account", { Name: "Hidden", Site: "S" });
    const hide = { objects: ["Lead"], fields: { Account: ["Site"] }, rows: [id] };
    await salesforce.control("POST", "visibility", hide);
    expect(await salesforce.queryError("SELECT Id FROM Lead")).toMatchObject({ errorCode: "INVALID_TYPE" });
    expect(await salesforce.queryError("SELECT Site FROM Account")).toMatchObject({ errorCode: "INVALID_FIELD" });
    expect((await salesforce.query("SELECT Id FROM Account", "queryAll")).totalSize).toBe(0);
    expect((await salesforce.call("GET", `sobjects/Account/${id}`)).status).toBe(404);
    await salesforce.control("POST", "visibility", { hidden: false, ...hide });
    expect((await salesforce.query("SELECT Site FROM Account")).records).toMatchObject([{ Site: "S" }]);
  });

  test("meets a client with the faults it was told to", async () => {
    await salesforce.dialled.dial({ fault: "error", route: "GET /limits", status: 503, after: 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await salesforce.call("GET", "limits")).status);
    expect(statuses).toEqual([200, 503, 200]);
    await salesforce.dialled.dial({ fault: "cut" });
    await expect(salesforce.call("GET", "limits")).rejects.toThrow("terminated");
    expect((await salesforce.call("GET", "limits")).status).toBe(200);
  });

  test("describes objects with the fields of both the platform and the org", async () => {
    const { body } = await salesforce.call("GET", "sobjects/opportunity/describe");
    const { fields } = body as { fields: { name: string; type: string; picklistValues: { value: string }[] }[] };
    const stage = fields.find((each) => each.name === "StageName");
    expect(stage?.picklistValues.map((each) => each.value)).toEqual([
      "Prospecting",
      "Negotiation",
      "Closed Won",
      "Closed Lost",
    ]);
    expect(fields.find((each) => each.name === "Segment__c")).toMatchObject({ custom: true, restrictedPicklist: true });
    expect(fields.find((each) => each.name === "AccountId")).toMatchObject({
      type: "reference",
      referenceTo: ["Account"],
      relationshipName: "Account",
    });
  });
});
