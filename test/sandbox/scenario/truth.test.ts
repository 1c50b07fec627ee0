import { describe, expect, test } from "@jest/globals";
import { createTechFlow, TruthSchema } from "../../../src/sandbox/scenario/index.ts";
import type { Truth, TruthHandoff, TruthProcessDefect } from "../../../src/sandbox/scenario/index.ts";
import type { SalesforceRow, WorldSeed } from "../../../src/sandbox/seeds.ts";

const AS_OF = Date.parse("2026-11-02T11:00:00.000Z");
const HOUR = 3_600_000;
const companies = [1, 5, 42].map((seed) => createTechFlow({ seed, scale: 1, asOf: AS_OF }));

/** What a planted defect must have made of its handoff, when no other occurrence of the source explains it. */
const CONSEQUENCES: Readonly<Record<string, (handoff: TruthHandoff) => boolean>> = {
  "onboarding-missing": (h) => h.label === "missing" && h.evidence === "none" && h.target === null,
  "link-fuzzy-only": (h) => h.label === "missing" && h.evidence === "fuzzy" && h.byName.length === 1,
  "broken-link": (h) => h.label === "missing" && h.evidence === "none",
  "onboarding-late": (h) => h.label === "late" && h.link === "matched" && h.timeliness === "late",
  "onboarding-duplicate": (h) => h.label === "duplicate" && h.targets.length === 2 && h.content === "unknown",
  "onboarding-duplicate-key": (h) => h.label === "duplicate" && h.target?.id === h.targets[0]?.id,
  "link-key-only": (h) => h.link === "matched" && h.evidence === "key",
  "link-unknown-id": (h) => h.link === "matched" && h.evidence === "key",
  "key-ambiguous": (h) => h.label === "ambiguous" && h.target === null && h.targets.length === 2,
  "drift-amount": (h) => h.label === "drifted" && h.content === "drifted",
  "drift-owner": (h) => h.label === "drifted",
  "drift-due-date": (h) => h.label === "drifted",
  "won-again": (h) => (h.occurrence === 1 ? h.label === "revoked" && h.target === null : h.link === "matched"),
  reopened: (h) => h.label === "revoked" && h.target !== null,
  "opportunity-deleted": (h) => h.label === "revoked",
  "onboarding-not-yet-due": (h) => h.label === "expected" && h.timeliness === "pending",
  "onboarding-due": (h) => h.link === "expected" && h.timeliness === "late" && h.label === "late",
  "onboarding-orphan": (h) => h.label === "orphan" && h.source === null && h.target !== null,
  "owner-left": (h) => h.targets.length > 0,
  "epic-missing": (h) => h.label === "missing",
  "epic-late": (h) => h.label === "late",
  "epic-linked-from-item": (h) => h.link === "matched" && h.evidence === "link",
  "epic-key-only": (h) => h.link === "matched" && h.evidence === "key",
  "epic-fuzzy-only": (h) => h.label === "missing" && h.evidence === "fuzzy",
  "epic-duplicate": (h) => h.label === "duplicate",
  "epic-duplicate-key": (h) => h.label === "duplicate",
  "epic-key-ambiguous": (h) => h.label === "ambiguous",
  "epic-deleted": (h) => h.label === "missing",
  "epic-orphan": (h) => h.label === "orphan",
  "epic-not-yet-due": (h) => h.label === "expected",
  "feature-renamed": (h) => h.label === "drifted",
  "name-case-only": (h) => h.label === "matched" && h.content === "in_sync",
  "item-deleted": (h) => h.label === "revoked",
  "item-archived": (h) => h.label === "revoked",
  "dropped-after-commit": (h) => h.label === "revoked",
  "lead-never-assigned": (h) => h.label === "missing" && h.target === null,
  "lead-deleted": (h) => h.label === "revoked",
  "lead-not-yet-due": (h) => h.label === "expected" && h.timeliness === "pending",
};

/** Defects of a procedure and a rule they must break. */
const BREACHES: Readonly<Record<string, readonly [rule: string | null, category: TruthProcessDefect["category"]]>> = {
  "accept-missing": ["R1", "missing step"],
  "kickoff-before-accept": ["R1", "out of order"],
  "kickoff-late": ["R2", "late"],
  "security-review-missing": ["R3", "missing step"],
  "import-after-first-value": ["R4", "out of order"],
  "training-missing": ["R5", "missing step"],
  "step-reopened": [null, "rework"],
  "planning-skipped": ["R1", "missing step"],
  "testing-skipped": ["R2", "missing step"],
  "testing-after-launch": ["R2", "out of order"],
  "testing-failed": [null, "rework"],
};

function live(truth: Truth): TruthHandoff[] {
  return truth.handoffs.filter((handoff) => !handoff.historical);
}

describe.each(companies.map((company) => [company.truth.seed, company] as const))(
  "the truth of seed %i",
  (_seed, { truth, world }) => {
    test("fits its schema and names every handoff once", () => {
      expect(() => TruthSchema.parse(truth)).not.toThrow();
      const keys = truth.handoffs.map(
        (h) => `${h.contract}/${h.source?.id ?? h.target?.id ?? ""}/${String(h.occurrence)}`,
      );
      expect(new Set(keys).size).toBe(keys.length);
    });

    test("has every kind of defect, with the state it must lead to", () => {
      const handoffs = live(truth);
      for (const [defect, holds] of Object.entries(CONSEQUENCES)) {
        const own = handoffs.filter((handoff) => handoff.defects.includes(defect));
        expect([defect, own.length > 0]).toEqual([defect, true]);
        expect([defect, own.filter((handoff) => !holds(handoff))]).toEqual([defect, []]);
      }
    });

    test("finds the planted departures from procedures under their rules", () => {
      for (const [defect, [rule, category]] of Object.entries(BREACHES)) {
        const cases = truth.handoffs
          .filter((handoff) => handoff.defects.includes(defect))
          .flatMap((handoff) => (handoff.contract === "product-to-engineering" ? [handoff.source] : handoff.targets));
        const reported = cases.filter((ref) =>
          truth.processDefects.some((d) => d.case.id === ref?.id && d.rule === rule && d.category === category),
        );
        expect([defect, reported.length > 0]).toEqual([defect, true]);
        expect([defect, cases.length - reported.length]).toEqual([defect, 0]);
      }
    });

    test("holds historical occurrences apart, without a state", () => {
      const since = new Map(truth.contracts.map((contract) => [contract.contract, contract.since]));
      for (const handoff of truth.handoffs) {
        const old = handoff.triggeredAt !== null && handoff.triggeredAt < (since.get(handoff.contract) ?? "");
        expect([handoff.historical, handoff.label === null]).toEqual([old, old]);
      }
    });

    test("agrees with what the records themselves say about won deals and their projects", () => {
      const expected = new Map(
        live(truth)
          .filter((handoff) => handoff.contract === "sales-to-cs" && handoff.source !== null)
          .map((h) => [`${h.source?.id ?? ""}/${String(h.occurrence)}`, [h.link, h.timeliness, h.decision]]),
      );
      expect(readSalesToCs(world)).toEqual(expected);
    });

    test("agrees with LeadHistory about who was assigned in time", () => {
      const expected = live(truth).filter(
        (handoff) => handoff.contract === "marketing-to-sales" && handoff.label === "missing",
      );
      const leads = new Map((world.salesforce.rows["Lead"] ?? []).map((row) => [row.Id, row]));
      const queue = world.salesforce.rows["Group"]?.[0]?.Id;
      expect(expected.length).toBeGreaterThan(0);
      for (const handoff of expected) expect(leads.get(handoff.source?.id ?? "")?.["OwnerId"]).toBe(queue);
    });

    test("pairs only records that exist", () => {
      const ids = new Set([
        ...Object.values(world.salesforce.rows).flatMap((rows) => rows.map((row) => row.Id)),
        ...world.asana.users.map((user) => user.gid),
        ...world.monday.users.map((user) => user.id),
      ]);
      expect(truth.pairs.filter((pair) => !ids.has(pair.a.id) || !ids.has(pair.b.id))).toEqual([]);
      expect(truth.pairs.some((pair) => pair.same)).toBe(true);
      expect(truth.pairs.some((pair) => !pair.same)).toBe(true);
    });
  },
);

/** Link, timeliness and decision of every live occurrence, read from native rows alone. */
function readSalesToCs(world: WorldSeed): Map<string, unknown[]> {
  const rows = (name: string): readonly SalesforceRow[] => world.salesforce.rows[name] ?? [];
  const field = (name: string): string => world.asana.customFields.find((seed) => seed.name === name)?.gid ?? "";
  const [link, number] = [field("Salesforce Opportunity ID"), field("Contract No")];
  const rates: Readonly<Record<string, number>> = { USD: 1, EUR: 1.08, GBP: 1.27 };
  const since = "2025-11-01T07:00:00.000Z";
  const history = new Map<string, SalesforceRow[]>();
  for (const row of rows("OpportunityHistory")) {
    const id = String(row["OpportunityId"]);
    history.set(id, [...(history.get(id) ?? []), row]);
  }
  const deals = rows("Opportunity").filter(
    (row) =>
      row["Type"] === "New Business" && Number(row["Amount"]) * (rates[String(row["CurrencyIsoCode"])] ?? 0) >= 5000,
  );
  const known = new Set(deals.map((deal) => deal.Id));
  const projects = world.asana.projects.filter(
    (project) => project.deletedAt === null && project.name.startsWith("Onboarding: "),
  );
  projects.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const accept = new Map(
    world.asana.tasks
      .filter((task) => task.name === "Accept handoff")
      .map((task) => [task.memberships[0]?.projectGid, task.completed]),
  );
  const result = new Map<string, unknown[]>();
  for (const deal of deals) {
    const own = (history.get(deal.Id) ?? []).toSorted((a, b) => (a.Id < b.Id ? -1 : 1));
    const occurrences: { from: string; until: string | null }[] = [];
    let stage = "";
    for (const row of own) {
      const next = String(row["StageName"]);
      if (next === "Closed Won" && stage !== next) occurrences.push({ from: String(row["CreatedDate"]), until: null });
      const open = occurrences.at(-1);
      if (next !== "Closed Won" && stage === "Closed Won" && open !== undefined)
        open.until = String(row["CreatedDate"]);
      stage = next;
    }
    const linked = projects.filter((project) => project.values[link] === deal.Id);
    const keyed = projects.filter(
      (project) =>
        project.values[number] === deal["Contract_No__c"]
        && !known.has(String(project.values[link]))
        && deal["Contract_No__c"] != null,
    );
    const all = [...linked, ...keyed];
    occurrences.forEach(({ from, until }, i) => {
      if (from < since) return;
      const held = i === occurrences.length - 1 ? all : [];
      const due = Date.parse(from) + 24 * HOUR;
      const first = all[0];
      let state = "matched";
      if (until !== null || deal["IsDeleted"] === true) state = "revoked";
      else if (held.length === 0) state = AS_OF > due + 24 * HOUR ? "missing" : "expected";
      else if (linked.length === 0 && held.length > 1) state = "ambiguous";
      else if (held.length > 1) state = "duplicate";
      let timeliness = AS_OF > due ? "late" : "pending";
      if (first !== undefined) timeliness = Date.parse(first.createdAt) > due ? "late" : "on_time";
      const decided = state !== "ambiguous" && held[0] !== undefined && accept.get(held[0].gid) === true;
      result.set(`${deal.Id}/${String(i + 1)}`, [state, timeliness, decided ? "accepted" : "none"]);
    });
  }
  return result;
}
