import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { measure, openStar } from "../../src/kpis/index.ts";
import { makeCompany, optionsOf } from "./support/company.ts";
import { shownOf } from "./support/formula.ts";

const file = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, "..", "..", "config", "kpis", `${name}.yaml`), "utf8");

test("a handoff that was sent back has bounced, also when it was accepted again in the end, and as often as it was sent", async () => {
  const company = makeCompany(0.1);
  const created = company.handoffs.filter(({ createdAt, historical }) => createdAt !== null && !historical);
  const [once, twice] = created.map(({ id }) => id);
  const handoffs = company.handoffs.map((handoff) => {
    const returns = handoff.id === once ? 1 : handoff.id === twice ? 2 : 0;
    return returns === 0 ? handoff : { ...handoff, returns, decision: "accepted" as const };
  });
  const star = await openStar({ zone: "America/Los_Angeles" });
  await measure(optionsOf({ ...company, handoffs }), star);
  const shown = async (name: string) => shownOf((await file(name)).replace(/min_n: \d+/u, "min_n: 1"), star);
  expect(await star.query("SELECT sum(n_bounces) AS bounces FROM fact_handoffs")).toEqual([{ bounces: 3 }]);
  expect(await shown("bounces-each")).toMatchObject({ value: 1.5, n: 2, unit: "number" });
  expect(await shown("handoff-bounces")).toMatchObject({ numerator: 2 });
  star.close();
});
