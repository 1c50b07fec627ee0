import { describe, expect, test } from "@jest/globals";
import { reconcile } from "../../src/handoffs/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { contractFile, deal, hours, input, onboarding, states } from "./world.ts";

const contract = contractFile("sales-to-cs");
const linked = { opportunity_id: "006A" };
const lateDay = 24 * 30;

describe("one deal", () => {
  test.each<
    [
      fact: string,
      deals: readonly LinkedObject[],
      onboardings: readonly LinkedObject[],
      asOf: number,
      states: readonly string[],
    ]
  >([
    ["is waited for until it is due", [deal()], [], 24, ["#1 expected pending unknown none → expected"]],
    ["is late within the grace", [deal()], [], 25, ["#1 expected late unknown none → late"]],
    ["is expected to the end of the grace", [deal()], [], 48, ["#1 expected late unknown none → late"]],
    ["is missing after the grace", [deal()], [], 48.001, ["#1 missing late unknown none → missing"]],
    [
      "is matched by link",
      [deal()],
      [onboarding({ attributes: linked })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is matched by link although the id was pasted as a URL",
      [deal()],
      [onboarding({ attributes: { opportunity_id: "https://x.example/006A" } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is matched by key without a link",
      [deal()],
      [onboarding({ attributes: { contract_number: " c-1" } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is matched by key when the link leads nowhere",
      [deal()],
      [onboarding({ attributes: { opportunity_id: "006ZZ", contract_number: "C-1" } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is late when its onboarding came after the due time",
      [deal()],
      [onboarding({ at: hours(30), attributes: linked })],
      lateDay,
      ["#1 matched late in_sync none → late [120]"],
    ],
    [
      "is on time when its onboarding was there before",
      [deal()],
      [onboarding({ at: hours(-9), attributes: linked })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is accepted by the step",
      [deal()],
      [onboarding({ attributes: linked, steps: [["accept HANDOFF", 9]] })],
      lateDay,
      ["#1 matched on_time in_sync accepted → matched [120]"],
    ],
    [
      "is not accepted by what comes after the as-of",
      [deal()],
      [onboarding({ attributes: linked, steps: [["Accept handoff", 9]] })],
      8,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "has drifted when an amount differs",
      [deal()],
      [onboarding({ attributes: { ...linked, deal_amount: 8999.99 } })],
      lateDay,
      ["#1 matched on_time drifted none → drifted [120]"],
    ],
    [
      "has drifted when the owner differs",
      [deal()],
      [onboarding({ attributes: { ...linked, owner: { person: "kate" } } })],
      lateDay,
      ["#1 matched on_time drifted none → drifted [120]"],
    ],
    [
      "has not drifted where the source says nothing",
      [deal({ attributes: { go_live: null } })],
      [onboarding({ attributes: { ...linked, due_date: null } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "has drifted before it is late",
      [deal()],
      [onboarding({ at: hours(30), attributes: { ...linked, deal_amount: 1 } })],
      lateDay,
      ["#1 matched late drifted none → drifted [120]"],
    ],
    [
      "is a duplicate with two links; the older counts",
      [deal()],
      [onboarding({ id: "121", at: hours(40), attributes: linked }), onboarding({ attributes: linked })],
      lateDay,
      ["#1 duplicate on_time unknown none → duplicate [120]"],
    ],
    [
      "is a duplicate with a link and another of the same key; the linked one counts",
      [deal()],
      [
        onboarding({ id: "121", at: hours(1), attributes: { contract_number: "C-1" } }),
        onboarding({ attributes: linked }),
      ],
      lateDay,
      ["#1 duplicate on_time unknown none → duplicate [120]"],
    ],
    [
      "is ambiguous with two of the same key",
      [deal()],
      [
        onboarding({ attributes: { contract_number: "C-1" } }),
        onboarding({ id: "121", attributes: { contract_number: "C-1" } }),
      ],
      lateDay,
      ["#1 ambiguous on_time unknown none → ambiguous"],
    ],
    [
      "is ambiguous when another deal has the same key",
      [deal(), deal({ id: "006B" })],
      [onboarding({ attributes: { contract_number: "C-1" } })],
      lateDay,
      ["#1 ambiguous on_time unknown none → ambiguous", "#1 ambiguous on_time unknown none → ambiguous"],
    ],
    [
      "leaves an onboarding that is linked to another deal alone",
      [deal(), deal({ id: "006B", attributes: { contract_number: "C-1" } })],
      [onboarding({ attributes: { ...linked, contract_number: "C-1" } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]", "#1 missing late unknown none → missing"],
    ],
    [
      "is missing when its onboarding was deleted",
      [deal()],
      [onboarding({ attributes: linked, removed: { at: hours(60), cause: "deleted" } })],
      lateDay,
      ["#1 missing late unknown none → missing"],
    ],
    [
      "keeps an onboarding that is only out of sight",
      [deal()],
      [onboarding({ attributes: linked, removed: { at: null, cause: "visibility lost" } })],
      lateDay,
      ["#1 matched on_time in_sync none → matched [120]"],
    ],
    [
      "is revoked when it leaves Closed Won",
      [
        deal({
          stages: [
            ["Closed Won", 0],
            ["Negotiation", 10],
          ],
        }),
      ],
      [],
      lateDay,
      ["#1 revoked late unknown none → revoked"],
    ],
    [
      "is revoked when it is deleted",
      [deal({ removed: { at: hours(3), cause: "deleted" } })],
      [onboarding({ attributes: linked })],
      lateDay,
      ["#1 revoked on_time unknown none → revoked [120]"],
    ],
    [
      "keeps its one onboarding when won again",
      [
        deal({
          stages: [
            ["Closed Won", 0],
            ["Negotiation", 10],
            ["Closed Won", 200],
          ],
        }),
      ],
      [onboarding({ attributes: linked })],
      lateDay,
      ["#1 revoked on_time unknown none → revoked", "#2 matched on_time in_sync none → matched [120]"],
    ],
    [
      "opens nothing anew when a stage is entered twice in a row",
      [
        deal({
          stages: [
            ["Closed Won", 0],
            ["Closed Won", 10],
          ],
        }),
      ],
      [],
      lateDay,
      ["#1 missing late unknown none → missing"],
    ],
    [
      "from before the contract is historical",
      [deal({ stages: [["Closed Won", -24 * 300]] })],
      [],
      lateDay,
      ["#1 historical"],
    ],
    ["of another kind expects nothing", [deal({ attributes: { kind: "Renewal" } })], [], lateDay, []],
    [
      "that is too small expects nothing",
      [deal({ attributes: { amount: { amount: 4999, currency: "USD", corporate: 4999 } } })],
      [],
      lateDay,
      [],
    ],
    ["without a known amount expects nothing", [deal({ attributes: { amount: null } })], [], lateDay, []],
    [
      "is ambiguous, never matched, by the account alone",
      [deal()],
      [onboarding({ references: { account: "acme" } })],
      lateDay,
      ["#1 ambiguous on_time unknown none → ambiguous"],
    ],
    [
      "is ambiguous by the company's name in the project's",
      [deal()],
      [onboarding()],
      lateDay,
      ["#1 ambiguous on_time unknown none → ambiguous"],
    ],
  ])("%s", (_fact, deals, onboardings, asOf, expected) => {
    const found = states(contract, input(deals, onboardings, hours(asOf)));
    expect([...found].sort()).toEqual([...expected].sort());
  });
});

describe("orphans", () => {
  test.each<[fact: string, onboarding: LinkedObject, deals: readonly LinkedObject[], asOf: number, orphan: boolean]>([
    [
      "an onboarding that nothing explains is one",
      onboarding({ attributes: { name: "Onboarding: Nobody" } }),
      [deal()],
      50,
      true,
    ],
    [
      "not before its own grace has ended",
      onboarding({ attributes: { name: "Onboarding: Nobody" } }),
      [deal()],
      29,
      false,
    ],
    [
      "a link to a deal that is not there does not help",
      onboarding({ attributes: { name: "x", opportunity_id: "006ZZ" } }),
      [deal()],
      50,
      true,
    ],
    [
      "a link to a deal that expects nothing does",
      onboarding({ attributes: { name: "x", ...linked } }),
      [deal({ stages: [] })],
      50,
      false,
    ],
    ["what looks like a deal's is none", onboarding(), [deal()], 50, false],
    [
      "what is older than the contract is none",
      onboarding({ at: hours(-24 * 300), attributes: { name: "x" } }),
      [],
      50,
      false,
    ],
    [
      "what was deleted is none",
      onboarding({ attributes: { name: "x" }, removed: { at: hours(6), cause: "deleted" } }),
      [],
      50,
      false,
    ],
  ])("%s", (_fact, project, deals, asOf, orphan) => {
    const found = reconcile(contract, input(deals, [project], hours(asOf)));
    expect(found.some((handoff) => handoff.link === "orphan")).toBe(orphan);
  });
});

describe("a handoff", () => {
  test("carries its times, its evidence, the money at stake and one sentence", () => {
    const [handoff] = reconcile(
      contract,
      input(
        [deal()],
        [onboarding({ at: hours(30), attributes: linked, steps: [["Accept handoff", 33]] })],
        hours(lateDay),
      ),
    );
    expect(handoff).toMatchObject({
      triggeredAt: hours(0),
      dueAt: hours(24),
      graceUntil: hours(48),
      acceptDueAt: Date.parse("2026-06-03T00:00:00Z"),
      createdAt: hours(30),
      acceptedAt: hours(33),
      plain: "late or missing",
      money: { corporate: 9720 },
      evidence: [{ rung: 1, targetKey: "asana/ws/project/120", why: "its opportunity_id is the opportunity's id" }],
    });
    expect(handoff?.because).toBe(
      '"Acme deal" entered Closed Won on 2026-06-01 16:00 UTC; the onboarding "Onboarding: Acme, Inc." came 30 hours later, 6 hours late, known by link: its opportunity_id is the opportunity\'s id; it was accepted on 2026-06-03 01:00 UTC.',
    );
  });

  test("that was waived is ignored until the waiver ends", () => {
    const [missing] = reconcile(contract, input([deal()], [], hours(60)));
    const waivers = new Map([[missing?.id ?? "", { reason: "pilot", by: "Dana Ortiz", until: hours(100) }]]);
    expect(reconcile(contract, input([deal()], [], hours(99), { waivers }))[0]).toMatchObject({
      label: "missing",
      plain: "ignored",
    });
    expect(reconcile(contract, input([deal()], [], hours(100), { waivers }))[0]).toMatchObject({
      plain: "late or missing",
      waiver: null,
    });
  });

  test("of a company merely called alike has nothing to do with the other's onboarding", () => {
    const other = deal({ id: "006B", references: { account: "acme2" }, attributes: { contract_number: "C-2" } });
    const found = reconcile(
      contract,
      input([deal(), other], [onboarding({ attributes: { account_name: "acme,  INC." } })], hours(lateDay)),
    );
    expect(found.map(({ sourceKey, link }) => `${sourceKey?.slice(-4)} ${link}`).sort()).toEqual([
      "006A ambiguous",
      "006B missing",
    ]);
  });
});
