import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { techFlowOrg } from "../support/salesforce-seed.ts";
import { asanaSeed } from "../support/asana-seed.ts";
import { startAsana } from "../support/asana-server.ts";
import { startBendingProxy } from "../support/bending-proxy.ts";
import { AS_OF, copyConfiguration, hubOn, problemsOf, runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";
import { startMonday } from "../support/monday-server.ts";
import { mondayBoardSeed, mondaySeed } from "../support/monday-seed.ts";
import { createSalesforce, salesforceId } from "../../src/sandbox/salesforce/index.ts";
import { SandboxClock } from "../../src/sandbox/kit/clock.ts";
import { Dials } from "../../src/sandbox/kit/dials.ts";
import { listen } from "../../src/sandbox/kit/server.ts";

jest.setTimeout(60_000);

let company: Company;
let stores = 0;

beforeAll(async () => {
  company = await startCompany({ scale: 0.015 });
});

/** What a test opened, closed whatever came of it. */
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

afterAll(() => company.close());

function newStore(): string {
  stores += 1;
  return company.database(`store-${stores}`);
}

/** The systems of which anything is stored. */
async function storedSystems(db: string): Promise<readonly string[]> {
  const hub = await hubOn(company, { db });
  const found: string[] = [];
  for (const { system, tenant } of await hub.hub.store.records.pins()) {
    const counts = await hub.hub.store.records.counts({ system, tenant });
    if (counts.some(({ live }) => live > 5)) found.push(system);
  }
  await hub.close();
  return found.sort();
}

function without(...names: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(company.environment).filter(([name]) => !names.includes(name)));
}

describe("credentials", () => {
  test("that are missing are named with a remedy, and the other systems are stored", async () => {
    const db = newStore();
    const { code, err } = await runCommand(company, ["sync", "--db", db], without("ASANA_MAIN_TOKEN"));
    expect(err).toContain("HUB-1101");
    expect(err).toContain("ASANA_MAIN_TOKEN");
    expect(err).toMatch(/→ Set it in the environment/u);
    expect(code).toBe(3);
    expect(await storedSystems(db)).toEqual(["monday", "salesforce"]);
    const certificate = await runCommand(company, ["certificate", "--db", db]);
    expect(certificate.code).toBe(3);
    expect(certificate.out).toMatch(/asana-main +tasks +INCOMPLETE/u);
    expect(certificate.out).toContain("HUB-1101");
  });

  test("that are missing everywhere end the command as a matter of configuration", async () => {
    const { code, err } = await runCommand(company, ["sync", "--db", newStore()], {});
    expect(code).toBe(2);
    expect(err).toContain("SALESFORCE_PROD_CLIENT_ID");
    expect(err).toContain("MONDAY_PRODUCT_TOKEN");
  });

  test("that a system does not accept are said so without being shown", async () => {
    const db = newStore();
    const { code, err, out } = await runCommand(company, ["sync", "--db", db], {
      ...company.environment,
      ASANA_MAIN_TOKEN: "a-wrong-secret",
      SALESFORCE_PROD_CLIENT_SECRET: "a-wrong-secret",
    });
    expect(code).toBe(3);
    expect(err).toMatch(/HUB-1401 .*\n.*asana-main.*\n.*→ /u);
    expect(err).toMatch(/HUB-13\d\d .*\n.*salesforce-prod.*\n.*→ /u);
    expect(out + err).not.toContain("a-wrong-secret");
    expect(await storedSystems(db)).toEqual(["monday"]);
    const again = await runCommand(company, ["sync", "--db", db, "--connection", "monday-product"], {
      ...company.environment,
      MONDAY_PRODUCT_TOKEN: "a-wrong-secret",
    });
    expect(again.code).toBe(2);
    expect(again.err).toContain("HUB-1501");
  });
});

describe("another tenant than the pinned one", () => {
  test("is refused for every system, and nothing of it is stored", async () => {
    const db = newStore();
    expect((await runCommand(company, ["sync", "--db", db])).code).toBe(0);
    const hub = await hubOn(company, { db });
    const before = await hub.fingerprint();
    const clock = new SandboxClock(AS_OF, () => AS_OF);
    const org = {
      ...techFlowOrg().build(),
      organization: { id: salesforceId("00D", 99), name: "Other Inc", timeZone: "UTC" },
    };
    const dials = new Dials(1, clock).of("salesforce");
    const { directory } = company;
    const system = createSalesforce(org, { clock, random: () => 0.5, directory, limits: "demo", dials });
    const server = await listen((request) => system.fetch(request), 0, clock);
    closers.push(
      () => server.close(),
      () => system.close(),
    );
    const asana = await startAsana(asanaSeed());
    closers.push(() => asana.close());
    const monday = await startMonday(mondaySeed([mondayBoardSeed("9001", 2)]));
    closers.push(() => monday.stop());
    const { code, err } = await runCommand(company, ["sync", "--db", db], {
      ...system.environment(server.origin),
      ASANA_MAIN_BASE_URL: asana.baseUrl,
      ASANA_MAIN_TOKEN: asana.token,
      MONDAY_PRODUCT_ENDPOINT: monday.endpoint,
      MONDAY_PRODUCT_TOKEN: monday.token,
    });
    expect(err.match(/HUB-1105/gu)).toHaveLength(3);
    expect(err).toMatch(/asana-main is pinned to .*TechFlow/u);
    expect(code).toBe(2);
    expect(await hub.fingerprint()).toBe(before);
    await hub.close();
  });
});

describe("a system that cannot be reached", () => {
  test("is said so after a few tries; the others are stored, and the next run completes it", async () => {
    const db = newStore();
    const gone = await startBendingProxy("http://127.0.0.1:1", (_path, body) => body);
    await gone.close();
    const { code, err, waits } = await runCommand(company, ["sync", "--db", db], {
      ...company.environment,
      ASANA_MAIN_BASE_URL: `${gone.origin}/api/1.0`,
    });
    expect(err).toContain("HUB-1202");
    expect(code).toBe(3);
    expect(waits.length).toBeGreaterThan(1);
    expect(await storedSystems(db)).toEqual(["monday", "salesforce"]);
    expect((await runCommand(company, ["sync", "--db", db])).code).toBe(0);
    expect(await storedSystems(db)).toEqual(["asana", "monday", "salesforce"]);
  });
});

describe("configuration", () => {
  async function edited(name: string, file: string, edit: (text: string) => string): Promise<string> {
    const directory = await copyConfiguration(company, name);
    const path = join(directory, file);
    await writeFile(path, edit(await readFile(path, "utf8")));
    return directory;
  }

  test("that is no YAML is refused with file, line and column before anything is asked", async () => {
    const config = await edited("slip", "mappings/contact.yaml", (text) =>
      text.replace("  email: Email", "  email: [Email"),
    );
    await company.forgetCalls();
    const { code, err } = await runCommand(company, ["sync", "--db", newStore(), "--config", config]);
    expect(code).toBe(2);
    expect(err).toMatch(/HUB-20\d\d/u);
    expect(err).toMatch(/contact\.yaml:\d+:\d+/u);
    expect((await company.calls("salesforce")).total).toBe(0);
  });

  test("with a key that the language does not have is refused where it stands, with the nearest one", async () => {
    const config = await edited("key", "mappings/contact.yaml", (text) => text.replace("fields:", "feilds:"));
    const { code, err } = await runCommand(company, ["sync", "--db", newStore(), "--config", config]);
    expect(code).toBe(2);
    expect(err).toMatch(/contact\.yaml:3:1/u);
    expect(err).toContain("fields");
  });

  test("that names a field the system does not have costs that stream only, and names both", async () => {
    const config = await edited("field", "mappings/contact.yaml", (text) =>
      text.replace("title: Title", "title: Titel"),
    );
    const db = newStore();
    const { code, err } = await runCommand(company, ["sync", "--db", db, "--config", config]);
    expect(code).toBe(3);
    expect(err).toMatch(/HUB-1306 .*Titel/u);
    expect(err).toContain("Contact");
    const hub = await hubOn(company, { db });
    const run = await hub.hub.store.runs.latest("sync");
    const certificates = await hub.hub.store.records.certificates(run?.id ?? "");
    expect(certificates.filter(({ complete }) => !complete).map(({ stream }) => stream)).toEqual(["Contact"]);
    await hub.close();
  });
});

const taskPage = z.looseObject({ data: z.array(z.looseObject({ gid: z.string() })) });

describe("a record that does not fit", () => {
  test("is kept as a reject while the rest goes on, and is stored once it fits", async () => {
    const db = newStore();
    const { baseUrl = "" } = company.sandbox.description.systems["asana"] ?? {};
    let bent = "";
    const proxy = await startBendingProxy(new URL(baseUrl).origin, (path, body) => {
      if (!path.startsWith("/api/1.0/tasks?") || bent !== "") return body;
      const answer = taskPage.parse(JSON.parse(body));
      const [first] = answer.data;
      if (first === undefined) return body;
      bent = first.gid;
      first["modified_at"] = 17;
      return JSON.stringify(answer);
    });
    closers.push(() => proxy.close());
    const environment = { ...company.environment, ASANA_MAIN_BASE_URL: `${proxy.origin}/api/1.0` };
    const { code } = await runCommand(company, ["sync", "--db", db], environment);
    expect(bent).not.toBe("");
    expect(code).toBe(3);
    const listed = await runCommand(company, ["rejects", "--db", db]);
    expect(listed.out).toContain(bent);
    expect(await storedSystems(db)).toEqual(["asana", "monday", "salesforce"]);
    const replayed = await runCommand(company, ["rejects", "replay", bent, "--db", db]);
    expect([replayed.code, replayed.out]).toEqual([0, "1 of 1 rejected records were accepted.\n"]);
    expect((await runCommand(company, ["rejects", "--db", db])).out).not.toContain(bent);
    expect((await runCommand(company, ["sync", "--db", db, "--full"])).code).toBe(0);
    const [hub, other] = [await hubOn(company, { db }), await hubOn(company)];
    await other.sync();
    const { tenant = "" } = (await hub.hub.store.records.pins()).find(({ system }) => system === "asana") ?? {};
    const history = await hub.hub.store.records.history({ system: "asana", tenant, stream: "tasks", id: bent });
    expect(history?.removed).toBeNull();
    await hub.close();
    await other.close();
  });
});

describe("trouble on the way", () => {
  let undisturbed: string;

  beforeAll(async () => {
    const hub = await hubOn(company);
    await hub.sync();
    undisturbed = await hub.fingerprint();
    await hub.close();
  });

  test("of one 429 and one 500 on each system loses nothing", async () => {
    for (const [status, code] of [
      [500, "UNKNOWN_EXCEPTION"],
      [503, "SERVER_UNAVAILABLE"],
      [429, "ERROR_HTTP_429"],
    ] as const) {
      const dial = { system: "salesforce", route: "/query", fault: "error", status, code };
      await company.control("/dials", "POST", dial);
    }
    await company.control("/dials", "POST", [
      { system: "asana", route: "GET /tasks", fault: "throttle", seconds: 30 },
      { system: "asana", route: "/stories", fault: "error", status: 500 },
      { system: "asana", route: "GET /projects", fault: "html" },
      { system: "monday", fault: "throttle" },
      { system: "monday", fault: "error", status: 500 },
      { system: "monday", fault: "error-in-200" },
      { system: "monday", fault: "malformed" },
    ]);
    const hub = await hubOn(company);
    const { pull } = await hub.sync();
    expect(problemsOf(pull)).toEqual([]);
    expect(await hub.fingerprint()).toBe(undisturbed);
    // Part of the half minute Asana asked for has passed when the hub hears of it.
    expect(hub.machine.waits.some((ms) => ms > 20_000 && ms <= 30_000)).toBe(true);
    await hub.close();
  });

  test("of cursors that Salesforce has forgotten loses nothing", async () => {
    await company.control("/systems/salesforce/paging", "POST", { rows: 10 });
    let pages = 0;
    const hub = await hubOn(company, {
      store: (store) => ({
        ...store,
        records: {
          ...store.records,
          commitPage: async (fence, page) => {
            const outcome = await store.records.commitPage(fence, page);
            if (page.key.system === "salesforce" && (pages += 1) % 3 === 0) {
              await company.control("/systems/salesforce/cursors", "DELETE");
            }
            return outcome;
          },
        },
      }),
    });
    const { pull } = await hub.sync();
    expect(problemsOf(pull)).toEqual([]);
    expect(pages).toBeGreaterThan(50);
    expect(await hub.fingerprint()).toBe(undisturbed);
    await hub.close();
    await company.control("/systems/salesforce/paging", "POST", { rows: 2000 });
  });

  test("of an expired sync token and a session that ended loses no change made meanwhile", async () => {
    const hub = await hubOn(company);
    await hub.sync();
    await company.control("/systems/asana/events", "POST", { expire: true });
    await company.control("/systems/salesforce/sessions", "DELETE");
    const { workspaceGid = "" } = company.sandbox.description.systems["asana"] ?? {};
    const projects = (await company.asana("GET", `/projects?workspace=${workspaceGid}`)) as unknown as {
      gid: string;
      name: string;
    }[];
    const project = projects.find(({ name }) => name.startsWith("Onboarding"))?.gid ?? "";
    const tasks = (await company.asana("GET", `/tasks?project=${project}`)) as unknown as { gid: string }[];
    await company.asana("DELETE", `/tasks/${tasks[0]?.gid}`);
    const { changes, pull } = await hub.sync();
    expect(problemsOf(pull)).toEqual([]);
    expect(changes["asana-main tasks"]).toEqual({ inserted: 0, changed: 0, removed: 1 });
    expect(Object.keys(changes).sort()).toEqual(["asana-main events", "asana-main tasks"]);
    await hub.close();
  });
});
