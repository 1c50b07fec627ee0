import { describe, expect, test } from "@jest/globals";
import { array, assert, constantFrom, property } from "fast-check";
import { align, bestAlignment, pathDeviations } from "../../src/kpis/cases/alignment.ts";
import { fixedAsOf } from "../../src/kpis/cases/as-of.ts";
import { judge } from "../../src/kpis/cases/conformance.ts";
import { eventOrder } from "../../src/kpis/cases/judged.ts";
import type { Judged } from "../../src/kpis/cases/judged.ts";
import { parseRule } from "../../src/kpis/definitions/rule-grammar.ts";
import { at, calendar, person } from "./support/build.ts";

const ACTIVITIES = ["A", "B", "C", "Pay, now"];
const HOUR = 3_600_000;

interface Sketch {
  readonly trace: readonly string[];
  readonly open?: boolean;
  readonly values?: Readonly<Record<string, string>>;
  readonly actors?: readonly (readonly [string, string | null])[];
}

function judged({ trace, open = false, values = {}, actors = [] }: Sketch): Judged {
  const events = trace.map((activity, i) => {
    const [name, team] = actors[i] ?? [null, null];
    const actor = name === null ? null : person(name, "human", team);
    return { id: `e${i}`, activity, reopens: false, at: at("2026-03-02") + i * HOUR, actor };
  });
  const last = events.at(-1)?.at ?? 0;
  return {
    label: "Case 1",
    events,
    order: eventOrder(events, "recorded"),
    startedAt: at("2026-03-02"),
    endedAt: open ? null : last,
    asOf: fixedAsOf(last),
    calendar,
    attribute: (name) => values[name] ?? null,
    current: (name) => values[name] ?? null,
    valueAt: (name) => values[name] ?? null,
    roleOf: ({ actor }) => actor?.team ?? null,
  };
}

const verdictOf = (rule: string, sketch: Sketch) =>
  judge(parseRule("R1", rule, { activities: ACTIVITIES }, {}), judged(sketch));

/** Declare's templates as their definitions say them, over positions in a finished trace. */
const DEFINITIONS: Readonly<Record<string, (t: readonly string[]) => boolean>> = {
  "init(A)": (t) => t.length === 0 || t[0] === "A",
  "end(A)": (t) => t.length === 0 || t.at(-1) === "A",
  "existence(A, 2)": (t) => t.filter((x) => x === "A").length >= 2,
  "absence(A, 2)": (t) => t.filter((x) => x === "A").length < 2,
  "exactly(A, 1)": (t) => t.filter((x) => x === "A").length === 1,
  "response(A, B)": (t) => t.every((x, i) => x !== "A" || t.slice(i + 1).includes("B")),
  "precedence(A, B)": (t) => t.every((x, i) => x !== "B" || t.slice(0, i).includes("A")),
  "alternate_response(A, B)": (t) =>
    t.every((x, i) => {
      if (x !== "A") return true;
      const rest = t.slice(i + 1);
      const [nextA, nextB] = [rest.indexOf("A"), rest.indexOf("B")];
      return nextB >= 0 && (nextA < 0 || nextB < nextA);
    }),
  "alternate_precedence(A, B)": (t) =>
    t.every((x, i) => {
      if (x !== "B") return true;
      const before = t.slice(0, i);
      const lastA = before.lastIndexOf("A");
      return lastA >= 0 && lastA > before.lastIndexOf("B");
    }),
  "chain_response(A, B)": (t) => t.every((x, i) => x !== "A" || t[i + 1] === "B"),
  "chain_precedence(A, B)": (t) => t.every((x, i) => x !== "B" || t[i - 1] === "A"),
  "responded_existence(A, B)": (t) => !t.includes("A") || t.includes("B"),
  "coexistence(A, B)": (t) => t.includes("A") === t.includes("B"),
  "not_coexistence(A, B)": (t) => !(t.includes("A") && t.includes("B")),
  "not_succession(A, B)": (t) => t.every((x, i) => x !== "A" || !t.slice(i + 1).includes("B")),
};
const both = (a: string, b: string) => (t: readonly string[]) =>
  [a, b].every((name) => DEFINITIONS[name]?.(t) ?? false);
const ALL = {
  ...DEFINITIONS,
  "succession(A, B)": both("response(A, B)", "precedence(A, B)"),
  "alternate_succession(A, B)": both("alternate_response(A, B)", "alternate_precedence(A, B)"),
  "chain_succession(A, B)": both("chain_response(A, B)", "chain_precedence(A, B)"),
};

const traces = array(constantFrom("A", "B", "C"), { maxLength: 7 });

describe("a rule in its formal name", () => {
  test.each(Object.entries(ALL))("%s holds exactly where its definition says, whatever the trace", (rule, holds) => {
    assert(
      property(traces, (trace) => {
        expect(verdictOf(rule, { trace }).state).toBe(holds(trace) ? "satisfied" : "violated");
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  test.each(Object.entries(ALL))(
    "%s is violated in an open case exactly when nothing that follows could mend it",
    (rule, holds) => {
      const futures = [[], ["A"], ["B"], ["C"], ["A", "B"], ["B", "A"], ["A", "A"], ["B", "A", "B"]];
      assert(
        property(traces, (trace) => {
          const isLost = futures.every((future) => !holds([...trace, ...future]));
          expect([trace, verdictOf(rule, { trace, open: true }).state === "violated"]).toEqual([trace, isLost]);
        }),
        { numRuns: 60, seed: 3 },
      );
    },
  );

  test.each([
    ["response[A, B] | |", "response(A, B)"],
    ["Chain Precedence(A, B)", "chain_precedence(A, B)"],
    ["absence(Pay, now)", "absence(Pay, now, 1)"],
    ["precedence(A, Pay, now)", "precedence(A, Pay, now)"],
    ["response_within(start, A, 2 hours)", "response_within(start, A, 2 hours)"],
    ["data_at(A, amount, >= 100)", "data_at(A, amount, >= 100)"],
    ["role(A, Legal)", "role(A, Legal)"],
    ["A then B", "succession(A, B)"],
    ["A then directly B", "chain_succession(A, B)"],
    ["A then B in turn", "alternate_succession(A, B)"],
    ["A directly followed by B", "chain_response(A, B)"],
    ["A followed by B before the next A", "alternate_response(A, B)"],
    ["A directly before B", "chain_precedence(A, B)"],
    ["A before each B", "alternate_precedence(A, B)"],
    ["A needs B", "responded_existence(A, B)"],
    ["both or none of A and B", "coexistence(A, B)"],
    ["B never after A", "not_succession(A, B)"],
    ["A by role Legal", "role(A, Legal)"],
    ["A only with amount >= 100", "data_at(A, amount, >= 100)"],
  ])("%s is read as %s", (text, formal) => {
    expect(parseRule("R1", text, { activities: ACTIVITIES }, {}).formal).toBe(formal);
  });

  test("with an activity nobody knows is refused with HUB-2304", () => {
    expect(() => parseRule("R1", "response(A, X)", { activities: ACTIVITIES }, {})).toThrow(
      expect.objectContaining({ code: "HUB-2304" }),
    );
  });
});

describe("rules about data and people", () => {
  test("test what an attribute holds when the activity happens", () => {
    const rule = "A only with amount >= 100";
    expect(verdictOf(rule, { trace: ["A"], values: { amount: "100" } }).state).toBe("satisfied");
    expect(verdictOf(rule, { trace: ["A"], values: { amount: "9" } })).toMatchObject({
      state: "violated",
      category: "missing data",
      message: 'Case 1: "A" happened on 2026-03-02 with amount 9, not >= 100.',
    });
    expect(verdictOf(rule, { trace: ["A"] }).message).toContain("amount empty");
    expect(verdictOf("A only with state is Paid", { trace: ["A"], values: { state: "paid" } }).state).toBe("satisfied");
  });

  test("ask for a role, and leave out whose role is not known", () => {
    const rule = "A by role Legal";
    expect(verdictOf(rule, { trace: ["A"], actors: [["kim", "Legal"]] })).toMatchObject({
      state: "satisfied",
      activations: 1,
    });
    expect(verdictOf(rule, { trace: ["A"], actors: [["kim", "Sales"]] })).toMatchObject({
      state: "violated",
      category: "wrong role",
    });
    expect(verdictOf(rule, { trace: ["A"], actors: [["kim", null]] })).toMatchObject({
      state: "satisfied",
      activations: 0,
    });
  });
});

/** The cheapest edit of one sequence into the other by deletions and insertions, tried in every way. */
function cheapest(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const moves = 1 + Math.min(cheapest(a.slice(1), b), cheapest(a, b.slice(1)));
  return a[0] === b[0] ? Math.min(moves, cheapest(a.slice(1), b.slice(1))) : moves;
}

describe("an alignment", () => {
  test("costs as little as any way to read the trace as the path, and its moves say both", () => {
    assert(
      property(traces, array(constantFrom("A", "B", "C"), { maxLength: 5 }), (trace, path) => {
        const found = align(trace, path);
        expect(found.cost).toBe(cheapest(trace, path));
        expect(found.moves.filter(({ kind }) => kind !== "both")).toHaveLength(found.cost);
        expect(found.moves.filter(({ kind }) => kind !== "path only").map(({ activity }) => activity)).toEqual(trace);
        expect(found.moves.filter(({ kind }) => kind !== "trace only").map(({ activity }) => activity)).toEqual(path);
        expect(found.fitness).toBeCloseTo(found.worst === 0 ? 1 : 1 - found.cost / found.worst, 12);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("takes the cheapest of several paths", () => {
    expect(
      bestAlignment(
        ["A", "C"],
        [
          ["A", "B", "C"],
          ["A", "C"],
        ],
      ),
    ).toMatchObject({ cost: 0, path: ["A", "C"] });
    expect(bestAlignment(["A"], [])).toBeNull();
  });

  test("names what is out of order, repeated, unexpected and missing", () => {
    const told = pathDeviations(align(["B", "A", "X", "A", "C"], ["A", "B", "C", "D"]));
    expect(told.map(({ category, activity }) => `${category} ${activity}`).sort()).toEqual([
      "missing step D",
      "out of order A",
      "repeated A",
      "unexpected step X",
    ]);
  });
});
