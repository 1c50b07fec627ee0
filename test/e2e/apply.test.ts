import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { z } from "zod";
import { applyDocument, approveDocument, pauseDocument, writesDocument } from "../../src/cli/documents/apply.ts";
import { cycleDocument } from "../../src/cli/documents/cycle.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { misfits } from "../support/documents.ts";
import { main } from "../../src/cli/main.ts";
import { startCompany, testMachine, withAsOf } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(120_000);

let company: Company;
let db: string;

beforeAll(async () => {
  company = await startCompany({ scale: 0.15 });
  db = company.database("applied");
  await expectDone("sync");
});

afterAll(() => company.close());

/** Runs the command line; whoever waits finds the systems' clock moved on. */
async function hub(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const machine = testMachine(company.environment);
  const code = await main(withAsOf([...argv, "--db", db, "--quiet"]), {
    ...machine,
    sleep: (ms) => company.advance(ms),
  });
  return { code, ...machine.written };
}

async function expectDone(...argv: readonly string[]): Promise<void> {
  const { code, err } = await hub(...argv);
  if (code !== 0) throw new Error(`hub ${argv.join(" ")} ended with ${String(code)}: ${err}`);
}

/** The one document on standard output, held against its published schema. */
async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly answer: z.output<Schema> }> {
  const { code, out, err } = await hub(...argv, "--json");
  if (out === "") throw new Error(`hub ${argv.join(" ")} said nothing and ended with ${String(code)}: ${err}`);
  const document: unknown = JSON.parse(out);
  expect(misfits(name, document)).toEqual([]);
  return { code, answer: schema.parse(document) };
}

const plan = async (): Promise<z.output<typeof planDocument>> => (await ask("plan", planDocument, "plan")).answer;

describe("an approval", () => {
  test.each([
    ["of a plan that does not exist", "HUB-2601", ["ffff", "--by", "Dana Ortiz"]],
    ["of an operation the plan does not hold", "HUB-2602", ["", "--only", "zzz", "--by", "Dana Ortiz"]],
    ["that has run out already", "HUB-2603", ["", "--by", "Dana Ortiz", "--until", "2026-01-01T00:00:00Z"]],
    ["by somebody who is not in people.yaml", "HUB-2604", ["", "--by", "Dana Ortis"]],
    ["by a service account", "HUB-2604", ["", "--by", "Integration user"]],
  ])("%s is refused (%s)", async (_, code, [hash = "", ...rest]) => {
    const { hash: real } = await plan();
    const answer = await hub("approve", hash === "" ? real : hash, ...rest);
    expect([answer.code, answer.err.slice(0, 8)]).toEqual([2, code]);
  });

  test("names the person it may have meant", async () => {
    const { hash } = await plan();
    expect((await hub("approve", hash, "--by", "Dana Ortis")).err).toContain("Did you mean Dana Ortiz?");
  });
});

describe("a new installation", () => {
  test("writes nothing until somebody says so (HUB-2605)", async () => {
    const { hash, operations } = await plan();
    const some = operations.slice(0, 1).map(({ id }) => id.slice(0, 8));
    const { answer } = await ask(
      "approve",
      approveDocument,
      "approve",
      hash.slice(0, 8),
      "--only",
      ...some,
      "--by",
      "Dana Ortiz",
    );
    expect(answer).toMatchObject({ plan: hash, by: "Dana Ortiz", operations: [operations[0]?.id] });
    const { code, err } = await hub("apply", hash);
    expect([code, err]).toEqual([2, expect.stringContaining("HUB-2605")]);
    const { answer: writes } = await ask("writes", writesDocument, "writes");
    expect(writes.connections.map(({ paused }) => paused)).toEqual([true, true, true]);
    const { err: unknown } = await hub(
      "writes",
      "resume",
      "--connection",
      "asana",
      "--by",
      "Dana Ortiz",
      "--reason",
      "x",
    );
    expect(unknown).toContain("HUB-2021");
    const resumed = await ask(
      "writes-resume",
      pauseDocument,
      "writes",
      "resume",
      "--by",
      "Dana Ortiz",
      "--reason",
      "tried",
    );
    expect(resumed.answer).toMatchObject({ connection: null, kind: "resume" });
  });
});

describe("an approved plan", () => {
  test("is carried out, so that the next one proposes nothing of it, and can be taken back", async () => {
    const before = await plan();
    expect(before.operations.length).toBeGreaterThan(0);
    await expectDone("approve", before.hash, "--by", "Dana Ortiz");
    const { code, answer } = await ask("apply", applyDocument, "apply", before.hash.slice(0, 10));
    const told = answer.outcomes.map(({ action, state, problem }) => [action, state, problem?.code, problem?.message]);
    expect(told.filter(([, state]) => state !== "confirmed")).toEqual([]);
    expect([code, answer.next.operations]).toEqual([0, 0]);

    const { answer: inverse } = await ask("undo", planDocument, "undo", before.hash, "--by", "Dana Ortiz");
    expect(inverse.operations).toHaveLength(before.operations.length);
    await expectDone("approve", inverse.hash, "--by", "Dana Ortiz");
    // A run carries out whatever is approved, and waits for nobody.
    const { answer: run } = await ask("run", cycleDocument, "run", "--out", company.database("extracts"));
    expect(run.apply.outcomes.map(({ state }) => state)).toEqual(inverse.operations.map(() => "confirmed"));
    expect(run.apply.complete).toBe(true);
    const { answer: after } = await ask("writes", writesDocument, "writes", "--all");
    expect(after.entries).toHaveLength(before.operations.length + inverse.operations.length);
  });
});
