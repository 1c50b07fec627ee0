import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import { request } from "node:http";
import { Connection, OAuth2 } from "jsforce";
import { z } from "zod";
import { techFlowOrg } from "../../support/salesforce-seed.ts";
import { startSalesforce } from "./server.ts";
import type { SalesforceServer } from "./server.ts";

let salesforce: SalesforceServer;

beforeAll(async () => {
  salesforce = await startSalesforce(techFlowOrg().build());
});

afterAll(() => salesforce.close());

const BACK = "http://127.0.0.1:1717/callback";

function app(): { client_id: string; client_secret: string } {
  return { client_id: salesforce.connect["clientId"] ?? "", client_secret: salesforce.connect["clientSecret"] ?? "" };
}

async function post(endpoint: string, form: Record<string, string>): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${salesforce.origin}/services/oauth2/${endpoint}`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

/** Asks at the authorize endpoint; returns where the browser is sent. */
async function authorize(query: Record<string, string>): Promise<URL> {
  const asked = new URLSearchParams({
    response_type: "code",
    redirect_uri: BACK,
    client_id: app().client_id,
    ...query,
  });
  const response = await fetch(`${salesforce.origin}/services/oauth2/authorize?${asked.toString()}`, {
    redirect: "manual",
  });
  expect(response.status).toBe(302);
  return new URL(response.headers.get("location") ?? "");
}

const GRANTED = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
});

describe("the web server flow", () => {
  test("trades a code for tokens once, with the state handed back and an id token when asked", async () => {
    const back = await authorize({ state: "s 1", scope: "api refresh_token openid" });
    expect(back.searchParams.get("state")).toBe("s 1");
    const form = { grant_type: "authorization_code", redirect_uri: BACK, code: back.searchParams.get("code") ?? "" };
    const granted = await post("token", { ...app(), ...form });
    expect(granted).toMatchObject({ status: 200, body: { scope: "api refresh_token openid", token_type: "Bearer" } });
    const { id_token, refresh_token } = GRANTED.parse(granted.body);
    const claims = JSON.parse(Buffer.from(id_token?.split(".")[1] ?? "", "base64url").toString("utf8")) as unknown;
    expect(claims).toMatchObject({ aud: app().client_id, iss: salesforce.origin });
    expect(await post("token", { ...app(), ...form })).toEqual({
      status: 400,
      body: { error: "invalid_grant", error_description: "expired authorization code" },
    });
    const refreshed = await post("token", {
      ...app(),
      grant_type: "refresh_token",
      refresh_token: refresh_token ?? "",
    });
    expect(refreshed).toMatchObject({ status: 200, body: { scope: "api refresh_token openid" } });
    expect(refreshed.body).not.toHaveProperty("refresh_token");
  });

  test("takes a PKCE verifier in place of the secret, and only the right one", async () => {
    const verifier = "v".repeat(64);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const code = async (): Promise<string> =>
      (await authorize({ code_challenge: challenge, code_challenge_method: "S256" })).searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", redirect_uri: BACK, client_id: app().client_id };
    expect(await post("token", { ...form, code: await code(), code_verifier: verifier })).toMatchObject({
      status: 200,
    });
    expect(await post("token", { ...form, code: await code(), code_verifier: "wrong" })).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect(await post("token", { ...form, code: await code() })).toMatchObject({ status: 400 });
  });

  test("refuses another redirect, an unknown response type and an unknown person", async () => {
    const { searchParams } = await authorize({});
    const form = { grant_type: "authorization_code", redirect_uri: "http://127.0.0.1/other" };
    expect(await post("token", { ...app(), ...form, code: searchParams.get("code") ?? "" })).toMatchObject({
      body: { error: "redirect_uri_mismatch" },
    });
    expect((await authorize({ response_type: "poem" })).searchParams.get("error")).toBe("unsupported_response_type");
    expect((await authorize({ login_hint: "nobody@x.example" })).searchParams.get("error")).toBe("access_denied");
  });

  test("serves jsforce, which refreshes on a 401 by itself", async () => {
    const oauth2 = new OAuth2({
      loginUrl: salesforce.origin,
      clientId: app().client_id,
      clientSecret: app().client_secret,
      redirectUri: BACK,
    });
    const connection = new Connection({ oauth2, version: "64.0", instanceUrl: salesforce.origin });
    const asked = await fetch(oauth2.getAuthorizationUrl({ scope: "api refresh_token" }), { redirect: "manual" });
    await connection.authorize(new URL(asked.headers.get("location") ?? "").searchParams.get("code") ?? "");
    await post("revoke", { token: connection.accessToken ?? "" });
    expect((await connection.query("SELECT Id FROM User")).totalSize).toBe(3);
  });
});

describe("tokens", () => {
  async function session(): Promise<string> {
    return z.object({ accessToken: z.string() }).parse(await salesforce.control("POST", "sessions", {})).accessToken;
  }

  test("are introspected by the app that owns them, and inactive once revoked", async () => {
    const token = await session();
    expect(await post("introspect", { ...app(), token })).toMatchObject({
      status: 200,
      body: { active: true, username: "process.hub@techflow.example", token_type: "access_token" },
    });
    expect(await post("introspect", { client_id: app().client_id, token })).toMatchObject({ status: 401 });
    expect((await post("revoke", { token })).status).toBe(200);
    expect(await post("introspect", { ...app(), token })).toEqual({ status: 200, body: { active: false } });
  });

  test("rotate when the app says so: the former refresh token is worth nothing", async () => {
    const { refreshToken } = z
      .object({ refreshToken: z.string() })
      .parse(await salesforce.control("POST", "refresh-tokens", {}));
    await salesforce.control("PATCH", "sessions", { rotate: true });
    const form = { ...app(), grant_type: "refresh_token", refresh_token: refreshToken };
    const first = await post("token", form);
    await salesforce.control("PATCH", "sessions", { rotate: false });
    const next = GRANTED.parse(first.body).refresh_token ?? "";
    expect(next).not.toBe(refreshToken);
    expect((await post("token", form)).status).toBe(400);
    expect((await post("token", { ...form, refresh_token: next })).status).toBe(200);
  });

  test("are granted by client credentials on the org's own address only", async () => {
    const body = new URLSearchParams({ grant_type: "client_credentials", ...app() }).toString();
    const { port } = new URL(salesforce.origin);
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { host: `login.example:${port}`, "content-type": "application/x-www-form-urlencoded" };
      const sent = request({ port, host: "127.0.0.1", method: "POST", path: "/services/oauth2/token", headers });
      sent.on("response", (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        response.on("end", () => {
          resolve(text);
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
    expect(JSON.parse(answer)).toMatchObject({ error_description: "request not supported on this domain" });
  });
});

describe("SOAP", () => {
  async function soap(
    version: string,
    call: string,
    sessionId = salesforce.token,
  ): Promise<{ status: number; xml: string }> {
    const response = await fetch(`${salesforce.origin}/services/Soap/u/${version}`, {
      method: "POST",
      headers: { "content-type": "text/xml", SOAPAction: '""' },
      body:
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">'
        + `<soapenv:Header><SessionHeader><sessionId>${sessionId}</sessionId></SessionHeader></soapenv:Header>`
        + `<soapenv:Body>${call}</soapenv:Body></soapenv:Envelope>`,
    });
    return { status: response.status, xml: await response.text() };
  }

  test("signs in up to version 64 and not from 65 on", async () => {
    const { username = "", password = "", securityToken = "" } = salesforce.connect;
    const login = `<login xmlns="urn:partner.soap.sforce.com"><username>${username}</username><password>${password}${securityToken}</password></login>`;
    const granted = await soap("64.0", login, "");
    expect(granted.status).toBe(200);
    const order = ["metadataServerUrl", "passwordExpired", "sandbox", "serverUrl", "sessionId", "userId", "userInfo"];
    const places = order.map((name) => granted.xml.indexOf(`<${name}>`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(granted.xml).toContain("<sessionSecondsValid>7200</sessionSecondsValid>");
    expect(await soap("65.0", login, "")).toMatchObject({
      status: 500,
      xml: expect.stringContaining("UNSUPPORTED_API_VERSION"),
    });
    const refused = await soap("64.0", login.replace(password, "wrong"), "");
    expect(refused.xml).toContain("<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>");
  });

  test("tells who and when it is, and ends a session", async () => {
    const { accessToken } = z
      .object({ accessToken: z.string() })
      .parse(await salesforce.control("POST", "sessions", {}));
    expect((await soap("66.0", "<getUserInfo/>", accessToken)).xml).toContain("process.hub@techflow.example");
    expect((await soap("66.0", "<getServerTimestamp/>", accessToken)).xml).toContain(
      "<timestamp>2026-03-02T12:00:00.000Z",
    );
    expect((await soap("66.0", "<logout/>", accessToken)).status).toBe(200);
    expect(await soap("66.0", "<getUserInfo/>", accessToken)).toMatchObject({
      status: 500,
      xml: expect.stringContaining("INVALID_SESSION_ID"),
    });
  });

  test("converts leads, merges accounts and empties the bin for jsforce", async () => {
    const connection = new Connection({
      instanceUrl: salesforce.origin,
      accessToken: salesforce.token,
      version: "64.0",
    });
    const leadId = await salesforce.create("Lead", { LastName: "Lane", Company: "Lanes" });
    const converted = await connection.soap.convertLead({ leadId, convertedStatus: "Converted" });
    expect(converted).toMatchObject({ success: true, leadId });
    expect(await connection.sobject("Lead").retrieve(leadId)).toMatchObject({ IsConverted: true });
    const [master, loser] = await Promise.all(["Keeps", "Goes"].map((Name) => salesforce.create("Account", { Name })));
    const merged = await connection.soap.merge({
      masterRecord: { type: "Account", Id: master ?? "" },
      recordToMergeIds: [loser ?? ""],
    });
    expect(merged).toMatchObject({ success: true });
    const gone = await salesforce.query(`SELECT MasterRecordId FROM Account WHERE Id = '${loser ?? ""}'`, "queryAll");
    expect(gone.records).toMatchObject([{ MasterRecordId: master }]);
    await connection.soap.emptyRecycleBin([loser ?? ""]);
    expect((await salesforce.query(`SELECT Id FROM Account WHERE Id = '${loser ?? ""}'`, "queryAll")).totalSize).toBe(
      0,
    );
    expect((await connection.soap.getServerTimestamp()).timestamp).toContain("2026-03-02");
  });
});
