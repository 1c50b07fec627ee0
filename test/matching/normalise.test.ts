import { describe, expect, test } from "@jest/globals";
import { blockBy, foldCompany, foldDomain, foldName, foldRecordId, foldText } from "../../src/matching/index.ts";

describe("folding", () => {
  test.each([
    ["  Data   IMPORT ", "data import"],
    ["Ｆ-012", "f-012"],
    ["Straße", "straße"],
  ])("text %j is %j", (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  test.each([
    ["José's Café, Inc.", "joses cafe inc"],
    ["Smith & Sons", "smith and sons"],
  ])("a name %j is %j", (text, folded) => {
    expect(foldName(text)).toBe(folded);
  });

  test.each([
    ["Acme Inc.", "acme"],
    ["ACME Holding Co., Ltd.", "acme holding"],
    ["Acme Robotics", "acme robotics"],
    ["Co", "co"],
  ])("a company %j is %j", (text, folded) => {
    expect(foldCompany(text)).toBe(folded);
  });

  test.each([
    ["https://www.acme.co.uk/about", "acme.co.uk"],
    ["Dana@mail.Acme.com", "acme.com"],
    ["not a domain", null],
  ])("the domain of %j is %j", (text, folded) => {
    expect(foldDomain(text)).toBe(folded);
  });

  test.each([
    [" 0065e0000000001AAA ", "0065e0000000001"],
    ["https://techflow.my.salesforce.com/0065e0000000001AAA", "0065e0000000001"],
    ["1208000000000001", "1208000000000001"],
  ])("the record id %j is %j", (text, folded) => {
    expect(foldRecordId(text)).toBe(folded);
  });
});

test("a block holds everything of its key, and an empty key is none", () => {
  const block = blockBy(["a1", "a2", ""], (text) => [text.slice(0, 1)]);
  expect(block.of("a")).toEqual(["a1", "a2"]);
  expect(block.of("")).toEqual([]);
});
