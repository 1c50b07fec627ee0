import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import {
  compileContract,
  explainContract,
  handoffSchema,
  proposeOperations,
  reconcile,
} from "../../src/handoffs/index.ts";
import type { Contract } from "../../src/handoffs/index.ts";
import { createBusinessCalendar } from "../../src/model/index.ts";
import type { Handoff, LinkedObject } from "../../src/model/index.ts";
import { actors, calendar, deal, hours, input, lead, onboarding } from "./world.ts";

function contractWith(name: string, more: object): Contract {
  const file: object = parse(readFileSync(`config/handoffs/${name}.yaml`, "utf8"));
  return compileContract(handoffSchema.parse({ ...file, ...more }), { calendar });
}

const linked = { opportunity_id: "006A" };

function one(
  contract: Contract,
  sources: readonly LinkedObject[],
  targets: readonly LinkedObject[],
  at: number,
): Handoff {
  const [handoff] = reconcile(contract, input(sources, targets, hours(at)));
  if (handoff === undefined) throw new Error("a handoff was expected");
  return handoff;
}

describe("an accepted handoff", () => {
  const contract = contractWith("marketing-to-sales", { returned_when: "lead enters Recycled by a person" });
  const made = (...stages: readonly (readonly [string, number, (string | null)?])[]): LinkedObject =>
    lead({ stages: [["MQL", 0], ...stages] });

  test.each<[string, LinkedObject, string, number | undefined, number | undefined]>([
    ["is given back", made(["SAL", 2], ["Recycled", 5]), "returned", 5, 1],
    ["is not given back by automation", made(["SAL", 2], ["Recycled", 5, "robot"]), "accepted", undefined, undefined],
    ["may be accepted again", made(["SAL", 2], ["Recycled", 5], ["SAL", 8]), "accepted", 5, 1],
    [
      "may be given back more than once",
      made(["SAL", 2], ["Recycled", 3], ["SAL", 4], ["Recycled", 6]),
      "returned",
      6,
      2,
    ],
    [
      "given back before it was accepted is rejected",
      made(["Recycled", 1], ["SAL", 2]),
      "rejected",
      undefined,
      undefined,
    ],
  ])("%s", (_fact, made, decision, returnedAt, returns) => {
    const handoff = one(contract, [made], [], 9);
    expect(handoff.returns).toBe(returns);
    expect(handoff.decision).toBe(decision);
    expect(handoff.returnedAt).toBe(returnedAt === undefined ? undefined : hours(returnedAt));
  });

  test("that was given back needs a decision, and says so", () => {
    const handoff = one(contract, [made(["SAL", 2], ["Recycled", 5])], [], 9);
    expect(handoff).toMatchObject({ label: "returned", plain: "needs your decision", acceptedAt: hours(2) });
    expect(handoff.because).toContain("was accepted on 2026-06-01 18:00 UTC and given back on 2026-06-01 21:00 UTC");
  });

  test("is given back when its step is reopened", () => {
    const steps = contractWith("sales-to-cs", { returned_when: "Accept handoff reopened" });
    const project = onboarding({ attributes: linked, steps: [["Accept handoff", 9]] });
    const [accepted] = project.events;
    if (accepted === undefined) throw new Error("a step was expected");
    const reopened = { ...accepted, type: "step reopened", occurredAt: hours(12), sequence: 200 };
    expect(one(steps, [deal()], [{ ...project, events: [accepted, reopened] }], 20).decision).toBe("returned");
  });
});

describe("a rejection", () => {
  const rejected = lead({
    attributes: { why: "Budget" },
    stages: [
      ["MQL", 0],
      ["Recycled", 3],
    ],
  });

  test.each<[string, object, object, string, RegExp]>([
    [
      "with a reason that counts is settled",
      { reject_reasons: ["budget"], reject_reason: "why" },
      { known: true },
      "fine",
      /rejected on .*: Budget/u,
    ],
    [
      "with another reason needs a decision",
      { reject_reasons: ["Timing"], reject_reason: "why" },
      { reason: "Budget", known: false },
      "needs your decision",
      /none of the reasons/u,
    ],
    [
      "without a reason needs a decision",
      { reject_reasons: ["Timing"], reject_reason: "other" },
      { reason: null, known: false },
      "needs your decision",
      /without a reason/u,
    ],
    [
      "may give its reason by the stage",
      { reject_reasons: ["Recycled"] },
      { reason: "Recycled", known: true },
      "fine",
      /: Recycled/u,
    ],
  ])("%s", (_fact, words, rejection, plain, because) => {
    const handoff = one(contractWith("marketing-to-sales", words), [rejected], [], 9);
    expect(handoff).toMatchObject({ label: "rejected", plain, rejection });
    expect(handoff.because).toMatch(because);
  });

  test("needs no reason where the contract lists none", () => {
    expect(one(contractWith("marketing-to-sales", {}), [rejected], [], 9)).not.toHaveProperty("rejection");
  });
});

describe("a missed deadline", () => {
  const contract = contractWith("sales-to-cs", {
    escalation: [
      { after: "24h", to: "kate" },
      { after: "72h", to: "Customer Success" },
    ],
  });
  const accepted = onboarding({ attributes: linked, steps: [["Accept handoff", 9]] });

  test.each<[string, readonly LinkedObject[], number, object | undefined]>([
    ["is not escalated before its span", [], 47, undefined],
    ["is escalated after it", [], 48, { to: "kate", since: hours(48) }],
    ["goes on to the next", [], 96, { to: "Customer Success", since: hours(96) }],
    ["is no more once the target came", [onboarding({ at: hours(50), attributes: linked })], 55, undefined],
    ["of the acceptance is escalated, too", [onboarding({ attributes: linked })], 60, { to: "kate", since: hours(56) }],
    ["is none once it was accepted", [accepted], 300, undefined],
  ])("%s", (_fact, targets, at, escalation) => {
    const handoff = one(contract, [deal()], targets, at);
    expect(handoff.escalation).toEqual(escalation);
    expect(handoff.because.includes("escalated to")).toBe(escalation !== undefined);
  });

  test("of what was waived is nobody's", () => {
    const { id } = one(contract, [deal()], [], 100);
    const waivers = new Map([[id, { reason: "r", by: "b", until: null }]]);
    const [handoff] = reconcile(contract, input([deal()], [], hours(100), { waivers }));
    expect(handoff).not.toHaveProperty("escalation");
  });
});

describe("what the other team needs", () => {
  const bare = deal({ attributes: { csm: null, go_live: null } });
  const propose = (contract: Contract): number =>
    proposeOperations(contract, {
      handoffs: reconcile(contract, input([bare], [], hours(400))),
      objects: new Map([[bare.id, bare]]),
      actors,
      connections: new Map([["asana-main", { system: "asana", tenant: "ws" }]]),
    }).length;

  test("is named while it is missing, and holds the creation", () => {
    const contract = contractWith("sales-to-cs", { needs: ["amount", "csm", "go_live"] });
    const handoff = one(contract, [bare], [], 400);
    expect(handoff.lacks).toEqual(["csm", "go_live"]);
    expect(handoff.because).toContain(
      "the opportunity lacks csm and go_live, and nothing is created before it is there",
    );
    expect(propose(contract)).toBe(0);
  });

  test("is only told where the contract says so", () => {
    const needs = ["csm", "go_live"].map((field) => ({ field, missing: "tell" }));
    const contract = contractWith("sales-to-cs", { needs });
    expect(one(contract, [bare], [], 400).because).toMatch(/the opportunity lacks csm and go_live; escalated/u);
    expect(propose(contract)).toBe(1);
  });

  test("is not missed when it is there", () => {
    expect(one(contractWith("sales-to-cs", {}), [deal()], [], 400)).not.toHaveProperty("lacks");
  });
});

describe("a person who left", () => {
  const leaver = deal({ attributes: { csm: { person: "lost" } } });
  const lost = {
    ...actors[2],
    id: "lost",
    name: "lost",
    backup: null,
    active: false,
    kind: "human" as const,
    team: null,
  };
  const queue = {
    ...lost,
    id: "cs-queue",
    name: "CS queue",
    kind: "queue" as const,
    team: "Customer Success",
    active: true,
  };
  const account = (id: string) => [{ key: `asana/ws/${id}`, method: "e-mail", why: "" }];

  const owner = (contract: Contract, ...more: readonly (typeof actors)[number][]): unknown => {
    const source = { ...leaver, persons: { ...leaver.persons, csm: { ...lost, accounts: account("lost") } } };
    const [operation] = proposeOperations(contract, {
      handoffs: reconcile(contract, input([source], [], hours(400))),
      objects: new Map([[source.id, source]]),
      actors: [...actors, ...more],
      connections: new Map([["asana-main", { system: "asana", tenant: "ws" }]]),
    });
    return { ...(operation?.after as object), reason: operation?.reason };
  };

  test("without a backup hands over to the contract's own stand-in", () => {
    const contract = contractWith("sales-to-cs", {
      to: { expect: "onboarding", create_from: "asana-main/T", backup: "kate" },
    });
    expect(owner(contract)).toMatchObject({
      owner: { person: "kate" },
      reason: expect.stringContaining("lost has left; kate takes over"),
    });
  });

  test("else to the team's queue", () => {
    const found = owner(contractWith("sales-to-cs", {}), { ...queue, accounts: account("cs-queue") });
    expect(found).toMatchObject({
      owner: { person: "cs-queue" },
      reason: expect.stringContaining("the queue CS queue holds it"),
    });
  });

  test("else to nobody, which is told", () => {
    const found = owner(contractWith("sales-to-cs", {}));
    expect(found).not.toHaveProperty("owner");
    expect(found).toMatchObject({ reason: expect.stringContaining("owner is left open") });
  });
});

describe("a due rule that cannot be kept", () => {
  const compile = (due: object, escalation?: object) => () =>
    compileContract(
      handoffSchema.parse({
        handoff: "h",
        since: "2026-01-01",
        from: { when: "opportunity enters Closed Won" },
        to: { expect: "onboarding" },
        due,
        ...(escalation === undefined ? {} : { escalation }),
      }),
      { calendar },
    );

  test.each([
    [{ created: "0h" }, /due at once/u],
    [{ created: "24h", accepted: "0 days" }, /due at once/u],
    [{ created: "5 days", accepted: "24h" }, /before there is anything to accept/u],
    [{ created: "3 business days", accepted: "1 business hour" }, /before there is anything to accept/u],
  ])("%j is refused with HUB-2211", (due, says) => {
    expect(compile(due)).toThrow(expect.objectContaining({ code: "HUB-2211", message: expect.stringMatching(says) }));
  });

  test("is one whose calendar has no working time any more", () => {
    const holidays = Array.from({ length: 366 * 25 }, (_, day) =>
      new Date(Date.parse("2026-01-01T12:00:00Z") + day * 86_400_000).toISOString().slice(0, 10),
    );
    const closed = createBusinessCalendar({
      name: "closed",
      zone: "UTC",
      weekly: { 1: [["09:00", "17:00"]] },
      holidays,
    });
    const file = handoffSchema.parse({
      handoff: "h",
      since: "2026-01-02",
      from: { when: "a enters B" },
      to: { expect: "c" },
      due: { created: "1 business day" },
    });
    expect(() => compileContract(file, { calendar: closed })).toThrow(
      expect.objectContaining({ code: "HUB-2211", message: expect.stringContaining("no working time") }),
    );
  });

  test("is none where weekends only sometimes come between", () => {
    expect(compile({ created: "24h", accepted: "1 business day" })).not.toThrow();
  });
});

test("the words of a contract are said back", () => {
  const contract = contractWith("sales-to-cs", {
    needs: ["amount", { field: "csm", missing: "tell" }],
    rejected_when: "Reject handoff completed",
    returned_when: "Accept handoff reopened",
    reject_reasons: ["Budget", "Timing"],
    reject_reason: "segment",
    escalation: { after: "1 business day", to: "Customer Success" },
    fields: {
      amount: { theirs: "deal_amount", rule: "shared", on_conflict: "prefer_non_empty" },
      name: "create_once",
      go_live: { theirs: "due_date", rule: "target" },
    },
  });
  const text = explainContract(contract).join("\n");
  for (const sentence of [
    "The opportunity is to bring along amount; while one is missing nothing is created.",
    "It should have csm, too; where one is missing that is told, and nothing waits for it.",
    "A rejection says why in the onboarding's segment: Budget or Timing; without one of these it needs a decision.",
    'Accepted, it is given back when the step "Accept handoff" is reopened.',
    "Customer Success is told when a deadline was missed 1 business day ago and nothing came of it.",
    "amount: the opportunity's amount and the onboarding's deal_amount follow each other; when both changed, what is not empty holds, else a person decides.",
    "name: the onboarding's name begins as the opportunity's name and is free after that.",
    "go_live: the onboarding's due_date decides what the opportunity's go_live is.",
  ]) {
    expect(text).toContain(sentence);
  }
});
