import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { checkLog, compileChecks } from "../../../src/kpis/index.ts";
import type { CheckedCase, CheckedLog, Checks, LogReader } from "../../../src/kpis/index.ts";
import { createBusinessCalendar } from "../../../src/model/index.ts";
import { logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

const office = [["09:00", "17:00"]] as const;
const calendar = createBusinessCalendar({
  name: "office",
  zone: "Europe/Berlin",
  weekly: { 1: office, 2: office, 3: office, 4: office, 5: office },
  holidays: [],
});

/** Monday to Friday at 10 in Berlin. */
const day = (n: number, hour = 10): string => `2026-03-0${n + 1}T${String(hour).padStart(2, "0")}:00:00+01:00`;
const LOG = [
  ["1", "Order", day(1), "kim", 50],
  ["1", "Approve", day(2), "lee", 50],
  ["1", "Ship", day(3), "kim", 50],
  ["2", "Order", day(1), "kim", 500],
  ["2", "Ship", day(2), "kim", 500],
  ["2", "Approve", day(3), "kim", 500],
  ["3", "Order", day(1), "kim", ""],
  ["3", "Call", day(1, 11), "kim", ""],
];

type Checked = Omit<CheckedLog, "cases"> & { readonly cases: readonly CheckedCase[] };

async function checkAll(log: LogReader, checks: Checks): Promise<Checked> {
  const cases: CheckedCase[] = [];
  const checked = await checkLog(log, checks, { calendar, asOf: null }, (each) => cases.push(each));
  expect(checked.cases).toBe(cases.length);
  return { ...checked, cases };
}

async function check(source: unknown): Promise<Checked> {
  const lines = LOG.map((row) => `${row.join(",")}\n`).join("");
  await bench.import(await bench.file("log.csv", `case,activity,time,resource,amount\n${lines}`));
  const log = await bench.open();
  return checkAll(log, compileChecks(source, ["Order", "Approve", "Ship", "Call"], { file: "rules.yaml" }));
}

const broken = ({ cases }: Checked): readonly string[] =>
  cases.flatMap(({ violations }) => violations.map(({ rule, message }) => `${rule} ${message}`));

describe("checking a log by rules", () => {
  test("names each violation in a sentence with its events, and counts by rule", async () => {
    const found = await check({
      rules: { R1: "Approve before Ship", R2: "approve by someone other than Order", R3: "Order never after Call" },
    });
    expect(broken(found)).toEqual([
      'R1 Case 2: "Ship" happened on 2026-03-03, before "Approve" (2026-03-04).',
      'R2 Case 2: "Approve" was done by whoever did "Order".',
    ]);
    expect(found.cases[1]?.violations[0]?.events.map(({ activity, line }) => [activity, line])).toEqual([
      ["Ship", 6],
      ["Approve", 7],
    ]);
    expect(found).toMatchObject({ completed: 3, open: 0, conforming: 2, violating: 1, compliance: 2 / 3 });
    expect(found.rules[0]).toMatchObject({ activations: 2, satisfied: 2, vacuous: 1, violated: 1 });
  });

  test("takes cases without an end for open: pending, or violating when nothing can mend them", async () => {
    const rules = ["Order followed by Approve", "Order directly followed by Approve"];
    const found = await check({ rules: rules.slice(0, 1), ends: "Ship" });
    expect(found).toMatchObject({ completed: 2, open: 1, pending: 1, conforming: 2, violating: 0 });
    expect(await check({ rules, ends: ["Ship"] })).toMatchObject({
      open: 1,
      pending: 0,
      violating: 2,
      compliance: 0.5,
    });
  });

  test("reads conditions and data from the attributes of the events, business time from the calendar", async () => {
    const found = await check({
      rules: [
        "Approve within 8 business hours of Order if amount is 500",
        "Order only with amount",
        "Approve only with amount < 100",
      ],
    });
    expect(broken(found)).toEqual([
      'R1 Case 2: "Approve" happened on 2026-03-04, 24 hours after it was due (8 business hours after "Order").',
      'R3 Case 2: "Approve" happened on 2026-03-04 with amount 500, not < 100.',
      'R2 Case 3: "Order" happened on 2026-03-02 with amount empty.',
    ]);
  });

  test("follows the order of the log where two events have one time", async () => {
    const text = "case,activity,time\n1,B,2026-03-01T10:00:00Z\n1,A,2026-03-01T10:00:00Z\n";
    await bench.import(await bench.file("log.csv", text));
    const checks = compileChecks({ rules: ["A before B"] }, ["A", "B"], {});
    expect(broken(await checkAll(await bench.open(), checks))).toHaveLength(1);
  });
});

describe("checking a log against a procedure", () => {
  test("costs and fits as the definition says, per case and for the log", async () => {
    const found = await check(["Order", "Approve", "Ship"]);
    expect(found.cases.map(({ alignment }) => alignment?.cost)).toEqual([0, 2, 3]);
    expect(found.cases.map(({ alignment }) => alignment?.fitness)).toEqual([1, 1 - 2 / 6, 1 - 3 / 5]);
    expect(found.alignment).toMatchObject({ aligned: 3, fitting: 1, cost: 5 });
    expect(found.alignment?.logFitness).toBeCloseTo(1 - 5 / 17, 12);
    expect(found.alignment?.meanFitness).toBeCloseTo((1 + 4 / 6 + 2 / 5) / 3, 12);
    expect(found.cases[2]?.alignment?.deviations.map(({ message }) => message)).toEqual([
      '"Call" happened after "Order"; the procedure does not foresee it.',
      '"Approve" never happened where it should.',
      '"Ship" never happened where it should.',
    ]);
  });

  test("takes a file of config/processes, whose stages and end are the path", async () => {
    const found = await check({
      process: "orders",
      version: 2,
      effective_from: "2026-01-01",
      case: "order",
      starts: "Order",
      stages: ["Order", "Approve"],
      ends: "Ship",
      rules: { R1: "Approve before Ship" },
    });
    expect(found).toMatchObject({ completed: 2, open: 1, violating: 1, alignment: { aligned: 2, fitting: 1 } });
  });
});

describe("a file to check by", () => {
  test("that does not fit is refused with HUB-2410", () => {
    for (const source of [{ rule: {} }, { rules: ["A first"], ends: "X" }, "A, B"])
      expect(() => compileChecks(source, ["A"], {})).toThrow(expect.objectContaining({ code: "HUB-2410" }));
  });

  test("may name activities no case has, when it declares them, and they are told", () => {
    expect(compileChecks({ rules: ["A before B"], activities: ["B"] }, ["A"], {}).notInLog).toEqual(["B"]);
    expect(() => compileChecks({ rules: ["A before B"] }, ["A"], {})).toThrow(
      expect.objectContaining({ code: "HUB-2304" }),
    );
  });
});
