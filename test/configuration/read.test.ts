import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import {
  checkConfiguration,
  credentialsFor,
  explainConfiguration,
  readConfiguration,
} from "../../src/configuration/index.ts";
import type { FileKind } from "../../src/configuration/index.ts";
import type { ConnectorDefinition } from "../../src/connectors/kit/index.ts";
import { HubError } from "../../src/model/index.ts";

const crm: ConnectorDefinition = {
  system: "crm",
  title: "A CRM",
  settings: z.strictObject({ reserve: z.string().optional(), region: z.enum(["eu", "us"]).optional() }),
  credentials: [
    { key: "TOKEN", required: true, secret: true, description: "The token." },
    { key: "URL", required: false, secret: false, description: "The address." },
  ],
  streams: () => [
    { name: "Deal", title: "Deals", role: "entity" },
    { name: "Account", title: "Accounts", role: "entity" },
  ],
  connect: () => Promise.reject(new Error("not used")),
  normaliser: () => () => {
    throw new Error("not used");
  },
};

interface Note {
  readonly note: string;
  readonly about: string;
}
const noteKind: FileKind<Note> = {
  name: "note",
  folder: "notes",
  shapeCode: "HUB-2999",
  schema: z.strictObject({ note: z.string(), about: z.string() }),
  compile: (data, { vocabulary }) => {
    const note = data as Note;
    if (vocabulary.has(note.about)) return { value: note, problems: [] };
    throw new HubError("HUB-2998", `Nothing is called ${note.about}.`, { place: { path: "about" } });
  },
  identityOf: (note) => note.note,
  explain: (note) => `A note about ${note.about}.`,
};

const GOOD: Readonly<Record<string, string>> = {
  "hub.yaml": `company: Acme
time: { zone: Europe/Berlin, fiscal_year_starts: February, calendar: office }
money: { corporate: EUR, rates: { USD: 0.9 } }
connections:
  crm-main: { system: crm, region: eu }
`,
  "people.yaml": `- name: Dana Ortiz
  ids: { crm-main: dana@acme.example }
  team: Sales
  backup: Kim Lee
- { name: Kim Lee, team: { Sales: { from: 2025-02-01 } } }
- { name: Robot, service: true, ids: { crm-main: robot@acme.example } }
`,
  "calendars/office.yaml": `calendar: office
zone: Europe/Berlin
open: { Mon-Fri: 09:00-17:00 }
holidays: { 2026-12-25: Christmas }
`,
  "mappings/account.yaml": "mapping: account\nfrom: crm-main.Account\nfields: { name: Name, domain: Domain }\n",
  "mappings/deal.yaml": `mapping: deal
from: crm-main.Deal
where: Kind != "Partner"
fields:
  name: Name
  account: { key: { type: account, by: domain, value: Domain } }
stage: { from: Stage, values: [Open, Won] }
events: { deal created: created }
tests:
  - { record: { Name: X, Stage: " won" }, expect: { stage: Won } }
`,
  "notes/one.yaml": "note: one\nabout: deal\n",
};

const made: string[] = [];
async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "hub-config-"));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    await writeFile(path.join(directory, name), text);
  }
  return directory;
}

afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

const OPTIONS = { connectors: [crm], kinds: [noteKind], tests: true };

async function problemsOf(changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const directory = await directoryWith({ ...GOOD, ...changes });
  const { problems } = await checkConfiguration(directory, OPTIONS);
  return problems.map(({ code, message, place, remedy }) => {
    const file = path.relative(directory, place.file ?? "");
    return `${code} ${file}:${String(place.line)}:${String(place.column)} ${message} ${remedy ?? ""}`.trim();
  });
}

describe("a configuration directory", () => {
  test("becomes one typed configuration", async () => {
    const configuration = await readConfiguration(await directoryWith(GOOD), OPTIONS);
    expect(configuration).toMatchObject({ company: "Acme", zone: "Europe/Berlin", fiscalYearStart: 2 });
    expect(configuration.connections.get("crm-main")?.settings).toEqual({ region: "eu" });
    expect(configuration.money.rates["USD"]?.[0]?.rate).toBe(0.9);
    expect(configuration.mappings.selection("crm-main")).toEqual({
      Account: ["Domain", "Name"],
      Deal: ["Domain", "Kind", "Name", "Stage"],
    });
    expect(configuration.compiled(noteKind)).toEqual([{ note: "one", about: "deal" }]);
    expect(configuration.calendar.isBusinessDay("2026-12-25")).toBe(false);
    expect(explainConfiguration(configuration).join("\n")).toContain("its stages are Open and Won, from Stage");
  });

  test("keeps its hash when only comments change, and changes it with a value", async () => {
    const hashOf = async (changes: Readonly<Record<string, string>>): Promise<string> =>
      (await readConfiguration(await directoryWith({ ...GOOD, ...changes }), OPTIONS)).hash;
    const before = await hashOf({});
    expect(await hashOf({ "notes/one.yaml": "# a note\nnote:   one\nabout: deal\n" })).toBe(before);
    expect(await hashOf({ "notes/one.yaml": "note: two\nabout: deal\n" })).not.toBe(before);
  });
});

describe("slips", () => {
  test("are all told, each with its place and the nearest known word", async () => {
    const problems = await problemsOf({
      "hub.yaml": `company: Acme
time: { zone: Europe/Berlin, fiscal_year_starts: Febuary, calender: office }
money: { corporate: EUR, rates: { USD: 0.9 } }
connections:
  crm-main: { system: crm, region: eu }
`,
      "mappings/account.yaml": "mapping: account\nfrom: crm-main.Account\nfeilds: { name: Name }\nfields: {}\n",
    });
    expect(problems).toEqual([
      "HUB-2010 hub.yaml:2:7 `time.calendar` is missing. Add `calendar:`.",
      'HUB-2010 hub.yaml:2:50 `time.fiscal_year_starts` is "Febuary", which is not known. Did you mean `February`?',
      "HUB-2010 hub.yaml:2:59 `calender` is not known in `time`. Did you mean `calendar`?",
      "HUB-2101 mappings/account.yaml:3:1 `feilds` is not known in this file. Did you mean `fields`?",
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "a double key",
      { "notes/one.yaml": "note: one\nnote: two\nabout: deal\n" },
      "HUB-2001 notes/one.yaml:2:1 This name stands twice",
    ],
    ["broken YAML", { "notes/one.yaml": "note: [one\nabout: deal\n" }, "HUB-2001 notes/one.yaml:2"],
    ["an unknown folder", { "mapings/x.yaml": "a: 1\n" }, "HUB-2003 mapings"],
    ["an unknown file", { "poeple.yaml": "a: 1\n" }, "Did you mean `people.yaml`?"],
    [
      "an unknown system",
      { "hub.yaml": (GOOD["hub.yaml"] ?? "").replace("system: crm", "system: crn") },
      'HUB-2020 hub.yaml:5:23 The system "crn" is not known. Did you mean `crm`?',
    ],
    [
      "a connector's setting",
      { "hub.yaml": (GOOD["hub.yaml"] ?? "").replace("region: eu", "regoin: eu") },
      "HUB-2010 hub.yaml:5:28 `regoin` is not known in `connections.crm-main`. Did you mean `region`?",
    ],
    [
      "an unknown connection",
      { "mappings/account.yaml": "mapping: account\nfrom: crm-mian.Account\nfields: { domain: D }\n" },
      'HUB-2021 mappings/account.yaml:2:7 There is no connection "crm-mian". Did you mean `crm-main`?',
    ],
    [
      "an unknown stream",
      { "mappings/account.yaml": "mapping: account\nfrom: crm-main.Acount\nfields: { domain: D }\n" },
      'HUB-2022 mappings/account.yaml:2:16 The connection crm-main has no stream "Acount". Did you mean `Account`?',
    ],
    [
      "an unknown attribute",
      { "mappings/account.yaml": "mapping: account\nfrom: crm-main.Account\nfields: { domains: D }\n" },
      "Did you mean `domains`?",
    ],
    [
      "a slip in a condition",
      {
        "mappings/account.yaml":
          "mapping: account\nfrom: crm-main.Account\nwhere: Size > 3 && Nam.startWith('x')\nfields: { domain: D }\n",
      },
      "HUB-2103 mappings/account.yaml:3:20 `startWith` is not known in conditions. Did you mean `startsWith`?",
    ],
    [
      "a failing test",
      {
        "mappings/account.yaml":
          "mapping: account\nfrom: crm-main.Account\nfields: { domain: D }\ntests:\n  - record: { D: a }\n    expect: { domain: b }\n",
      },
      'HUB-2108 mappings/account.yaml:6:23 test 1: domain is "a", expected "b".',
    ],
    [
      "a field of two kinds",
      {
        "mappings/account.yaml":
          "mapping: account\nfrom: crm-main.Account\nfields: { domain: { text: D, number: D } }\n",
      },
      "HUB-2101 mappings/account.yaml:3:19 `fields.domain` says exactly one of",
    ],
    [
      "an unknown backup",
      { "people.yaml": "- { name: Kim, backup: Kom }\n" },
      'HUB-2026 people.yaml:1:24 The backup of Kim, "Kom", is not in people.yaml. Did you mean `Kim`?',
    ],
    [
      "a name twice",
      { "mappings/z.yaml": "mapping: deal\nfrom: crm-main.Deal\nfields: {}\n" },
      'HUB-2025 mappings/z.yaml:1:10 Another file describes the mapping "deal", too.',
    ],
    [
      "an error of an injected kind",
      { "notes/one.yaml": "note: one\nabout: dael\n" },
      "HUB-2998 notes/one.yaml:2:8 Nothing is called dael.",
    ],
    [
      "an unknown calendar",
      { "hub.yaml": (GOOD["hub.yaml"] ?? "").replace("calendar: office", "calendar: offcie") },
      "HUB-2027 hub.yaml:2:70",
    ],
    [
      "a person's file",
      { "people.yaml": "- { nam: Kim }\n" },
      "HUB-2011 people.yaml:1:5 `nam` is not known in `[0]`. Did you mean `name`?",
    ],
    [
      "a calendar's file",
      { "calendars/x.yaml": "calendar: x\nzone: UTC\nopen: { Mon-Fry: 09:00-17:00 }\n" },
      "HUB-2012 calendars/x.yaml:3",
    ],
    [
      "a calendar that never opens",
      { "calendars/x.yaml": "calendar: x\nzone: UTC\nopen: {}\n" },
      "HUB-2040 calendars/x.yaml:1",
    ],
    [
      "the bindings",
      { "bindings.lock.yaml": "crm-main: { Deal: { Stage: Won } }\n" },
      "HUB-2013 bindings.lock.yaml:1:28",
    ],
    [
      "a rate of the corporate currency",
      { "hub.yaml": (GOOD["hub.yaml"] ?? "").replace("USD: 0.9", "EUR: 1") },
      "HUB-2028 hub.yaml:3",
    ],
    [
      "a zone",
      { "hub.yaml": (GOOD["hub.yaml"] ?? "").replace("zone: Europe/Berlin", "zone: Europe/Berln") },
      'HUB-2010 hub.yaml:2:15 `time.zone` is a time zone such as America/Los_Angeles; found "Europe/Berln".',
    ],
  ])("of %s are told at their place", async (_what, changes, expected) => {
    expect((await problemsOf(changes)).join("\n")).toContain(expected);
  });
});

describe("a connection that cannot be used", () => {
  test.each([
    ["a slip in its settings", "region: eu", "regoin: eu", "HUB-2010"],
    ["an unknown system", "system: crm", "system: crn", "HUB-2020"],
  ])("for %s is one problem and stays a known name elsewhere", async (_what, before, after, code) => {
    const problems = await problemsOf({ "hub.yaml": (GOOD["hub.yaml"] ?? "").replace(before, after) });
    expect(problems.map((problem) => problem.slice(0, 8))).toEqual([code]);
  });
});

describe("a directory", () => {
  test("that is not there, or holds no hub.yaml, is told", async () => {
    await expect(readConfiguration("/nowhere", OPTIONS)).rejects.toMatchObject({ code: "HUB-2002" });
    await expect(readConfiguration(await directoryWith({ "people.yaml": "[]\n" }), OPTIONS)).rejects.toMatchObject({
      code: "HUB-2002",
      message: "There is no hub.yaml.",
    });
  });

  test("with several problems is refused once, with all of them", async () => {
    const directory = await directoryWith({ ...GOOD, "notes/one.yaml": "note: 1\nabot: deal\n" });
    await expect(readConfiguration(directory, OPTIONS)).rejects.toMatchObject({
      code: "HUB-2000",
      disposition: "operator",
      problems: [{ code: "HUB-2999" }, { code: "HUB-2999" }, { code: "HUB-2999" }],
    });
  });
});

describe("credentials", () => {
  test("come from the environment or a file it names, and a missing one is told by its variable", async () => {
    const configuration = await readConfiguration(await directoryWith(GOOD), OPTIONS);
    const connection = configuration.connections.get("crm-main");
    if (connection === undefined) throw new Error("crm-main is missing");
    const files = (file: string): Promise<string> =>
      file === "/run/token" ? Promise.resolve("s3cret\n") : Promise.reject(new Error("no such file"));
    expect(await credentialsFor(connection, { CRM_MAIN_TOKEN: "a", CRM_MAIN_URL: "b" }, files)).toEqual({
      TOKEN: "a",
      URL: "b",
    });
    expect(await credentialsFor(connection, { CRM_MAIN_TOKEN_FILE: "/run/token" }, files)).toEqual({ TOKEN: "s3cret" });
    await expect(credentialsFor(connection, {}, files)).rejects.toMatchObject({
      code: "HUB-1101",
      message: "The connection crm-main lacks CRM_MAIN_TOKEN.",
    });
    await expect(credentialsFor(connection, { CRM_MAIN_TOKEN_FILE: "/x" }, files)).rejects.toMatchObject({
      code: "HUB-1102",
    });
  });
});
