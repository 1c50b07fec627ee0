import { parse } from "yaml";
import { compileKpi, openStar } from "../../../src/kpis/index.ts";
import type { KpiDefinition, KpiResult, Star } from "../../../src/kpis/index.ts";
import type { MeasureInput } from "../../../src/kpis/measures/measure-input.ts";
import { measureDuration } from "../../../src/kpis/measures/durations.ts";
import { measureRatio } from "../../../src/kpis/measures/ratios.ts";
import { AS_OF, configured } from "./company.ts";

/** A KPI file as an admin writes it, under a head that every test shares; `text` may say it again. */
export function kpiOf(text: string): KpiDefinition {
  const head = { kpi: "own", question: "What is it?", owner: "Dana Ortiz", windows: ["12 months"], min_n: 1 };
  const { processes, contracts } = configured();
  const names = contracts.map(({ name }) => name);
  return compileKpi({ ...head, ...Object(parse(text)) }, { processes, contracts: names }, { file: "own.yaml" });
}

type Cell = string | number | null;

/** A star that holds these rows and nothing else; instants as ISO texts, columns left out are empty. */
export async function starOf(rows: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>): Promise<Star> {
  const star = await openStar({ zone: "America/Los_Angeles" });
  await star.run(
    `INSERT INTO dim_as_of (as_of_key, as_of, as_of_local) VALUES ('current', epoch_ms(${AS_OF}), epoch_ms(${star.local.wall(AS_OF)}))`,
  );
  for (const [table, list] of Object.entries(rows)) {
    const columns = [...new Set(list.flatMap((row) => Object.keys(row)))];
    const values = list.map((row) => `(${columns.map((column) => literal(row[column] ?? null)).join(", ")})`);
    const names = columns.map((name) => `"${name}"`).join(", ");
    await star.run(`INSERT INTO ${table} (${names}) VALUES ${values.join(", ")}`);
  }
  return star;
}

function literal(cell: Cell): string {
  if (cell === null || typeof cell === "number") return String(cell ?? "NULL");
  return `'${cell.replace(/^(\d{4}-\d{2}-\d{2}T.*)Z$/u, "$1")}'`;
}

/** What measures need beside their KPI. */
export function inputOf(star: Star): MeasureInput {
  return {
    star,
    asOf: AS_OF,
    reporting: { zone: "America/Los_Angeles", fiscalYearStarts: 2, corporateCurrency: "USD" },
    processes: configured().processes,
    businessDayMs: 8 * 3_600_000,
  };
}

/** Every value of a KPI over a star. */
export async function valuesOf(kpi: KpiDefinition, star: Star): Promise<readonly KpiResult[]> {
  const input = inputOf(star);
  return [...(await measureDuration(kpi, input)), ...(await measureRatio(kpi, input))];
}

/** The value that is shown for the company. */
export async function shownOf(text: string, star: Star): Promise<KpiResult> {
  const values = await valuesOf(kpiOf(text), star);
  const shown = values.find(({ shown: isShown, scope }) => isShown && scope.type === "company");
  if (shown === undefined) throw new Error("nothing is shown");
  return shown;
}
