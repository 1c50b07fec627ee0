import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { ROUTES } from "../../../src/sandbox/tableau/routes.ts";
import { AS_OF, errorCode, idIn, startTableau } from "./server.ts";
import type { TableauServer } from "./server.ts";

let server: TableauServer;
let serial = 0;
beforeAll(async () => {
  server = await startTableau({ hyperd: "" });
});
afterEach(async () => {
  await server.control("/settings", { missingScope: 401 });
});
afterAll(async () => {
  await server.stop();
});

const NOW = AS_OF / 1000;

interface Changes {
  readonly header?: object;
  readonly claims?: object;
  readonly secret?: string;
}

/** A token as the connected app signs it, with what is to be wrong about it. */
function token({ header, claims, secret }: Changes = {}): string {
  const { clientId, secretId, secret: own, userName } = server.description;
  serial += 1;
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const head = encode({ alg: "HS256", typ: "JWT", kid: secretId, iss: clientId, ...header });
  const body = encode({
    iss: clientId,
    sub: userName,
    aud: "tableau",
    jti: `token-${serial}`,
    nbf: NOW - 5,
    exp: NOW + 300,
    scp: ["tableau:content:read"],
    ...claims,
  });
  const signed = `${head}.${body}`;
  return `${signed}.${createHmac("sha256", secret ?? own ?? "")
    .update(signed)
    .digest("base64url")}`;
}

function signInWith(jwt: string): Promise<Response> {
  return fetch(`${server.origin}/api/3.29/auth/signin`, {
    method: "POST",
    body: `<tsRequest><credentials jwt="${jwt}" isUat="false"><site contentUrl="techflow"/></credentials></tsRequest>`,
  });
}

/** Signs in with these scopes and calls. */
async function callWith(scopes: readonly string[], method: string, path: string, body?: string): Promise<Response> {
  const text = await (await signInWith(token({ claims: { scp: scopes } }))).text();
  const session = /token="([^"]+)"/u.exec(text)?.[1] ?? "";
  return fetch(`${server.origin}/api/3.29/sites/${idIn(text, "site")}${path}`, {
    method,
    headers: { "x-tableau-auth": session },
    ...(body === undefined ? {} : { body }),
  });
}

describe("signing in with a connected app", () => {
  test("opens a session for the user the token names", async () => {
    const response = await signInWith(token());
    expect(response.status).toBe(200);
    expect(idIn(await response.text(), "user")).not.toBe("");
  });

  test("does not need the issuer in the header", async () => {
    expect((await signInWith(token({ header: { iss: undefined } }))).status).toBe(200);
  });

  test.each<[string, Changes, string]>([
    ["of another key", { header: { kid: "another" } }, "key"],
    ["that is not signed", { header: { alg: "none" } }, "key"],
    ["signed with another secret", { secret: "another" }, "signature"],
    ["of another app", { claims: { iss: "another" }, header: { iss: undefined } }, "issuer"],
    ["whose header names another app", { header: { iss: "another" } }, "issuer"],
    ["for somebody else", { claims: { aud: "elsewhere" } }, "somebody else"],
    ["that has expired", { claims: { exp: NOW } }, "expired"],
    ["that lives too long", { claims: { exp: NOW + 601 } }, "ten minutes"],
    ["that is not valid yet", { claims: { nbf: NOW + 1 } }, "not valid yet"],
    ["of an unknown user", { claims: { sub: "nobody" } }, "user does not exist"],
    ["without scopes", { claims: { scp: undefined } }, "claims are missing"],
    ["without an id", { claims: { jti: undefined } }, "claims are missing"],
  ])("refuses a token %s", async (_what, changes, why) => {
    const response = await signInWith(token(changes));
    const text = await response.text();
    expect([response.status, errorCode(text)]).toEqual([401, "401001"]);
    expect(text).toContain(why);
  });

  test("refuses a token that was used before", async () => {
    const jwt = token();
    expect((await signInWith(jwt)).status).toBe(200);
    expect(await (await signInWith(jwt)).text()).toContain("used before");
  });

  test("refuses what is no token", async () => {
    expect((await signInWith("a.b")).status).toBe(401);
  });
});

describe("the scopes of a token", () => {
  const project = '<tsRequest><project name="From an app"/></tsRequest>';

  test("let through what they cover, by name and by pattern", async () => {
    expect((await callWith(["tableau:content:read"], "GET", "/projects")).status).toBe(200);
    expect((await callWith(["tableau:projects:*"], "POST", "/projects", project)).status).toBe(201);
  });

  test.each([
    ["another resource", ["tableau:datasources:create"]],
    ["another action", ["tableau:projects:delete"]],
    ["nothing", []],
  ])("refuse what they do not cover: %s", async (_what, scopes) => {
    const refused = await callWith(scopes, "POST", "/projects", project);
    expect([refused.status, errorCode(await refused.text())]).toEqual([401, "401002"]);
    await server.control("/settings", { missingScope: 403 });
    expect((await callWith(scopes, "POST", "/projects", project)).status).toBe(403);
  });

  test("are asked for on every operation of a site", async () => {
    const path = (pattern: readonly string[]) =>
      pattern
        .slice(2)
        .map((part) => (part.startsWith(":") ? "x" : part))
        .join("/");
    const open: string[] = [];
    for (const { method, pattern, operation } of ROUTES.filter((each) => each.pattern[0] === "sites")) {
      const response = await callWith([], method, `/${path(pattern)}`);
      if (response.status !== 401) open.push(operation);
    }
    // The reference knows no scope for these.
    expect([...new Set(open)].sort()).toEqual(["warnings.add", "warnings.delete", "warnings.get", "warnings.update"]);
  });
});
