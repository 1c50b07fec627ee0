import { describe, expect, test } from "@jest/globals";
import { compileContract, handoffSchema, reconcile } from "../../src/handoffs/index.ts";
import type { Contract, MatchDecision, ReconcileInput } from "../../src/handoffs/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { calendar, contractFile, deal, epic, feature, hours, input, onboarding } from "./world.ts";

const contract = contractFile("sales-to-cs");
const LATER = hours(24 * 30);
const SHARED = { contract_number: "C-1" };

function word(kind: MatchDecision["kind"], a: string, b: string, more: Partial<MatchDecision> = {}): MatchDecision {
  return { contract: "sales-to-cs", a, b, kind, by: "Rae", at: hours(100), reason: "asked Acme", ...more };
}

const dealKey = (id = "006A"): string => `salesforce/org/Opportunity/${id}`;
const projectKey = (id = "120"): string => `asana/ws/project/${id}`;

function decided(
  deals: readonly LinkedObject[],
  projects: readonly LinkedObject[],
  more: Partial<ReconcileInput>,
  rules: Contract = contract,
): readonly string[] {
  return reconcile(rules, input(deals, projects, LATER, more))
    .toSorted((a, b) => ((a.sourceKey ?? "z") < (b.sourceKey ?? "z") ? -1 : 1))
    .map((handoff) => `${handoff.link} ${handoff.targetKey?.split("/").at(-1) ?? "-"}`);
}

describe("a person's word", () => {
  const other = onboarding({ id: "121", at: hours(6), attributes: SHARED });
  const first = onboarding({ attributes: SHARED });

  test("settles which of several targets with its key a source has, whichever side is named first", () => {
    expect(decided([deal()], [first, other], {})).toEqual(["ambiguous -"]);
    for (const [a, b] of [
      [dealKey(), projectKey("121")],
      [projectKey("121"), dealKey()],
    ] as const) {
      expect(decided([deal()], [first, other], { matchDecisions: [word("confirm", a, b)] })).toEqual(["matched 121"]);
    }
  });

  test("outranks what a target says of itself, and is told as the reason", () => {
    const linkedElsewhere = onboarding({ attributes: { opportunity_id: "006B" } });
    const deals = [deal(), deal({ id: "006B", attributes: { contract_number: "C-2" } })];
    const matchDecisions = [word("confirm", dealKey(), projectKey())];
    expect(decided(deals, [linkedElsewhere], { matchDecisions })).toEqual(["matched 120", "missing -"]);
    const handoffs = reconcile(contract, input(deals, [linkedElsewhere], LATER, { matchDecisions }));
    expect(handoffs.find(({ sourceKey }) => sourceKey === dealKey())?.evidence).toMatchObject([
      { targetKey: projectKey(), rung: 1, why: "Rae confirmed it on 2026-06-05: asked Acme", confidence: 1 },
    ]);
  });

  test("makes the confirmed target of several linked ones the one that counts", () => {
    const links = [
      onboarding({ attributes: { opportunity_id: "006A" } }),
      onboarding({ id: "121", at: hours(9), attributes: { opportunity_id: "006A" } }),
    ];
    expect(decided([deal()], links, {})).toEqual(["duplicate 120"]);
    const matchDecisions = [word("confirm", dealKey(), projectKey("121"))];
    expect(decided([deal()], links, { matchDecisions })).toEqual(["duplicate 121"]);
  });

  test.each([
    ["link", { opportunity_id: "006A" }],
    ["key", SHARED],
    ["name", {}],
  ])("that they do not belong together is kept against a %s, run after run", (_rung, attributes) => {
    const matchDecisions = [word("reject", projectKey(), dealKey())];
    const project = onboarding({ attributes });
    expect(decided([deal()], [project], { matchDecisions })).toEqual(["missing -", "orphan 120"]);
    const evidence = reconcile(contract, input([deal()], [project], LATER, { matchDecisions })).flatMap(
      (each) => each.evidence,
    );
    expect(evidence).toEqual([]);
  });

  test("is the last one on a pair; one on another contract says nothing", () => {
    const project = onboarding({ attributes: SHARED });
    const rejected = word("reject", dealKey(), projectKey());
    const confirmed = word("confirm", dealKey(), projectKey());
    expect(decided([deal()], [project], { matchDecisions: [rejected, confirmed] })).toEqual(["matched 120"]);
    expect(decided([deal()], [project], { matchDecisions: [confirmed, rejected] })).toEqual([
      "missing -",
      "orphan 120",
    ]);
    expect(decided([deal()], [project], { matchDecisions: [{ ...rejected, contract: "other" }] })).toEqual([
      "matched 120",
    ]);
    expect(decided([deal()], [project], { matchDecisions: [{ ...rejected, contract: null }] })).toEqual([
      "missing -",
      "orphan 120",
    ]);
  });
});

describe("a link that a write of the hub made", () => {
  const confirmedLinks = new Map([[projectKey(), dealKey()]]);

  test("holds when the field it was written to was emptied", () => {
    const bare = onboarding({ attributes: { name: "Onboarding: renamed since" } });
    expect(decided([deal({ attributes: { contract_number: null } })], [bare], { confirmedLinks })).toEqual([
      "matched 120",
    ]);
  });

  test("gives way to what a person has written into the field since", () => {
    const moved = onboarding({ attributes: { opportunity_id: "006B" } });
    const deals = [deal(), deal({ id: "006B", attributes: { contract_number: "C-2" } })];
    expect(decided(deals, [moved], { confirmedLinks })).toEqual(["missing -", "matched 120"]);
  });

  test("is not needed: without it link and key lead to the same targets", () => {
    const projects = [
      onboarding({ attributes: { opportunity_id: "006A" } }),
      onboarding({ id: "121", attributes: { contract_number: "C-2" } }),
    ];
    const deals = [
      deal({ attributes: { contract_number: null } }),
      deal({ id: "006B", attributes: { contract_number: "C-2" } }),
    ];
    const links = new Map([...confirmedLinks, [projectKey("121"), dealKey("006B")]]);
    expect(decided(deals, projects, { confirmedLinks: links })).toEqual(["matched 120", "matched 121"]);
    expect(decided(deals, projects, {})).toEqual(["matched 120", "matched 121"]);
  });
});

describe("a source that another one was merged into", () => {
  const survivor: LinkedObject = { ...deal(), merged: [dealKey("006OLD")] };

  test("has the targets that name the other", () => {
    const project = onboarding({ attributes: { opportunity_id: "006OLD" } });
    expect(decided([survivor], [project], {})).toEqual(["matched 120"]);
  });

  test("inherits what persons said and the hub wrote of the other", () => {
    const bare = onboarding({ attributes: { name: "Onboarding: somebody" } });
    const confirmedLinks = new Map([[projectKey(), dealKey("006OLD")]]);
    const matchDecisions = [word("confirm", dealKey("006OLD"), projectKey())];
    expect(decided([survivor], [bare], { confirmedLinks })).toEqual(["matched 120"]);
    expect(decided([survivor], [bare], { matchDecisions })).toEqual(["matched 120"]);
  });
});

describe("a name", () => {
  const taking = compileContract(
    handoffSchema.parse({
      ...parse(readFileSync("config/handoffs/sales-to-cs.yaml", "utf8")),
      match: [
        { link: "opportunity_id" },
        { same: ["contract_number"] },
        {
          alike: {
            reference: "account",
            company: "account_name or name = account.name",
            accept: 0.95,
            tie_break: ["active owner", "oldest record"],
          },
        },
      ],
    }),
    { calendar },
  );
  const bare = { csm: null, go_live: null };
  const related = new Map([["acme", { name: "Acme Robotics" }]]);
  const misspelt = { name: "Onboarding: Acme Robtoics" };

  test("with the fields that agree is taken where the contract says from which likelihood on, and never elsewhere", () => {
    expect(decided([deal()], [onboarding()], {}, taking)).toEqual(["matched 120"]);
    expect(decided([deal()], [onboarding()], {})).toEqual(["ambiguous -"]);
  });

  test("alone is shown and not taken, with what its likelihood is made of", () => {
    const [handoff] = reconcile(
      taking,
      input([deal({ attributes: bare })], [onboarding({ attributes: { deal_amount: null } })], LATER),
    );
    expect(handoff?.link).toBe("ambiguous");
    expect(handoff?.because).toContain(
      "one onboarding may be it (82 % likely): it carries the same company's name, but nothing links the two",
    );
    expect(handoff?.evidence[0]?.confidence).toBeGreaterThan(0.7);
    expect(handoff?.evidence[0]?.confidence).toBeLessThan(0.95);
    expect(handoff?.evidence[0]?.breakdown).toEqual([
      { field: "company", level: "same", weight: expect.closeTo(6.41, 2) },
    ]);
  });

  test("that is only spelt alike is shown when other fields agree, and is nobody's orphan then", () => {
    expect(decided([deal()], [onboarding({ attributes: misspelt })], { related })).toEqual(["ambiguous -"]);
    const differing = { ...misspelt, deal_amount: 1, due_date: { day: "2027-01-01" } };
    expect(decided([deal()], [onboarding({ attributes: differing })], { related })).toEqual([
      "missing -",
      "orphan 120",
    ]);
  });

  test("is known by its other names, where the administrator told them", () => {
    const project = onboarding({ attributes: { name: "Onboarding: Big Blue" } });
    const aliases = { companies: new Map([["big blue", "Acme Robotics"]]), domains: new Map<string, string>() };
    expect(decided([deal()], [project], { related })).toEqual(["missing -", "orphan 120"]);
    expect(decided([deal()], [project], { related, aliases })).toEqual(["ambiguous -"]);
  });

  test("goes to whom it names in full and is no candidate of others", () => {
    const deals = [
      deal(),
      deal({ id: "006B", references: { account: "acme2" }, attributes: { contract_number: "C-2" } }),
    ];
    const both = new Map([
      ["acme", { name: "Acme, Inc." }],
      ["acme2", { name: "Acme, Inc. Europe" }],
    ]);
    expect(decided(deals, [onboarding()], { related: both })).toEqual(["ambiguous -", "missing -"]);
  });

  test("that two targets carry is taken only by a declared tie-break, which is told", () => {
    const gone = onboarding({ id: "119", at: hours(1), attributes: { owner: { person: "gone" } } });
    const unowned = deal({ attributes: { csm: null } });
    const [handoff] = reconcile(taking, input([unowned], [gone, onboarding()], LATER));
    expect(handoff?.targetKey).toBe(projectKey());
    expect(handoff?.evidence[0]).toMatchObject({ rung: 3, tieBreak: "active owner" });
    expect(handoff?.because).toContain("known by likeness");
    expect(
      decided([unowned], [gone, onboarding()], {}, { ...taking, match: { ...taking.match, tieBreaks: [] } }),
    ).toEqual(["ambiguous -"]);
  });
});

test("the contract's own chances take the place of the hub's, and unknown levels are refused", () => {
  const file: unknown = parse(readFileSync("config/handoffs/sales-to-cs.yaml", "utf8"));
  const withChances = (chances: object): unknown =>
    Object.assign({}, file, { match: [{ alike: { company: "account_name or name = account.name", chances } }] });
  const likelihood = (rules: unknown): number =>
    reconcile(compileContract(handoffSchema.parse(rules), { calendar }), input([deal()], [onboarding()], LATER))[0]
      ?.evidence[0]?.confidence ?? 0;
  expect(likelihood(withChances({ name: { same: { m: 0.1, u: 0.2 } } }))).toBeLessThan(likelihood(withChances({})));
  expect(handoffSchema.safeParse(withChances({ name: { smae: { m: 0.1, u: 0.2 } } })).success).toBe(false);
  expect(handoffSchema.safeParse(withChances({ nmae: { same: { m: 0.1, u: 0.2 } } })).success).toBe(false);
});

test("names that too many share are told of, and nothing is compared for them", () => {
  const features = Array.from({ length: 501 }, (_, n) =>
    feature({ id: `7${n}`, attributes: { name: `Dark mode ${n}`, feature_key: null } }),
  );
  const told: number[] = [];
  const tellSkipped: ReconcileInput["tellSkipped"] = (skipped) => told.push(...skipped.map(({ size }) => size));
  const epics = [epic({ attributes: { name: "Dark modes" } })];
  const handoffs = reconcile(contractFile("product-to-engineering"), input(features, epics, LATER, { tellSkipped }));
  expect(told).toEqual([501]);
  expect(handoffs.filter(({ link }) => link === "ambiguous")).toEqual([]);
});
