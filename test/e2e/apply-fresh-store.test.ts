import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { handoffsDocument } from "../../src/cli/documents/handoffs.ts";
import { main } from "../../src/cli/main.ts";
import { planDocument } from "../../src/cli/documents/plan.ts";
import { AS_OF, startCompany, testMachine } from "../support/e2e.ts";
import type { Company } from "../support/e2e.ts";

jest.setTimeout(120_000);

const HOUR = 60 * 60_000;

let company: Company;
let asOf = AS_OF;

beforeAll(async () => {
  company = await startCompany({ scale: 0.1 });
});

afterAll(() => company.close());

/** The command line over a store, at the moment the systems' clock shows. */
async function hub(db: string, ...argv: readonly string[]): Promise<string> {
  const machine = testMachine(company.environment);
  const moment = ["--as-of", new Date(asOf).toISOString(), "--db", company.database(db), "--quiet"];
  const code = await main([...argv, ...moment], { ...machine, sleep: (ms) => company.advance(ms) });
  if (code !== 0) throw new Error(`hub ${argv.join(" ")} ended with ${String(code)}: ${machine.written.err}`);
  return machine.written.out;
}

const states = async (db: string): Promise<readonly unknown[]> =>
  handoffsDocument
    .parse(JSON.parse(await hub(db, "handoffs", "--all", "--json")))
    .handoffs.map(({ id, link, target, label }) => ({ id, link, target, label }));
const plan = async (db: string) => planDocument.parse(JSON.parse(await hub(db, "plan", "--json")));

/** Some time goes by, and what it brought is read. */
async function later(db: string): Promise<void> {
  await company.advance(HOUR);
  asOf += 2 * HOUR;
  await hub(db, "sync");
}

interface Done {
  readonly hash: string;
  readonly created: Awaited<ReturnType<typeof plan>>["operations"];
}

let first: Promise<Done> | null = null;

/** Everything that is proposed, carried out once. */
function applied(db: string): Promise<Done> {
  first ??= (async () => {
    await hub(db, "sync");
    const { hash, operations } = await plan(db);
    await hub(db, "writes", "resume", "--by", "Dana Ortiz", "--reason", "tried");
    await hub(db, "approve", hash, "--by", "Dana Ortiz");
    await hub(db, "apply", hash);
    await later(db);
    return { hash, created: operations.filter(({ action }) => action === "create") };
  })();
  return first;
}

test("a fresh store finds everything the hub made again, also where nothing but its marker tells, and plans nothing", async () => {
  const { created } = await applied("first");
  expect(new Set(created.map(({ objectType }) => objectType))).toEqual(new Set(["onboarding", "opportunity"]));
  await hub("second", "sync");
  expect((await plan("second")).operations).toEqual([]);
  expect((await plan("first")).operations).toEqual([]);
  const before = await states("first");
  expect(await states("second")).toEqual(before);
  for (const { handoff } of created) {
    expect(before).toContainEqual(expect.objectContaining({ id: handoff, link: "matched" }));
  }
});

test("what was taken back is missing again although its systems still show it, until a person takes it out again", async () => {
  const done = await applied("first");
  const undone = planDocument.parse(JSON.parse(await hub("first", "undo", done.hash, "--by", "Dana Ortiz", "--json")));
  await hub("first", "approve", undone.hash, "--by", "Dana Ortiz");
  await hub("first", "apply", undone.hash);
  await later("first");
  const again = (await plan("first")).operations.filter(({ action }) => action === "create");
  expect(again.map(({ handoff }) => handoff).toSorted()).toEqual(done.created.map(({ handoff }) => handoff).toSorted());

  const retired = undone.operations.flatMap(({ target, system }) =>
    system === "asana" ? [target?.split("/").at(-1)] : [],
  );
  await company.asana("PUT", `/projects/${retired[0] ?? ""}`, { archived: false });
  await later("first");
  expect(await states("first")).toContainEqual(
    expect.objectContaining({
      link: "matched",
      target: expect.stringMatching(new RegExp(`/${retired[0] ?? ""}$`, "u")),
    }),
  );
});
