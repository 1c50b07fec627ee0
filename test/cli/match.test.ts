import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { z } from "zod";
import { handoffsDocument } from "../../src/cli/documents/handoffs.ts";
import { matchDecisionDocument, matchListDocument } from "../../src/cli/documents/match.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { misfits } from "../support/documents.ts";
import { runCommand, startCompany } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(60_000);

let company: Company;

beforeAll(async () => {
  company = await startCompany({ seed: 7, scale: 0.1 });
  await say("sync");
  await say("plan");
});

afterAll(() => company.close());

function say(...argv: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand(company, [...argv, "--db", company.database("match")]);
}

async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  ...argv: readonly string[]
): Promise<z.output<Schema>> {
  const document: unknown = JSON.parse((await say(...argv, "--json")).out);
  expect(misfits(name, document)).toEqual([]);
  return schema.parse(document);
}

type Handoff = z.output<typeof handoffsDocument>["handoffs"][number];

async function handoffOf(id: string): Promise<Handoff | undefined> {
  await ask("plan", planDocument, "plan");
  const { handoffs } = await ask("handoffs", handoffsDocument, "handoffs");
  return handoffs.find((handoff) => handoff.id === id);
}

describe("a match that waits for a person", () => {
  test("is listed with both records' names and what its likelihood is made of", async () => {
    const { queue } = await ask("match-list", matchListDocument, "match", "list");
    const alike = queue.filter(({ rung }) => rung === 3);
    expect(alike.length).toBeGreaterThan(0);
    for (const { source, target, confidence, breakdown } of alike) {
      expect(source.name).not.toBe(source.key);
      expect(target.name).not.toBe(target.key);
      expect(confidence).toBeGreaterThan(0);
      expect(breakdown.length).toBeGreaterThan(0);
    }
    const { out } = await say("match");
    expect(out).toContain(alike[0]?.target.name);
  });

  test("is one once somebody confirmed it, and every run keeps to that until somebody rejects it", async () => {
    const { queue } = await ask("match-list", matchListDocument, "match", "list");
    const pair = queue.find(({ rung }) => rung === 3);
    const [handoff = "", target = ""] = [pair?.handoff, pair?.target.key];
    const words = ["--by", "Rae", "--reason", "asked them"];

    const confirmed = await ask(
      "match-confirm",
      matchDecisionDocument,
      "match",
      "confirm",
      handoff,
      idOf(target),
      ...words,
    );
    expect(confirmed).toMatchObject({ word: "confirm", by: "Rae", contract: pair?.contract, target: { key: target } });
    const matched = await handoffOf(handoff);
    expect(matched).toMatchObject({ link: "matched", target, evidence: [{ rung: 1 }] });
    expect(matched?.because).toContain("Rae confirmed it");

    const source = confirmed.source.key;
    const rejected = await ask(
      "match-reject",
      matchDecisionDocument,
      "match",
      "reject",
      target,
      // As people copy it from a report: without the checksum.
      idOf(source).slice(0, 15),
      ...words,
    );
    expect(rejected).toMatchObject({ word: "reject", source: { key: source }, target: { key: target } });
    const after = await handoffOf(handoff);
    expect(after?.target).toBeNull();
    expect(after?.evidence.map((evidence) => evidence.target)).not.toContain(target);
    const list = await ask("match-list", matchListDocument, "match", "list");
    expect(list.queue.filter((each) => each.handoff === handoff && each.target.key === target)).toEqual([]);
    expect(list.decisions.map(({ word }) => word)).toEqual(["confirm", "reject"]);
    expect((await say("match", "list")).out).toContain("Rae rejected");
  });

  test("is refused for what the store does not know, and between things that no contract is between", async () => {
    const unknown = await say("match", "confirm", "006nowhere", "120nowhere", "--by", "Rae");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("HUB-4020");
    const { handoffs } = await ask("handoffs", handoffsDocument, "handoffs");
    const [one = "", other = ""] = handoffs.flatMap(({ contract, source }) =>
      contract === "sales-to-cs" && source !== null ? [source] : [],
    );
    const between = await say("match", "reject", one, other, "--by", "Rae");
    expect(between.code).toBe(2);
    expect(between.err).toContain("HUB-4021");
  });
});

function idOf(key: string): string {
  return key.split("/").slice(3).join("/");
}
