import { describe, expect, test } from "@jest/globals";
import { compileMapping, mappingSchema, tryCompileMapping } from "../../src/mappings/index.ts";
import type { MappingOptions } from "../../src/mappings/index.ts";
import { parseInstant } from "../../src/model/index.ts";
import type { FieldValue, NormalisedEntity, Transition } from "../../src/model/index.ts";

const OPTIONS: MappingOptions = {
  zone: "America/Los_Angeles",
  money: {
    corporate: "USD",
    rates: {
      EUR: [
        { from: "2025-01-01", rate: 1.08 },
        { from: "2026-06-01", rate: 1.2 },
      ],
    },
  },
};

const at = (iso: string): number => parseInstant(iso) ?? Number.NaN;
const HUMAN = { person: "005A", kind: "human" } as const;

function change(field: string, from: FieldValue, to: FieldValue, iso: string, sequence = 0): Transition {
  return {
    field,
    from,
    to,
    at: at(iso),
    precision: "s",
    by: HUMAN,
    source: { stream: "OpportunityHistory", id: `${field}${iso}${String(sequence)}` },
    sequence,
  };
}

function entity(fields: Record<string, FieldValue>, transitions: readonly Transition[] = []): NormalisedEntity {
  return {
    key: { system: "salesforce", tenant: "00D1", stream: "Opportunity", id: "006A" },
    fields,
    transitions,
    created: { at: at("2026-01-05T10:00:00Z"), precision: "s", by: HUMAN },
    removed: null,
    url: "https://example.test/006A",
    gaps: [],
  };
}

const compile = (file: unknown) => compileMapping(mappingSchema.parse(file), OPTIONS);
const CONTEXT = { firstSeenAt: at("2026-03-01T00:00:00Z") };

const STAGED = {
  mapping: "opportunity",
  from: "salesforce-prod.Opportunity",
  fields: { name: "Name" },
  stage: {
    from: "StageName",
    values: { Discovery: [" discovery/demo", "Qualification"], Commit: ["Proposal"], Won: ["Closed Won"] },
    was: { Legacy: { until: "2026-02-01", is: "Discovery" } },
  },
};

describe("fields", () => {
  test("become attributes and references of their kind", () => {
    const mapping = compile({
      mapping: "opportunity",
      from: "salesforce-prod.Opportunity",
      fields: {
        name: "Name",
        kind: { option: "Type" },
        amount: { money: "Amount", currency: "CurrencyIsoCode" },
        owner: { person: "OwnerId" },
        go_live: { date: "Go_Live__c" },
        seen: { instant: "Seen" },
        months: { number: "Term" },
        account: { ref: "AccountId", stream: "Account" },
        partner: "PartnerId",
        customer: { key: { type: "account", by: "domain", value: "Domain__c" } },
        region: { option: "Region__c", values: { Europe: ["EMEA", "EU"] } },
      },
    });
    const { objects, unmapped } = mapping.apply(
      entity({
        Name: " Acme ",
        Type: { option: "1", name: "New Business" },
        Amount: 1000,
        CurrencyIsoCode: "EUR",
        OwnerId: { person: "005A" },
        Go_Live__c: "2026-03-01",
        Seen: "2026-03-01T07:30:00.000Z",
        Term: "12",
        AccountId: "001A",
        PartnerId: { stream: "Account", id: "001B" },
        Domain__c: "acme.example",
        Region__c: "Mars",
      }),
      CONTEXT,
    );
    expect(objects[0]).toMatchObject({
      key: "salesforce/00D1/Opportunity/006A",
      type: "opportunity",
      attributes: {
        name: "Acme",
        kind: "New Business",
        amount: { amount: 1000, currency: "EUR", corporate: 1080 },
        owner: { person: "005A" },
        go_live: { day: "2026-03-01" },
        seen: { at: at("2026-03-01T07:30:00Z") },
        months: 12,
        region: null,
      },
      references: [
        { name: "account", to: { kind: "record", stream: "Account", id: "001A" } },
        { name: "partner", to: { kind: "record", stream: "Account", id: "001B" } },
        { name: "customer", to: { kind: "key", type: "account", by: "domain", value: "acme.example" } },
      ],
    });
    expect(unmapped).toEqual([{ mapping: "opportunity", field: "Region__c", value: "Mars" }]);
    expect(mapping.selection).toContain("CurrencyIsoCode");
  });

  test("keep the changes of an attribute with the first value and the rate of each day", () => {
    const mapping = compile({
      mapping: "opportunity",
      from: "salesforce-prod.Opportunity",
      fields: { amount: { money: "Amount", currency: "CurrencyIsoCode" } },
    });
    const { objects } = mapping.apply(
      entity({ Amount: 300, CurrencyIsoCode: "EUR" }, [
        change("Amount", 100, 200, "2026-02-01T00:00:00Z"),
        change("Amount", 200, 300, "2026-07-01T00:00:00Z"),
      ]),
      CONTEXT,
    );
    expect(objects[0]?.attributes["amount"]).toEqual({ amount: 300, currency: "EUR", corporate: 360 });
    expect(objects[0]?.history.map((row) => [row.value, row.validAt])).toEqual([
      [{ amount: 100, currency: "EUR", corporate: 108 }, at("2026-01-05T10:00:00Z")],
      [{ amount: 200, currency: "EUR", corporate: 216 }, at("2026-02-01T00:00:00Z")],
      [{ amount: 300, currency: "EUR", corporate: 360 }, at("2026-07-01T00:00:00Z")],
    ]);
  });

  test("a value that history does not reach becomes a snapshot row", () => {
    const mapping = compile({ mapping: "lead", from: "salesforce-prod.Lead", fields: { source: "LeadSource" } });
    const gapped = {
      ...entity({ LeadSource: "Web" }, [change("LeadSource", null, "Event", "2026-02-01T00:00:00Z")]),
      gaps: ["LeadSource"],
    };
    const rows = mapping.apply(gapped, CONTEXT).objects[0]?.history ?? [];
    expect(rows.map((row) => [row.value, row.source])).toEqual([
      ["Event", "history"],
      ["Web", "snapshot"],
    ]);
  });
});

describe("stages", () => {
  test("give the first stage at creation and one event per stage entered", () => {
    const { events, objects } = compile(STAGED).apply(
      entity({ Name: "A", StageName: "closed won " }, [
        change("StageName", "Discovery/Demo", "QUALIFICATION", "2026-01-06T00:00:00Z"),
        change("StageName", "Qualification", "Proposal", "2026-01-07T00:00:00Z", 1),
        change("StageName", "Proposal", "Closed Won", "2026-01-07T00:00:00Z", 2),
      ]),
      CONTEXT,
    );
    expect(events.map((event) => [event.type, event.fromStage])).toEqual([
      ["Discovery entered", null],
      ["Commit entered", "Discovery"],
      ["Won entered", "Commit"],
    ]);
    expect(objects[0]?.attributes["stage"]).toBe("Won");
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
  });

  test("list unknown values instead of guessing", () => {
    const { events, unmapped, objects } = compile(STAGED).apply(entity({ StageName: "Prospecting" }), CONTEXT);
    expect(events).toEqual([]);
    expect(objects[0]?.attributes["stage"]).toBeNull();
    expect(unmapped).toEqual([{ mapping: "opportunity", field: "StageName", value: "Prospecting" }]);
  });

  test("keep the meaning a value had at its time", () => {
    const mapping = compile(STAGED);
    const early = mapping.apply(entity({ StageName: "Legacy" }), CONTEXT);
    expect(early.events[0]?.stage).toBe("Discovery");
    const late = mapping.apply(
      entity({ StageName: "Legacy" }, [change("StageName", null, "Legacy", "2026-02-02T08:00:00Z")]),
      CONTEXT,
    );
    expect(late.unmapped).toHaveLength(1);
    const lastDay = mapping.apply(
      entity({ StageName: "Legacy" }, [change("StageName", null, "Legacy", "2026-02-02T07:59:59Z")]),
      CONTEXT,
    );
    expect(lastDay.unmapped).toEqual([]);
  });

  test("keep event ids when the value map changes", () => {
    const record = entity({ StageName: "Proposal" }, [
      change("StageName", "Qualification", "Proposal", "2026-01-07T00:00:00Z"),
    ]);
    const before = compile(STAGED)
      .apply(record, CONTEXT)
      .events.map((event) => event.id);
    const after = compile({ ...STAGED, stage: { from: "StageName" } })
      .apply(record, CONTEXT)
      .events.map((event) => event.id);
    expect(after).toEqual(before);
  });
});

describe("events", () => {
  const STEP = {
    mapping: "onboarding-step",
    from: "asana-main.tasks",
    where: 'project.startsWith("Onboarding: ")',
    fields: { step: "name", onboarding: { ref: "project_id", stream: "projects" } },
    events: {
      "step completed": { when: "completed becomes true", with: { step: "name" } },
      "step reopened": { when: "completed becomes false", with: { step: "name" } },
      "step assigned": "assignee is set",
    },
  };

  test("follow the occasions of the file and carry values as of their time", () => {
    const { events } = compile(STEP).apply(
      entity({ name: "Kickoff", project: "Onboarding: Acme", completed: true, assignee: null }, [
        change("completed", false, true, "2026-01-06T00:00:00Z"),
        change("name", "Kick-off", "Kickoff", "2026-01-07T00:00:00Z"),
        change("completed", true, false, "2026-01-08T00:00:00Z"),
        change("assignee", null, { person: "7" }, "2026-01-09T00:00:00Z"),
        change("assignee", { person: "7" }, null, "2026-01-10T00:00:00Z"),
        change("completed", false, true, "2026-01-11T00:00:00Z"),
      ]),
      CONTEXT,
    );
    expect(events.map((event) => [event.type, event.attributes["step"]])).toEqual([
      ["step completed", "Kick-off"],
      ["step reopened", "Kickoff"],
      ["step assigned", undefined],
      ["step completed", "Kickoff"],
    ]);
  });

  test("records left out by the condition give nothing", () => {
    const mapping = compile(STEP);
    expect(mapping.apply(entity({ name: "X", project: "Hiring" }), CONTEXT).objects).toEqual([]);
    expect(mapping.apply(entity({ name: "X", project: null }), CONTEXT).objects).toEqual([]);
    expect(mapping.selection).toEqual(["assignee", "completed", "name", "project", "project_id"]);
  });
});

describe("checking", () => {
  test("names every slip of a file with its place", () => {
    const { problems } = tryCompileMapping(
      mappingSchema.parse({
        ...STAGED,
        where: "Amount > 5000 && Name.startWith('A')",
        unless: "Amount + 1",
        events: { odd: "when it rains" },
        stage: { from: "StageName", values: { Won: ["Closed Won"], Lost: ["closed won"] } },
      }),
      OPTIONS,
    );
    expect(problems.map((problem) => [problem.code, problem.path.join("."), problem.remedy])).toEqual([
      ["HUB-2103", "where", "Did you mean `startsWith`?"],
      ["HUB-2103", "unless", "Compare it with something."],
      ["HUB-2105", "stage.values.Lost", "Keep it under one of them."],
      ["HUB-2107", "events.odd", expect.stringContaining("becomes")],
    ]);
  });
});
