import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { salesforce } from "../../../src/connectors/salesforce/index.ts";
import type { Page, Position } from "../../../src/model/index.ts";
import { SandboxClock } from "../../../src/sandbox/kit/clock.ts";
import { Dials } from "../../../src/sandbox/kit/dials.ts";
import { listen } from "../../../src/sandbox/kit/server.ts";
import type { RunningServer } from "../../../src/sandbox/kit/server.ts";
import type { SandboxSystem } from "../../../src/sandbox/kit/system.ts";
import { createSalesforce } from "../../../src/sandbox/salesforce/index.ts";
import { AS_OF, techFlowOrg } from "../../support/salesforce-seed.ts";
import { connect, context, readAll } from "./stub-org.ts";
import type { Session } from "./stub-org.ts";

let clock: SandboxClock;
let system: SandboxSystem;
let server: RunningServer;
let session: Session;
let directory: string;
let builder: ReturnType<typeof techFlowOrg>;

async function start(
  settings: Parameters<typeof connect>[1] = {},
  credentials: Readonly<Record<string, string>> = {},
  now?: () => number,
): Promise<void> {
  clock = new SandboxClock(AS_OF, () => Date.now());
  clock.freeze(true);
  let n = 1;
  const random = (): number => {
    n = (n * 16_807) % 2_147_483_647;
    return n / 2_147_483_647;
  };
  const dials = new Dials(1, clock).of("salesforce");
  system = createSalesforce(builder.build(), { clock, random, directory, limits: "demo", dials });
  server = await listen((request) => system.fetch(request), 0, clock);
  const told = system.describe(server.origin);
  const keys = { CLIENT_ID: told["clientId"] ?? "", CLIENT_SECRET: told["clientSecret"] ?? "", ...credentials };
  session = await connect(server.origin, settings, keys, now ?? (() => clock.now() - 3_600_000));
}

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const token = system.describe(server.origin)["accessToken"] ?? "";
  const response = await fetch(`${server.origin}/services/data/v64.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status >= 400) throw new Error(await response.text());
  return response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
}

async function control(path: string, body: unknown): Promise<void> {
  const response = await system.control(
    new Request(`http://control/${path}`, { method: "POST", body: JSON.stringify(body) }),
  );
  if (response.status >= 400) throw new Error(await response.text());
}

const last = (pages: readonly Page[]): Position | null => pages.at(-1)?.position ?? null;
const ids = (pages: readonly Page[]): readonly string[] =>
  pages.flatMap((page) => page.records.map((record) => record.id));
const reading = (
  mode: "incremental" | "sweep" = "incremental",
  known: readonly string[] = [],
): ReturnType<typeof context> =>
  context(
    {
      Account: ["Name", "Owner.Name", "CSM__c"],
      Opportunity: ["Name", "StageName", "Amount", "OwnerId"],
      Lead: ["Status", "OwnerId"],
    },
    mode,
    known,
  );

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hub-salesforce-"));
  builder = techFlowOrg();
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

describe("a connection", () => {
  test("signs in with client credentials and says who it is and what is not there", async () => {
    await start();
    const identity = await session.connection.identify(new AbortController().signal);
    expect(identity).toMatchObject({
      tenant: builder.build().organization.id,
      userName: "process.hub@techflow.example",
      apiVersion: "64.0",
    });
  });

  test("signs in with a token signed for the machine's own time, whatever the as-of", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const file = join(directory, "key.pem");
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
    await start({ login: "jwt" }, { USERNAME: "process.hub@techflow.example", PRIVATE_KEY_FILE: file });
    await control("keys", { publicKey: publicKey.export({ type: "spki", format: "pem" }) });
    const identity = await session.connection.identify(new AbortController().signal);
    expect(identity.userName).toBe("process.hub@techflow.example");
  });

  test("refuses a wrong secret with a remedy", async () => {
    await start({}, { CLIENT_SECRET: "wrong" });
    await expect(session.connection.identify(new AbortController().signal)).rejects.toMatchObject({
      code: "HUB-1301",
      disposition: "operator",
    });
  });
});

describe("every stream", () => {
  test("is read to its end from an org that has it", async () => {
    await start();
    const streams = salesforce.streams({ login: "client-credentials", apiVersion: "64.0" }).map(({ name }) => name);
    const read = new Set<string>();
    for (const stream of streams) {
      for (const partition of (await session.connection.read?.partitions(stream, reading())) ?? []) {
        const pages = await readAll(session, partition.stream, null, reading(), partition.id);
        expect([stream, pages.at(-1)?.position.covered.length]).toEqual([stream, 1]);
        read.add(stream);
      }
    }
    expect([...read]).toEqual(streams);
  });
});

describe("accounts", () => {
  test("come once each over many pages, and only what changed comes afterwards", async () => {
    const seeded = Array.from({ length: 7 }, (_, n) => builder.add("Account", { Name: `Account ${n}` }));
    await start();
    await control("paging", { rows: 2 });
    const first = await readAll(session, "Account", null, reading());
    expect(ids(first).slice(1)).toEqual(seeded);
    expect(first.at(-1)?.sourceCount?.count).toBe(7);

    clock.advance(3_600_000);
    await call("PATCH", `sobjects/Account/${seeded[3]}`, { Name: "Renamed" });
    await call("DELETE", `sobjects/Account/${seeded[5]}`);
    const second = await readAll(session, "Account", last(first), reading());
    expect(ids(second)).toEqual([seeded[3], seeded[5]]);
    expect(second.flatMap((page) => page.tombstones)).toMatchObject([{ id: seeded[5], cause: "deleted" }]);

    clock.advance(3_600_000);
    const third = await readAll(session, "Account", last(second), reading());
    expect(third.flatMap((page) => page.records)).toEqual(second.flatMap((page) => page.records));
    const before = session.connection.calls();
    expect(ids(await readAll(session, "Account", last(third), reading()))).toEqual([]);
    expect(session.connection.calls() - before).toBe(1);
  });

  test("that were merged end with the survivor's name", async () => {
    const [master, loser] = [builder.add("Account", { Name: "Acme" }), builder.add("Account", { Name: "ACME Inc" })];
    await start();
    const first = await readAll(session, "Account", null, reading());
    clock.advance(3_600_000);
    await control("merge", { masterId: master, loserId: loser });
    const second = await readAll(session, "Account", last(first), reading());
    expect(second.flatMap((page) => page.tombstones)).toMatchObject([
      { id: loser, cause: "merged", mergedInto: master },
    ]);
  });

  test("a sweep tells a hard deletion from lost sight, and reads what nothing told of", async () => {
    const [kept, gone] = [builder.add("Account", { Name: "Kept" }), builder.add("Account", { Name: "Gone" })];
    const unseen = "0015e00000ZZZZZAAA";
    await start();
    const first = await readAll(session, "Account", null, reading());
    clock.advance(3_600_000);
    await control("hard-delete", { object: "Account", id: gone });
    const sweep = await readAll(session, "Account", last(first), reading("sweep", [gone, unseen]));
    expect(ids(sweep).slice(1)).toEqual([kept]);
    expect(sweep.flatMap((page) => page.tombstones.map(({ id, cause }) => [id, cause]))).toEqual([
      [gone, "deleted"],
      [unseen, "visibility lost"],
    ]);
    expect(last(sweep)).toEqual(last(first));
  });

  test("reads more fields than one request can name, whole", async () => {
    const names = Array.from({ length: 400 }, (_, n) => `A_rather_long_name_of_a_field_${n}__c`);
    for (const name of names) builder.customField("Account", { name, label: name, type: "string" });
    const id = builder.add("Account", { Name: "Wide", [names[0] ?? ""]: "first", [names[399] ?? ""]: "last" });
    await start();
    const pages = await readAll(session, "Account", null, context({ Account: ["Name", ...names] }));
    const wide = pages.flatMap((page) => page.records).find((record) => record.id === id);
    expect(wide?.content).toMatchObject({ Name: "Wide", [names[0] ?? ""]: "first", [names[399] ?? ""]: "last" });
  });
});

describe("histories", () => {
  test("written by the org itself become transitions that end at the current value", async () => {
    const account = builder.add("Account", { Name: "Acme" });
    await start();
    const { id } = await call("POST", "sobjects/Opportunity", {
      Name: "Deal",
      AccountId: account,
      StageName: "Prospecting",
      CloseDate: "2026-04-01",
      Amount: 100,
    });
    clock.advance(60_000);
    await call("PATCH", `sobjects/Opportunity/${String(id)}`, { StageName: "Closed Won", Amount: 120 });
    const pages = [];
    for (const stream of ["Opportunity", "OpportunityHistory", "OpportunityFieldHistory"])
      pages.push(...(await readAll(session, stream, null, reading())));
    const records = pages.flatMap((page) => page.records);
    const own = records.find((record) => record.id === id);
    const members = records
      .filter((record) => record.member?.id === id)
      .map(({ stream, id: row, content }) => ({ stream, id: row, content }));
    const normalise = salesforce.normaliser({
      system: "salesforce",
      tenant: "t",
      settings: { login: "jwt", apiVersion: "64.0" },
      references: {},
    });
    const entity = normalise({
      system: "salesforce",
      tenant: "t",
      stream: "Opportunity",
      id: String(id),
      content: own?.content ?? null,
      members,
      tombstone: null,
      firstSeenAt: 0,
    });
    expect(entity.gaps).toEqual([]);
    expect(
      entity.transitions.filter(({ field }) => field === "StageName").map(({ from, to, at }) => [from, to, at]),
    ).toEqual([
      [null, "Prospecting", AS_OF],
      ["Prospecting", "Closed Won", AS_OF + 60_000],
    ]);
    expect(entity.transitions.filter(({ field }) => field === "Amount").map(({ to }) => to)).toEqual([100, 120]);
  });
});

describe("writing", () => {
  test("creates through an external id, finds it again, and changes only what was planned on", async () => {
    await start({ externalIds: { Account: "Hub_External_Id__c" } });
    const { signal } = new AbortController();
    const write = session.connection.write;
    const made = await write?.create({ stream: "Account", marker: "h/1", fields: { Name: "Acme" } }, signal);
    expect(await write?.find("Account", "h/1", signal)).toMatchObject([{ id: made?.id }]);
    clock.advance(60_000);
    await call("PATCH", `sobjects/Account/${made?.id}`, { Name: "Changed by hand" });
    const stale = write?.update(
      { stream: "Account", id: made?.id ?? "", fields: { Name: "Ours" }, unmodifiedSince: AS_OF, idempotencyKey: "k" },
      signal,
    );
    await expect(stale).rejects.toMatchObject({ code: "HUB-1314" });
  });

  test("refuses to create where no external id is configured", async () => {
    await start();
    const made = session.connection.write?.create(
      { stream: "Account", marker: "h/1", fields: {} },
      new AbortController().signal,
    );
    await expect(made).rejects.toMatchObject({ code: "HUB-1313" });
  });
});
