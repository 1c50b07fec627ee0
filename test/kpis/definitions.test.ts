import { describe, expect, test } from "@jest/globals";
import { compileKpi, compileProcess, windowAt } from "../../src/kpis/index.ts";
import { parseWindow } from "../../src/kpis/definitions/windows.ts";
import { at } from "./support/build.ts";

const onboarding = {
  process: "customer-onboarding",
  version: 4,
  effective_from: "2026-01-01",
  case: "onboarding",
  starts: "onboarding created",
  ends: "Go-live",
  stages: ["Kickoff", "Data import"],
  steps: { "Welcome mail": { routine: true } },
};
const withRule = (rule: string) =>
  compileProcess({ ...onboarding, rules: { R1: rule } }, { file: "onboarding.yaml" }).rules[0];

describe("process files", () => {
  test.each([
    ["Kickoff before data import", "precedence(Kickoff, Data import)"],
    ["Kickoff within 5 business days of start", "response_within(start, Kickoff, 5 business days)"],
    ["Data import within 1 hour of Kickoff", "response_within(Kickoff, Data import, 1 hour)"],
    ["Welcome mail at least once if segment is Enterprise", "existence(Welcome mail, 1)"],
    ["Kickoff at most twice", "absence(Kickoff, 3)"],
    ["Welcome mail never", "absence(Welcome mail, 1)"],
    ["Kickoff at least 90 days before end", "day(Kickoff) <= end - 90 d"],
    ["Kickoff is followed by Data import", "response(Kickoff, Data import)"],
    ["not both Kickoff and Welcome mail", "not_coexistence(Kickoff, Welcome mail)"],
  ])("reads the rule %s", (text, formal) => {
    expect(withRule(text)?.formal).toBe(formal);
  });

  test("says a rule back in a sentence", () => {
    expect(withRule("Welcome mail at least once if segment is Enterprise")?.sentence).toBe(
      '"Welcome mail" happens at least once when segment is Enterprise.',
    );
  });

  test("refuses an unknown activity and names the nearest known one", () => {
    expect(() => withRule("Kickof before Data import")).toThrow(
      expect.objectContaining({ code: "HUB-2304", remedy: expect.stringContaining('Did you mean "Kickoff"?') }),
    );
  });

  test("refuses a sentence outside the grammar", () => {
    expect(() => withRule("Kickoff should be nice")).toThrow(expect.objectContaining({ code: "HUB-2303" }));
  });

  test("refuses an unknown key with the place", () => {
    expect(() => compileProcess({ ...onboarding, stage: [] }, { file: "onboarding.yaml" })).toThrow(
      expect.objectContaining({
        code: "HUB-2301",
        place: expect.objectContaining({ file: "onboarding.yaml" }),
        remedy: expect.stringContaining("stages"),
      }),
    );
  });

  test("refuses a start on another object that no handoff leads to", () => {
    expect(() => compileProcess({ ...onboarding, starts: "opportunity enters Closed Won" })).toThrow(
      expect.objectContaining({ code: "HUB-2302" }),
    );
  });
});

describe("KPI files", () => {
  const vocabulary = { processes: [compileProcess(onboarding)], contracts: ["sales-to-cs"] };
  const kpi = {
    kpi: "compliance",
    question: "Do we keep to our procedures?",
    owner: "Dana Ortiz",
    measure: "compliance",
    of: "all processes",
    windows: ["fiscal quarter", "12 months"],
    target: "at least 95 %",
  };

  test("resolve `all processes` and the target", () => {
    const compiled = compileKpi(kpi, vocabulary);
    expect(compiled.of).toEqual(["customer-onboarding"]);
    expect(compiled.target).toMatchObject({ kind: "ratio", direction: "at least", value: 0.95 });
  });

  test.each([
    ["HUB-2311", { measure: "complience" }],
    ["HUB-2312", { of: "customer-onbording" }],
    ["HUB-2313", { target: "about 95 %" }],
    ["HUB-2313", { target: "at most 3 days" }],
    ["HUB-2313", { windows: ["a while"] }],
    ["HUB-2313", { measure: "cycle time reduction", target: "at least 35 % faster than baseline" }],
  ])("are refused with %s for %j", (code, change) => {
    expect(() => compileKpi({ ...kpi, ...change }, vocabulary)).toThrow(expect.objectContaining({ code }));
  });
});

describe("windows", () => {
  const reporting = { zone: "America/Los_Angeles", fiscalYearStarts: 2, corporateCurrency: "USD" };
  test.each([
    ["fiscal quarter", "2026-08-01", "2026-11-01"],
    ["2 fiscal quarters", "2026-05-01", "2026-11-01"],
    ["fiscal year", "2025-02-01", "2026-02-01"],
    ["12 months", "2025-11-01", "2026-11-01"],
    ["2 weeks", "2026-10-19", "2026-11-02"],
  ])("%s runs from %s to %s in the reporting zone", (text, from, to) => {
    const definition = parseWindow(text);
    if (definition === undefined) throw new Error("unreadable");
    const window = windowAt(definition, at("2026-11-02T11:00:00Z"), reporting);
    expect([window.fromDay, window.toDay]).toEqual([from, to]);
  });
});

test("a rule may hold for some cases only, by a number, too", () => {
  const rule = withRule("Kickoff at least 90 days before end if months >= 4");
  expect(rule).toMatchObject({
    condition: { attribute: "months", test: { operator: ">=", value: "4" } },
    sentence: expect.stringContaining("when months is >= 4."),
  });
});
