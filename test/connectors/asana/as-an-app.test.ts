import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { asana } from "../../../src/connectors/asana/index.ts";
import type { Connection } from "../../../src/connectors/kit/index.ts";
import { ASANA, asanaSeed } from "../../support/asana-seed.ts";
import { startAsana } from "../../support/asana-server.ts";
import type { AsanaServer } from "../../support/asana-server.ts";

const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const { signal } = new AbortController();
let server: AsanaServer;
beforeEach(async () => {
  server = await startAsana(asanaSeed());
});
afterEach(() => server.close());

/** What a user hands to the hub who allows an app to act for them. */
async function consent(scope?: string): Promise<Readonly<Record<string, string>>> {
  const app = (await server.control("POST", "/apps", {})) as { clientId: string; clientSecret: string };
  const pages = server.baseUrl.replace(/\/api\/1\.0$/u, "/-");
  const asked = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: OUT_OF_BAND,
    response_type: "code",
    ...(scope === undefined ? {} : { scope }),
  });
  const page = await (await fetch(`${pages}/oauth_authorize?${asked.toString()}`)).text();
  const code = /<code>([^<]+)<\/code>/u.exec(page)?.[1] ?? "";
  const answer = await fetch(`${pages}/oauth_token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: OUT_OF_BAND,
      code,
    }),
  });
  const { refresh_token: refresh } = (await answer.json()) as { refresh_token: string };
  return { CLIENT_ID: app.clientId, CLIENT_SECRET: app.clientSecret, REFRESH_TOKEN: refresh };
}

async function using<T>(
  credentials: Readonly<Record<string, string>>,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await asana.connect({
    name: "asana-main",
    settings: asana.settings.parse({}),
    credentials: { BASE_URL: server.baseUrl, ...credentials },
    dependencies: {
      clock: { now: () => server.clock.now() },
      wallNow: () => server.clock.now(),
      sleep: () => Promise.resolve(),
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
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

describe("speaking to Asana as an app", () => {
  test("creates a task under an external id and finds it by that, where another app does not", async () => {
    const command = { stream: "tasks", marker: "hub:1", parent: ASANA.rollout, fields: { name: "Made" } };
    const made = await using(await consent(), async ({ write }) => {
      expect(await write?.find("tasks", "hub:1", signal)).toEqual([]);
      const receipt = await write?.create(command, signal);
      expect(await write?.find("tasks", "hub:1", signal)).toMatchObject([{ id: receipt?.id }]);
      const other = await write?.create({ ...command, marker: "hub:2" }, signal);
      await write?.retire({ stream: "tasks", id: other?.id ?? "", tag: "Taken back", idempotencyKey: "u" }, signal);
      expect(await write?.find("tasks", "hub:2", signal)).toEqual([]);
      return receipt?.id ?? "";
    });
    expect((await server.call("GET", `/tasks/${made}?opt_fields=notes`)).data["notes"]).toBe("");
    await using(await consent(), async ({ write }) => {
      expect(await write?.find("tasks", "hub:1", signal)).toEqual([]);
    });
  });

  test("goes on after its access token has been taken back", async () => {
    await using(await consent(), async (connection) => {
      await connection.identify(signal);
      await server.dial({ fault: "expire-token" });
      expect(await connection.describe("tasks", signal)).toMatchObject({ stream: "tasks" });
    });
  });

  test("tells at connect time that the app may not see custom fields", async () => {
    const narrow = await consent("tasks:read projects:read project_sections:read users:read workspaces:read");
    const { notes } = await using(narrow, (connection) => connection.identify(signal));
    expect(notes).toEqual([expect.stringContaining("custom_fields:read")]);
  });
});
