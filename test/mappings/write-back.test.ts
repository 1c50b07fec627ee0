import { describe, expect, test } from "@jest/globals";
import { mappingSchema, writeBack } from "../../src/mappings/index.ts";
import type { MappingFile } from "../../src/mappings/index.ts";

function file(rest: object): MappingFile {
  return mappingSchema.parse({ mapping: "deal", from: "crm.Opportunity", fields: {}, ...rest });
}

describe("turning a mapping round", () => {
  const deal = file({
    fields: {
      name: "Name",
      segment: { option: "Segment__c", values: { Large: ["Enterprise", "Strategic"], Small: null } },
      amount: { money: "Amount", currency: "CurrencyIsoCode" },
      fee: { money: "Fee", in: "EUR" },
      hours: { number: "Hours" },
      owner: { person: "OwnerId" },
      due: { date: "Due__c" },
      account: { key: { type: "account", by: "name", value: "Account" } },
      kind: { is: "Deal" },
    },
    stage: { from: "StageName", values: { Won: ["Closed Won"], Lost: null } },
  });

  test("gives each attribute the field it is read from, in that field's words", () => {
    const attributes = {
      name: "Acme",
      segment: "Large",
      amount: { amount: 10, currency: "EUR", corporate: 11 },
      hours: { amount: 3, currency: "EUR", corporate: null },
      owner: { person: "005A" },
      due: { day: "2026-12-01" },
      account: "Acme Inc.",
      kind: "Deal",
      stage: "Won",
    };
    expect(writeBack(deal, attributes)).toEqual({
      fields: {
        Name: "Acme",
        Segment__c: "Enterprise",
        Amount: 10,
        CurrencyIsoCode: "EUR",
        Hours: 3,
        OwnerId: { person: "005A" },
        Due__c: { day: "2026-12-01" },
        Account: "Acme Inc.",
        StageName: "Closed Won",
      },
      attributes: Object.keys(attributes),
      refused: [],
    });
    expect(writeBack(deal, { segment: "Small", stage: "Lost", name: null }).fields).toEqual({
      Segment__c: "Small",
      StageName: "Lost",
      Name: null,
    });
  });

  test.each([
    ["an attribute it does not read", { colour: "red" }, "the mapping reads it from no field"],
    ["a name its values do not have", { segment: "Medium" }, '"Medium" is none of its values'],
    ["a stage it does not have", { stage: "Open" }, '"Open" is none of its stages'],
    ["another value of a constant", { kind: "Lead" }, "it is the same for every record"],
    ["another currency", { fee: { amount: 1, currency: "USD", corporate: 1 } }, "its amounts are in EUR, not in USD"],
  ])("refuses %s, and says why", (_, attributes, why) => {
    const { fields, refused } = writeBack(deal, attributes);
    expect([fields, refused.map((each) => each.why)]).toEqual([{}, [why]]);
  });
});
