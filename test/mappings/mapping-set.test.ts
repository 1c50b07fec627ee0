import { describe, expect, test } from "@jest/globals";
import {
  bundleMappings,
  checkFieldNames,
  compileMapping,
  mappingSchema,
  runMappingTests,
  tryCompileMapping,
} from "../../src/mappings/index.ts";
import type { MappingOptions } from "../../src/mappings/index.ts";
import type { FieldValue, NormalisedEntity } from "../../src/model/index.ts";

const OPTIONS: MappingOptions = { zone: "UTC", money: { corporate: "USD", rates: {} } };
const compile = (file: unknown) => compileMapping(mappingSchema.parse(file), OPTIONS);
const task = (fields: Record<string, FieldValue>): NormalisedEntity => ({
  key: { system: "asana", tenant: "1", stream: "tasks", id: "9" },
  fields,
  transitions: [],
  created: null,
  removed: { at: 5, cause: "deleted" },
  url: null,
  gaps: [],
});
const named = (mapping: string, where: string, more: Record<string, unknown> = {}) =>
  compile({ mapping, from: "asana-main.tasks", where, fields: { name: "name" }, ...more });

describe("the mappings of one stream", () => {
  const set = bundleMappings([
    named("hire", 'project == "Hiring"'),
    named("incident", 'project == "Incidents"', { keep: ["Severity"] }),
    named("alarm", 'project == "Incidents" && loud == true', { part: "alarm" }),
    named("twin", 'project == "Hiring" && name == "twice"'),
  ]);

  test("each take their own records, and a record nobody takes gives nothing", () => {
    expect(set.apply("asana-main", task({ name: "A", project: "Hiring" }), { firstSeenAt: 0 })).toMatchObject({
      takenBy: ["hire"],
      objects: [{ type: "hire", key: "asana/1/tasks/9", removed: { at: 5, cause: "deleted" } }],
    });
    expect(set.apply("asana-main", task({ name: "A", project: "Other" }), { firstSeenAt: 0 }).takenBy).toEqual([]);
  });

  test("may make two things of one record when one of them is a part", () => {
    const { objects } = set.apply("asana-main", task({ name: "A", project: "Incidents", loud: true }), {
      firstSeenAt: 0,
    });
    expect(objects.map((object) => object.key)).toEqual(["asana/1/tasks/9", "asana/1/tasks/9#alarm"]);
  });

  test("put a record aside that two of them would overwrite", () => {
    expect(() => set.apply("asana-main", task({ name: "twice", project: "Hiring" }), { firstSeenAt: 0 })).toThrow(
      expect.objectContaining({ code: "HUB-2110", disposition: "skip-record" }),
    );
  });

  test("ask for the fields that any of them names", () => {
    expect(set.selection("asana-main")).toEqual({ tasks: ["Severity", "loud", "name", "project"] });
    expect(set.streams("asana-main")).toEqual(["tasks"]);
  });
});

describe("checks", () => {
  test("tell a field that the system does not have, and know paths to parents", () => {
    const mapping = compile({
      mapping: "deal",
      from: "crm.Opportunity",
      where: 'RecordType.DeveloperName != "x" && CSM__r.IsActive == true',
      fields: { stage_name: "StageNam", owner: "Owner.Name" },
    });
    const problems = checkFieldNames(mapping, ["StageName", "OwnerId", "RecordTypeId", "CSM__c"]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: "HUB-2109",
        path: ["fields", "stage_name"],
        remedy: 'Did you mean "StageName"?',
      }),
    ]);
  });

  test("tell a stage given twice and a former value of an unknown name", () => {
    const { problems } = tryCompileMapping(
      mappingSchema.parse({
        mapping: "deal",
        from: "crm.Opportunity",
        fields: { stage: "StageName" },
        stage: { from: "StageName", values: ["Open", "Won"], was: { Old: { until: "2026-01-01", is: "Opem" } } },
      }),
      OPTIONS,
    );
    expect(problems.map(({ code, remedy }) => [code, remedy])).toEqual([
      ["HUB-2104", "Keep `stage:`; it gives the attribute, too."],
      ["HUB-2106", "Did you mean Open?"],
    ]);
  });

  test("run the tests of a file and say what came instead", () => {
    const file = mappingSchema.parse({
      mapping: "deal",
      from: "crm.Opportunity",
      where: "Amount > 10",
      fields: { amount: { money: "Amount", in: "EUR" }, account: { ref: "AccountId", stream: "Account" } },
      tests: [
        { record: { Amount: 20, AccountId: "001" }, expect: { amount: 20, account: "001" } },
        { record: { Amount: 20 }, expect: { amount: { currency: "USD" }, account: null } },
        { record: { Amount: 5 }, expect: { taken: false } },
        { record: { Amount: 5 }, expect: { amount: 5 } },
      ],
    });
    const messages = runMappingTests(compileMapping(file, OPTIONS), file).map(
      ({ code, message }) => `${code} ${message}`,
    );
    expect(messages).toEqual([
      'HUB-2108 test 2: amount is {"amount":20,"corporate":null,"currency":"EUR"}, expected {"currency":"USD"}.',
      "HUB-2108 test 4: the conditions leave this record out, expected to be taken.",
    ]);
  });
});
