import { describe, expect, jest, test } from "@jest/globals";
import { DAY, HOUR, toIso } from "../../src/model/index.ts";
import { measure, openStar } from "../../src/kpis/index.ts";
import type { StreamStanding } from "../../src/kpis/index.ts";
import { AS_OF, configured, makeCompany, optionsOf } from "./support/company.ts";

jest.setTimeout(60_000);

const company = makeCompany(0.05);

const stream = (name: string, changes: Partial<StreamStanding> = {}): StreamStanding => ({
  name,
  system: name.split(" ")[0] ?? "",
  isComplete: true,
  readUntil: AS_OF - HOUR,
  allowedAgeMs: DAY,
  entities: 1000,
  unmapped: 0,
  ...changes,
});

/** Of each KPI alone: compliance rests on asana, the conversion of leads on crm, acceptance on both. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  "process-compliance": ["asana tasks"],
  "mql-to-sql": ["crm Lead"],
  "handoff-acceptance": ["crm Lead", "asana tasks"],
};

async function gatesWith(
  streams: readonly StreamStanding[],
  changes: Partial<ReturnType<typeof configured>> = {},
): Promise<ReadonlyMap<string, string>> {
  const own = await openStar({ zone: "America/Los_Angeles" });
  const options = optionsOf(company, { streams, sourcesOf: ({ name }) => SOURCES[name] ?? [], ...changes });
  const kpis = options.kpis.filter(({ name }) => name in SOURCES);
  const { gates } = await measure({ ...options, kpis }, own);
  own.close();
  return gates;
}

describe("a KPI's gate", () => {
  test("is open while every stream it rests on is read in full, fresh and mapped", async () => {
    expect(await gatesWith([stream("crm Lead"), stream("asana tasks")])).toEqual(new Map());
  });

  test("is closed by a stream it rests on and by no other", async () => {
    const gates = await gatesWith([stream("crm Lead"), stream("asana tasks", { isComplete: false })]);
    expect(gates).toEqual(
      new Map([
        ["process-compliance", "not read in full: asana tasks"],
        ["handoff-acceptance", "not read in full: asana tasks"],
      ]),
    );
  });

  test("is closed by age, with until when it was read and how old that may be", async () => {
    const gates = await gatesWith([stream("crm Lead", { readUntil: AS_OF - 31 * HOUR }), stream("asana tasks")]);
    const until = toIso(AS_OF - 31 * HOUR);
    expect(gates.get("mql-to-sql")).toBe(`stale: crm Lead (read until ${until}, 24 h allowed)`);
    const never = await gatesWith([stream("crm Lead", { readUntil: null }), stream("asana tasks")]);
    expect(never.get("mql-to-sql")).toBe("stale: crm Lead (never read in full)");
  });

  test("is closed by values that no mapping knows, as its file asks", async () => {
    const streams = [stream("crm Lead", { unmapped: 30 }), stream("asana tasks")];
    expect((await gatesWith(streams)).get("mql-to-sql")).toMatch(/^only 97 % of the records .*, 98 % needed$/u);
    const kpis = configured().kpis.map((kpi) => ({ ...kpi, gates: { freshness: false, mapping: 0.9, links: 0.5 } }));
    const stale = streams.map((each) => ({ ...each, readUntil: AS_OF - 90 * DAY }));
    expect(await gatesWith(stale, { kpis })).toEqual(new Map());
  });

  test("is closed where it is not decided which target is theirs of too many handoffs", async () => {
    const unclear = company.handoffs.map((handoff) => ({ ...handoff, link: "ambiguous" as const }));
    const options = optionsOf({ ...company, handoffs: unclear }, { sourcesOf: () => [] });
    const own = await openStar({ zone: "America/Los_Angeles" });
    const { gates } = await measure(options, own);
    const [row] = await own.query(
      "SELECT DISTINCT value, gated, status, reason FROM fact_kpi_snapshot WHERE kpi_key = 'handoff-acceptance' AND is_shown = 1 AND scope_type = 'company'",
    );
    own.close();
    expect(gates.get("handoff-acceptance")).toMatch(/^only 0 % of the cases are joined .*, 95 % needed$/u);
    // The value stands beside the reason.
    expect(row).toMatchObject({ gated: 1, status: "gated", reason: gates.get("handoff-acceptance") });
  });
});
