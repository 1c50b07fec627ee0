import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { openStar } from "../../../src/kpis/index.ts";
import type { SourceWarning } from "../../../src/connectors/kit/index.ts";
import { givePermissions } from "../../../src/sync/publish/permissions.ts";
import type { AroundOptions } from "../../../src/sync/publish/permissions.ts";
import { gateSentence, warnOfAll } from "../../../src/sync/publish/warnings.ts";
import { engineForTests } from "../../extracts/hyper/test-engine.ts";
import { AS_OF, metrics, startPublishWorld } from "./world.ts";
import type { PublishWorld } from "./world.ts";

jest.setTimeout(60_000);

const binary = await engineForTests();
const withEngine = binary === undefined ? describe.skip : describe;
const signal = new AbortController().signal;
const SOURCE = { fact: "fact_data_quality", name: "Data quality" } as const;
const GATE: SourceWarning = { type: "WARNING", message: "not read in full: asana-main tasks" };

let world: PublishWorld;
beforeAll(async () => {
  if (binary !== undefined) world = await startPublishWorld(binary);
});
beforeEach(async () => {
  await world.server.control("/settings", { catalog: true, warningsPerItem: 1 });
  await world.begin();
});
afterAll(() => world.close());

const around = (): AroundOptions => ({
  connection: "tableau-cloud",
  face: world.face,
  before: world.before,
  signal,
});
const warn = (warning: SourceWarning | null) => warnOfAll([SOURCE], () => warning, around());
const calls = async (name: string): Promise<number> =>
  Object.entries(await world.operations())
    .filter(([operation]) => operation.startsWith(name))
    .reduce((sum, [, count]) => sum + count, 0);
const idThere = async (): Promise<string> => (await world.face.find("Data quality", world.project, signal))?.id ?? "";

/** Asks Tableau itself, as somebody with a token of their own. */
async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  await world.server.control("/tokens", { name: "observer", secret: "s" });
  const { baseUrl = "", site: contentUrl = "" } = world.server.description;
  const send = async (url: string, token: string, how: string, content?: unknown): Promise<unknown> => {
    const headers = { accept: "application/json", "content-type": "application/json", "x-tableau-auth": token };
    const response = await fetch(url, {
      method: how,
      headers,
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    const text = await response.text();
    return text === "" ? null : JSON.parse(text);
  };
  const credentials = { personalAccessTokenName: "observer", personalAccessTokenSecret: "s", site: { contentUrl } };
  const signedIn = (await send(`${baseUrl}/api/3.29/auth/signin`, "", "POST", { credentials })) as {
    readonly credentials: { readonly token: string; readonly site: { readonly id: string } };
  };
  const { token, site } = signedIn.credentials;
  return send(`${baseUrl}/api/3.29/sites/${site.id}${path}`, token, method, body);
}
const warningThere = async (): Promise<unknown> => ask("GET", `/dataQualityWarnings/datasource/${await idThere()}`);
/** Each with its type, in order. */
async function warningsThere(): Promise<readonly string[]> {
  const answer = (await warningThere()) as {
    readonly dataQualityWarningList: { readonly dataQualityWarning?: readonly { type: string; message: string }[] };
  };
  const there = answer.dataQualityWarningList.dataQualityWarning ?? [];
  return there.map(({ type, message }) => `${type} ${message}`).sort();
}

withEngine("a data source that was renamed there", () => {
  const rename = async (name: string): Promise<void> => {
    await ask("PUT", `/datasources/${await idThere()}`, { datasource: { name } });
  };
  const named = (name: string) => world.face.find(name, world.project, signal);

  test("goes on under its new name, and none is made under the old", async () => {
    await world.publish(metrics(0, 10));
    const before = await idThere();
    await rename("Quality of our data");
    const after = await world.publish(metrics(0, 11));
    expect(after).toMatchObject({
      how: "overwritten",
      why: "It was renamed there, from Data quality to Quality of our data.",
      standing: { id: before, name: "Quality of our data" },
    });
    expect(await named("Data quality")).toBeNull();
    expect((await world.there("Quality of our data")).size).toBe(11);
    expect(await world.publish(metrics(0, 11))).toMatchObject({ how: "unchanged", standing: { id: before } });
  });

  test("and then deleted is made again, under its first name", async () => {
    await world.publish(metrics(0, 10));
    const before = await idThere();
    await ask("DELETE", `/datasources/${before}`);
    const after = await world.publish(metrics(0, 10));
    expect(after).toMatchObject({ how: "created", standing: { name: "Data quality" } });
    expect(after.standing.id).not.toBe(before);
    expect((await world.there()).size).toBe(10);
  });
});

withEngine("a data source's warning", () => {
  test("is raised with the gate's sentence, changed with it and lifted after, each only once", async () => {
    await world.publish(metrics(0, 10));
    expect(await warn(GATE)).toEqual([]);
    expect(await warn(GATE)).toEqual([]);
    expect(JSON.stringify(await warningThere())).toContain('"Process Hub: not read in full: asana-main tasks"');
    expect(await calls("warnings.")).toBe(2 + 1);
    await warn({ type: "STALE", message: "older than the last run" });
    expect(JSON.stringify(await warningThere())).toMatch(/"STALE".*"Process Hub: older than the last run"/u);
    // A publish between keeps what is known of it.
    await world.publish(metrics(0, 11));
    await warn(null);
    expect(JSON.stringify(await warningThere())).not.toContain("Process Hub");
    await world.forgetCalls();
    await warn(null);
    expect(await calls("warnings.")).toBe(0);
  });

  test("is lifted though nothing is remembered of it", async () => {
    await world.publish(metrics(0, 10));
    await warn(GATE);
    await rm(join(world.folder, "fact_data_quality.json"));
    await world.publish(metrics(0, 11));
    await warn(null);
    expect(JSON.stringify(await warningThere())).not.toContain("Process Hub");
  });

  test("of somebody else is never touched, and that is told", async () => {
    await world.publish(metrics(0, 10));
    const theirs = { type: "DEPRECATED", isActive: true, isSevere: false, message: "Use the other one" };
    await ask("POST", `/dataQualityWarnings/datasource/${await idThere()}`, { dataQualityWarning: theirs });
    expect(await warn(GATE)).toEqual([
      "Data quality has a data-quality warning of somebody else's, so the hub's own was not set.",
    ]);
    expect(await warn(null)).toEqual([]);
    expect(JSON.stringify(await warningThere())).toContain("Use the other one");
  });

  test("beside which somebody else has set one is changed and lifted, and theirs stays as it is", async () => {
    await world.server.control("/settings", { warningsPerItem: 2 });
    await world.publish(metrics(0, 10));
    await warn(GATE);
    const theirs = { type: "DEPRECATED", isActive: true, isSevere: true, message: "Use the other one" };
    await ask("POST", `/dataQualityWarnings/datasource/${await idThere()}`, { dataQualityWarning: theirs });
    expect(await warn({ type: "STALE", message: "older than the last run" })).toEqual([]);
    expect(await warningsThere()).toEqual([
      "DEPRECATED Use the other one",
      "STALE Process Hub: older than the last run",
    ]);
    expect(await warn(null)).toEqual([]);
    expect(await warningsThere()).toEqual(["DEPRECATED Use the other one"]);
  });

  test("whose answer was lost stands once, and is remembered", async () => {
    await world.server.control("/settings", { warningsPerItem: 2 });
    await world.publish(metrics(0, 10));
    await world.server.dial({ fault: "lost-answer", route: "POST /dataQualityWarnings" });
    expect(await warn(GATE)).toEqual([]);
    expect(await warningsThere()).toEqual([`WARNING Process Hub: ${GATE.message}`]);
    await world.forgetCalls();
    await warn(GATE);
    expect(await calls("warnings.")).toBe(0);
  });

  test("fails nothing where a site knows none, and is told once", async () => {
    await world.publish(metrics(0, 10));
    await world.server.control("/settings", { catalog: false });
    const notes = await warnOfAll([SOURCE, SOURCE], () => GATE, around());
    expect(notes).toEqual([expect.stringMatching(/^Tableau takes no data-quality warnings/u)]);
    await world.server.control("/settings", { catalog: true });
    await world.server.dial({ fault: "error", status: 500, route: "/dataQualityWarnings", times: null });
    expect(await warn(GATE)).toEqual([
      expect.stringMatching(/^The data-quality warning of Data quality could not be set \(HUB-5106/u),
    ]);
    await world.server.undial();
  });

  test("says in one sentence what the gates of a star say", async () => {
    const star = await openStar({ zone: "UTC" });
    expect(await gateSentence(star)).toBeNull();
    await star.run(
      `INSERT INTO fact_kpi_snapshot BY NAME SELECT 'k' || i AS snapshot_key, 1 AS gated, 'reason ' || i % 5 AS reason FROM range(20) r(i)`,
    );
    expect(await gateSentence(star)).toBe("reason 0; reason 1; reason 2 and 2 more");
    star.close();
  });
});

withEngine("permissions", () => {
  const viewer = { kind: "user", name: "Hub@TechFlow.example", capabilities: "viewer" } as const;

  interface Capability {
    readonly name: string;
    readonly mode: string;
  }
  interface Grantee {
    readonly user?: { readonly id: string };
    readonly group?: { readonly id: string };
    readonly capabilities: { readonly capability: Capability | readonly Capability[] };
  }
  /** What each user and group may do, by kind and id. */
  const allowed = async (): Promise<Record<string, readonly string[]>> => {
    const answer = (await ask("GET", `/datasources/${await idThere()}/permissions`)) as {
      readonly permissions: { readonly granteeCapabilities?: Grantee | readonly Grantee[] };
    };
    return Object.fromEntries(
      // One of a kind stands alone in Tableau's JSON.
      [answer.permissions.granteeCapabilities ?? []].flat().map(({ user, group, capabilities }) => [
        user === undefined ? `group ${group?.id ?? ""}` : `user ${user.id}`,
        [capabilities.capability]
          .flat()
          .map(({ name, mode }) => `${mode} ${name}`)
          .sort(),
      ]),
    );
  };
  const idOf = async (kind: "user" | "group", name: string): Promise<string> => {
    const all = (await ask("GET", `/${kind}s`)) as Record<string, Record<string, { id: string; name: string }[]>>;
    const found = all[`${kind}s`]?.[kind]?.find((each) => each.name.toLowerCase() === name.toLowerCase());
    return `${kind} ${found?.id ?? "unknown"}`;
  };

  test.each([viewer, { ...viewer, kind: "group", name: "all users" } as const])(
    "are given where they are missing, added to what is there, and not asked for again: $kind $name",
    async (grantee) => {
      await world.publish(metrics(0, 10));
      const who = await idOf(grantee.kind, grantee.name);
      expect(who).not.toContain("unknown");
      const others = Object.entries(await allowed()).filter(([key]) => key !== who);
      await givePermissions(SOURCE, [grantee], around());
      expect((await allowed())[who]).toEqual(expect.arrayContaining(["Allow Connect", "Allow Read"]));
      await world.forgetCalls();
      await givePermissions(SOURCE, [grantee], around());
      expect(await calls("permissions.")).toBe(0);
      await givePermissions(SOURCE, [{ ...grantee, capabilities: ["Connect", "ExportData"] }], around());
      const now = await allowed();
      expect(now[who]).toEqual(expect.arrayContaining(["Allow Connect", "Allow ExportData", "Allow Read"]));
      expect(Object.entries(now).filter(([key]) => key !== who)).toEqual(others);
    },
  );

  test("that somebody denied stay denied, and the others are given", async () => {
    await world.publish(metrics(0, 10));
    const who = await idOf("group", "all users");
    const denied = {
      group: { id: who.replace("group ", "") },
      capabilities: { capability: [{ name: "Connect", mode: "Deny" }] },
    };
    await ask("PUT", `/datasources/${await idThere()}/permissions`, { permissions: { granteeCapabilities: [denied] } });
    const grantee = { kind: "group", name: "all users", capabilities: ["Connect", "ExportData"] } as const;
    await givePermissions(SOURCE, [grantee], around());
    expect((await allowed())[who]).toEqual(expect.arrayContaining(["Allow ExportData", "Deny Connect"]));
    expect((await allowed())[who]).not.toContain("Allow Connect");
  });

  test("for somebody who is not there are told with HUB-5118", async () => {
    await world.publish(metrics(0, 10), AS_OF);
    const nobody = { ...viewer, name: "nobody@techflow.example" };
    await expect(givePermissions(SOURCE, [nobody], around())).rejects.toMatchObject({
      code: "HUB-5118",
      disposition: "operator",
      message: expect.stringContaining('no user "nobody@techflow.example"'),
    });
  });
});
