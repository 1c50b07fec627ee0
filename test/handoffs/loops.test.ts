import { describe, expect, test } from "@jest/globals";
import { compileContract, handoffSchema, jointProblems } from "../../src/handoffs/index.ts";
import type { Contract } from "../../src/handoffs/index.ts";
import { calendar } from "./world.ts";

/** A contract from one type to another with these fields. */
function contract(name: string, from: string, to: string, fields: object, mode = "propose"): Contract {
  return compileContract(
    handoffSchema.parse({
      handoff: name,
      since: "2026-01-01",
      mode,
      from: { when: `${from} enters Won` },
      to: { expect: to },
      due: { created: "24h" },
      fields,
    }),
    { calendar },
  );
}

describe("contracts together", () => {
  test("may write different fields, and the two directions of one shared field", () => {
    const problems = jointProblems([
      contract("a", "deal", "project", { amount: "source", due: "target", notes: "shared", tags: "append_only" }),
      contract("b", "project", "invoice", { amount: "source" }),
    ]);
    expect(problems).toEqual([]);
  });

  test("that write in a circle are refused with HUB-2209, which names the circle", () => {
    const [problem, more] = jointProblems([
      contract("a", "deal", "project", { amount: "source" }),
      contract("b", "project", "invoice", { amount: { theirs: "total" } }),
      contract("c", "invoice", "deal", { total: { theirs: "amount" } }),
    ]);
    expect(more).toBeUndefined();
    expect(problem).toMatchObject({ code: "HUB-2209", contract: "c", path: ["fields", "total"] });
    expect(problem?.message).toContain("deal.amount → project.amount → invoice.total → deal.amount");
    expect(problem?.message).toContain("b writes invoice.total from project.amount (amount)");
  });

  test("that each own the same field for another side are a circle of two", () => {
    const problems = jointProblems([
      contract("a", "deal", "project", { amount: "source" }),
      contract("b", "deal", "project", { amount: "target" }),
    ]);
    expect(problems).toEqual([expect.objectContaining({ code: "HUB-2209", contract: "b" })]);
  });

  test("that write one field from two are refused with HUB-2210", () => {
    const problems = jointProblems([
      contract("a", "deal", "project", { amount: "source" }),
      contract("b", "quote", "project", { total: { theirs: "amount" } }),
    ]);
    expect(problems).toEqual([expect.objectContaining({ code: "HUB-2210", contract: "b", path: ["fields", "total"] })]);
    expect(problems[0]?.message).toContain("project.amount has two owners");
  });

  test("are told so within one contract, too", () => {
    const [problem] = jointProblems([
      contract("a", "deal", "project", { net: { theirs: "amount" }, gross: { theirs: "amount" } }),
    ]);
    expect(problem).toMatchObject({ code: "HUB-2210", path: ["fields", "gross"] });
  });

  test("do no harm while one of them only observes, or only sets a field at creation", () => {
    const forth = contract("a", "deal", "project", { amount: "source" });
    expect(jointProblems([forth, contract("b", "deal", "project", { amount: "target" }, "observe")])).toEqual([]);
    expect(jointProblems([forth, contract("b", "project", "deal", { amount: "create_once" })])).toEqual([]);
  });
});
