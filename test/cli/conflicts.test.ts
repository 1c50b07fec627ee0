import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { conflictsDecideDocument, conflictsDocument } from "../../src/cli/documents/conflicts.ts";
import { main } from "../../src/cli/main.ts";
import type { FieldComparison, Handoff } from "../../src/model/index.ts";
import { openStore } from "../../src/store/index.ts";
import { misfits } from "../support/documents.ts";
import { testMachine } from "../support/e2e.ts";
import { begin } from "../support/store.ts";

const AT = Date.parse("2026-10-05T16:30:00Z");
const AS_OF = "2026-11-02T11:00:00Z";

let directory: string;
let db: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hub-conflicts-"));
  db = join(directory, "hub.sqlite");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const CONFLICT: FieldComparison = {
  field: "amount",
  source: { amount: 9000, currency: "USD", corporate: 9000 },
  target: 8500,
  equal: false,
  owner: "shared",
  base: { amount: 8000, currency: "USD", corporate: 8000 },
  change: "conflict",
  sourceChanged: { at: AT, by: "Marcus Hale" },
  targetChanged: { at: null, by: null },
  resolution: null,
};

const HANDOFF: Handoff = {
  id: "c0ffee00c0ffee00",
  contract: "sales-to-cs",
  occurrence: 1,
  sourceKey: "salesforce/org/Opportunity/006A",
  targetKey: "asana/ws/projects/12",
  claimedKeys: [],
  historical: false,
  link: "matched",
  timeliness: "on_time",
  content: "conflict",
  decision: "none",
  label: "conflict",
  plain: "needs your decision",
  because: "",
  triggeredAt: AT,
  dueAt: AT,
  graceUntil: AT,
  acceptDueAt: null,
  createdAt: AT,
  assignedAt: null,
  acceptedAt: null,
  rejectedAt: null,
  firstWorkAt: null,
  revokedAt: null,
  evidence: [],
  comparisons: [CONFLICT],
  money: null,
  waiver: null,
  name: "Acme deal",
  company: "Acme, Inc.",
};

async function store(...handoffs: readonly Handoff[]): Promise<void> {
  const opened = openStore(db, { now: () => AT });
  const fence = await begin(opened);
  await opened.handoffs.replaceHandoffs(fence, handoffs);
  await opened.runs.end(fence, { outcome: "complete", endedAt: AT, summary: null });
  await opened.close();
}

async function hub(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const machine = testMachine({});
  const code = await main([...argv, "--db", db, "--as-of", AS_OF], machine);
  return { code, out: machine.written.out, err: machine.written.err };
}

const words = ["--by", "dana ortiz", "--reason", "asked Acme"];

describe("the inbox of conflicts", () => {
  test("tells both values, since when, by whom, and the command that decides it", async () => {
    await store(HANDOFF);
    const { code, out } = await hub("conflicts");
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "c0ffee00c0 sales-to-cs, Acme, Inc.: amount was changed on both sides; agreed on 8,000 USD before",
        "    source  9,000 USD, since 2026-10-05 09:30 PDT by Marcus Hale  (salesforce/org/Opportunity/006A)",
        "    target  8500, since when is not known  (asana/ws/projects/12)",
        "    hub conflicts decide c0ffee00c0 amount --take source|target --by NAME --reason WHY",
        "",
        "1 field waits for a decision.",
        "",
      ].join("\n"),
    );
    const document: unknown = JSON.parse((await hub("conflicts", "list", "--json")).out);
    expect(misfits("conflicts", document)).toEqual([]);
    expect(conflictsDocument.parse(document).conflicts).toMatchObject([
      { handoff: HANDOFF.id, field: "amount", kind: "conflict", source: { changedBy: "Marcus Hale" } },
    ]);
  });

  test("is empty once somebody decided, who has to be known", async () => {
    await store(HANDOFF);
    const decide = ["conflicts", "decide", "c0ffee", "amount", "--take", "target"];
    const stranger = await hub(...decide, "--by", "Nobody", "--reason", "x");
    expect([stranger.code, stranger.err]).toEqual([2, expect.stringContaining("HUB-2604")]);
    const { code, out } = await hub(...decide, ...words, "--json");
    const document: unknown = JSON.parse(out);
    expect([code, misfits("conflicts-decide", document)]).toEqual([0, []]);
    expect(conflictsDecideDocument.parse(document)).toEqual({
      handoff: HANDOFF.id,
      field: "amount",
      take: "target",
      by: "Dana Ortiz",
      reason: "asked Acme",
      rule: null,
    });
    expect((await hub("conflicts")).out).toBe("No field waits for a decision.\n");
  });

  test("shows the line that decides it so from now on", async () => {
    await store(HANDOFF);
    const { out } = await hub("conflicts", "decide", "c0ffee", "amount", "--take", "source", ...words, "--always");
    expect(out).toContain("\n  amount: { theirs: deal_amount, rule: shared, on_conflict: source }\n");
  });

  test("writes that line where it is wanted, and nothing else of the file changes", async () => {
    const config = join(directory, "config");
    await cp("config", config, { recursive: true });
    const file = join(config, "handoffs", "sales-to-cs.yaml");
    const before = await readFile(file, "utf8");
    await store({ ...HANDOFF, comparisons: [{ ...CONFLICT, field: "due_date" }] });
    const decide = ["conflicts", "decide", "c0ffee", "due_date", "--take", "target", ...words, "--write"];
    const { code, out } = await hub(...decide, "--json", "--config", config);
    const document: unknown = JSON.parse(out);
    expect([code, misfits("conflicts-decide", document)]).toEqual([0, []]);
    expect(conflictsDecideDocument.parse(document).rule).toEqual({
      contract: "sales-to-cs",
      line: "due_date: { ours: go_live, rule: shared, on_conflict: target }",
      written: expect.stringMatching(/sales-to-cs\.yaml$/u),
    });
    expect(await readFile(file, "utf8")).toBe(
      before.replace("{ ours: go_live }", "{ ours: go_live, rule: shared, on_conflict: target }"),
    );
  });

  test("leaves a contract whose tests would fail with it as it is, and decides nothing: HUB-4014", async () => {
    const config = join(directory, "config");
    await cp("config", config, { recursive: true });
    const file = join(config, "handoffs", "sales-to-cs.yaml");
    const before = await readFile(file, "utf8");
    await store(HANDOFF);
    const decide = ["conflicts", "decide", "c0ffee", "amount", "--take", "target", ...words, "--write"];
    const { code, err } = await hub(...decide, "--config", config);
    expect([code, err]).toEqual([2, expect.stringMatching(/^HUB-4014 .*HUB-2212.*\n.*sales-to-cs\.yaml:\d+:\d+/mu)]);
    expect(await readFile(file, "utf8")).toBe(before);
    expect((await hub("conflicts")).out).toContain("1 field waits for a decision.");
  });

  test("leaves out what was waived, and what a rule decides", async () => {
    await store(
      { ...HANDOFF, waiver: { reason: "r", by: "b", until: null } },
      { ...HANDOFF, id: "b0", comparisons: [{ ...CONFLICT, resolution: "source" }] },
    );
    expect((await hub("conflicts")).out).toBe("No field waits for a decision.\n");
  });

  test("knows what waits: another field is refused with HUB-4011", async () => {
    await store(HANDOFF);
    const { code, err } = await hub("conflicts", "decide", "c0ffee", "owner", "--take", "source", ...words);
    expect([code, err]).toEqual([2, expect.stringMatching(/^HUB-4011 .*\n.*Of this handoff these do: amount\./mu)]);
  });
});

describe("the list of handoffs", () => {
  const made = (id: string, more: Partial<Handoff>): Handoff => ({ ...HANDOFF, id, comparisons: [], ...more });

  test("begins with what needs somebody, what was escalated and what is worth most; times are those of the company", async () => {
    await store(
      made("1f", { plain: "fine", label: "matched" }),
      made("2a", { plain: "ignored", label: "revoked" }),
      made("3w", { plain: "waiting", label: "expected", because: "due by 2026-10-05 16:30 UTC." }),
      made("4l", { plain: "late or missing", label: "late", money: { amount: 5, currency: "USD", corporate: 5 } }),
      made("5l", { plain: "late or missing", label: "late", money: { amount: 9, currency: "USD", corporate: 9 } }),
      made("6l", { plain: "late or missing", label: "late", escalation: { to: "Customer Success", since: AT } }),
      made("7n", { plain: "needs your decision", label: "conflict" }),
      made("8h", { historical: true }),
    );
    const { out } = await hub("handoffs", "--all");
    const ids = [...out.matchAll(/^ {2}(\d\w) /gmu)].map(([, id]) => id);
    expect(ids).toEqual(["7n", "6l", "5l", "4l", "3w", "1f", "2a", "8h"]);
    expect(out).toContain("due by 2026-10-05 09:30 PDT.");
    expect(out).toContain("Acme, Inc.");
    expect((await hub("handoffs")).out).toContain("5 of 8 handoffs; --all shows the rest");
  });

  test("knows a waiver at once, and its end is to come: HUB-4012", async () => {
    await store(HANDOFF);
    const past = await hub("handoffs", "snooze", "c0ffee", "--until", "2026-10-01", ...words);
    expect([past.code, past.err]).toEqual([2, expect.stringContaining("HUB-4012")]);
    const { out } = await hub("handoffs", "snooze", "c0ffee", "--until", "2026-12-01", ...words);
    expect(out).toBe("sales-to-cs c0ffee00c0 (Acme, Inc.) is left alone until 2026-11-30 16:00 PST: asked Acme\n");
    expect((await hub("handoffs")).out).toContain("0 of 1 handoffs");
    expect((await hub("handoffs", "--all")).out).toContain(
      "Dana Ortiz leaves it alone until 2026-11-30 16:00 PST: asked Acme",
    );
    await hub("handoffs", "resume", "c0ffee", ...words);
    expect((await hub("handoffs")).out).toContain("1 of 1 handoffs");
  });

  test("tries a handoff only where its contract is: HUB-4013", async () => {
    await store(made("9x", { contract: "gone" }));
    const { code, err } = await hub("handoffs", "try", "9x");
    expect([code, err]).toEqual([2, expect.stringContaining('HUB-4013 There is no contract "gone"')]);
  });
});
