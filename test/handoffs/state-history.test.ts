import { describe, expect, test } from "@jest/globals";
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { historyOf, reconcile } from "../../src/handoffs/index.ts";
import type { Handoff, LinkedObject } from "../../src/model/index.ts";
import { contractFile, deal, hours, input, lead, onboarding } from "./world.ts";

const contract = contractFile("sales-to-cs");
const linked = { opportunity_id: "006A" };

function lines(handoff: Handoff | undefined): readonly string[] {
  if (handoff === undefined) return [];
  return historyOf(handoff).map(({ at, label, because, ...fields }) => {
    const changed = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
    return `${(at - hours(0)) / 3_600_000}h ${changed.join(", ")} → ${label}: ${because}`;
  });
}

function decided(sources: readonly LinkedObject[], targets: readonly LinkedObject[], at = 400): Handoff | undefined {
  return reconcile(contract, input(sources, targets, hours(at)))[0];
}

describe("the history of a handoff", () => {
  test("tells when it was late, missing, matched, in sync and accepted, each with its reason", () => {
    const project = onboarding({ at: hours(60), attributes: linked, steps: [["Accept handoff", 66]] });
    expect(lines(decided([deal()], [project]))).toEqual([
      "0h link expected, timeliness pending → expected: what it waits on began",
      "24h timeliness late → late: nothing had come when it was due",
      "48h link missing → missing: nothing had come when the grace ended",
      "60h link matched → late: its opportunity_id is the opportunity's id",
      "60h content in_sync → late: nothing differed as far as is known",
      "66h decision accepted → late: it was accepted",
    ]);
  });

  test("tells since when the sides differ, where a system keeps that", () => {
    const project = onboarding({
      attributes: { ...linked, deal_amount: 1 },
      history: [["deal_amount", 1, 30]],
    });
    expect(lines(decided([deal()], [project])).at(-1)).toBe(
      "30h content drifted → drifted: the sides differ in amount",
    );
  });

  test("ends with what took it back; what would have come after is not told", () => {
    const back = deal({
      stages: [
        ["Closed Won", 0],
        ["Negotiation", 30],
      ],
    });
    expect(lines(decided([back], [])).map((line) => line.split(":")[0])).toEqual([
      "0h link expected, timeliness pending → expected",
      "24h timeliness late → late",
      "30h link revoked → revoked",
    ]);
  });

  test("of an orphan begins with its target", () => {
    expect(lines(decided([], [onboarding({ attributes: { name: "x" } })]))).toEqual([
      "29h link orphan, timeliness on_time → orphan: nothing it could be for had come when its grace ended",
    ]);
  });

  test("ends with the state the handoff has, in the order of time, whatever happened", () => {
    const deals = record({
      stages: array(constantFrom("Proposal", "Closed Won", "Negotiation"), { maxLength: 5 }),
      key: constantFrom("C-1", null),
      gone: boolean(),
    }).map(({ stages, key, gone }) =>
      deal({
        stages: stages.map((name, n) => [name, n * 40] as const),
        attributes: { contract_number: key },
        removed: gone ? { at: hours(250), cause: "deleted" } : null,
      }),
    );
    const projects = array(
      record({
        link: constantFrom("006A", null),
        key: constantFrom("C-1", null),
        at: integer({ min: -50, max: 300 }),
        step: integer({ min: 0, max: 400 }),
        amount: constantFrom(9000, 1),
      }),
      { maxLength: 3 },
    ).map((all) =>
      all.map(({ link, key, at, step, amount }, n) =>
        onboarding({
          id: `12${n}`,
          at: hours(at),
          steps: [["Accept handoff", step]],
          attributes: { opportunity_id: link, contract_number: key, deal_amount: amount },
        }),
      ),
    );
    assert(
      property(deals, projects, integer({ min: 0, max: 400 }), (source, targets, at) => {
        for (const handoff of reconcile(contract, input([source], targets, hours(at)))) endsAsFound(handoff);
      }),
      { seed: 20_261_130, numRuns: 300 },
    );
  });

  test("of one that was given back and accepted again tells both", () => {
    const marketing = contractFile("marketing-to-sales");
    const made = lead({
      stages: [
        ["MQL", 0],
        ["SAL", 2],
      ],
    });
    const [handoff] = reconcile(marketing, input([made], [], hours(9)));
    if (handoff === undefined) throw new Error("a handoff was expected");
    endsAsFound(handoff);
    expect(lines({ ...handoff, returnedAt: hours(3), acceptedAt: hours(5) }).slice(-2)).toEqual([
      "3h decision returned → returned: it was given back",
      "5h decision accepted → matched: it was accepted",
    ]);
  });
});

function endsAsFound(handoff: Handoff): void {
  const history = historyOf(handoff);
  const times = history.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const last = { link: "", timeliness: "", content: "unknown", decision: "none" };
  for (const change of history) {
    for (const field of ["link", "timeliness", "content", "decision"] as const)
      last[field] = change[field] ?? last[field];
  }
  const { link, timeliness, content, decision } = handoff;
  expect(last).toEqual({ link, timeliness, content, decision });
  expect(history.at(-1)?.label).toBe(handoff.label);
  expect(history.map(({ because }) => because)).not.toContain("as found");
}
