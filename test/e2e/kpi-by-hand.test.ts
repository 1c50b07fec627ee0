import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { COUNTS, SPRINT_SUMS } from "../support/by-hand/counts.ts";
import { CUSTOMER_COUNTS } from "../support/by-hand/customers.ts";
import { LENGTHS } from "../support/by-hand/durations.ts";
import { FLOW } from "../support/by-hand/flow.ts";
import { LEADS } from "../support/by-hand/leads.ts";
import { WAITS } from "../support/by-hand/waits.ts";
import { ROOT } from "../support/e2e.ts";

/** KPIs that are no entry of a table, with the test that works them out. */
const ON_THEIR_OWN: Readonly<Record<string, readonly string[]>> = {
  "kpi-values": ["cycle-time", "cycle-time-reduction"],
  "kpi-flow": ["flow-stability"],
  "kpi-waits": ["qbr-gap", "sprint-cadence", "design-coverage"],
  "kpi-quality": [
    "data-anomalies",
    "data-completeness",
    "data-freshness",
    "data-latency",
    "link-coverage",
    "mapping-coverage",
    "rejected-records",
  ],
};

test("every KPI of the configuration is worked out by hand, once", () => {
  const tables = [COUNTS, CUSTOMER_COUNTS, LENGTHS, SPRINT_SUMS, FLOW, WAITS, LEADS].flatMap((table) =>
    Object.keys(table),
  );
  const files = readdirSync(join(ROOT, "config", "kpis")).map((file) => file.replace(/\.yaml$/u, ""));
  expect([...tables, ...Object.values(ON_THEIR_OWN).flat()].toSorted()).toEqual(files.toSorted());
});
