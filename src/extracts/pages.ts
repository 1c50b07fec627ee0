import type { KpiArea, KpiDefinition, MeasureKind, ProcessDefinition, Star } from "../kpis/index.ts";

/** What a viewer leafs through, in this order; the report and the workbook have the same. */
export const PAGES = [
  { id: "overview", title: "Overview" },
  { id: "lifecycle", title: "Customer lifecycle" },
  { id: "product", title: "Product development" },
  { id: "operations", title: "Operations" },
  { id: "handoffs", title: "Handoffs" },
  { id: "conformance", title: "Conformance" },
  { id: "quality", title: "Data quality" },
  { id: "evidence", title: "Evidence" },
] as const;

export type PageId = (typeof PAGES)[number]["id"];
export type ProcessPage = "lifecycle" | "product" | "operations";

/** What the company set itself (reference §2): the tiles that stand first. */
const COMPANY_TARGETS: readonly MeasureKind[] = [
  "cycle time reduction",
  "automation coverage",
  "compliance",
  "error rate",
];

const PAGE_OF_AREA: Readonly<Record<KpiArea, PageId>> = {
  company: "overview",
  "customer lifecycle": "lifecycle",
  "product development": "product",
  operations: "operations",
  handoffs: "handoffs",
  conformance: "conformance",
  "data quality": "quality",
};

/** True for the KPIs of the company's own targets. */
export function isCompanyTarget(kpi: Pick<KpiDefinition, "measure" | "target">): boolean {
  return kpi.target !== null && COMPANY_TARGETS.includes(kpi.measure);
}

/** In the order in which the targets are told. */
export function byTarget(a: KpiDefinition, b: KpiDefinition): number {
  const rank = ({ measure }: KpiDefinition): number => (COMPANY_TARGETS.indexOf(measure) + 99) % 99;
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

/**
 * Where a process is told: development is what sprints are planned in, the customer's life what belongs to accounts;
 * anything else the company does for itself.
 * @param withAccounts names of processes with a case of a known account
 */
export function pageOfProcess(
  process: Pick<ProcessDefinition, "name" | "sprints">,
  withAccounts: ReadonlySet<string>,
): ProcessPage {
  if (process.sprints !== null) return "product";
  return withAccounts.has(process.name) ? "lifecycle" : "operations";
}

/** A process as the pages tell it: its latest version. */
export interface PageProcess {
  readonly name: string;
  readonly title: string;
  readonly team: string | null;
  readonly page: ProcessPage;
  readonly stages: readonly string[];
}

const PROCESS_PAGES: readonly ProcessPage[] = ["lifecycle", "product", "operations"];

/** The processes of a measured star in the order of the pages. */
export async function processPages(
  star: Star,
  processes: readonly ProcessDefinition[],
): Promise<readonly PageProcess[]> {
  const rows = await star.query(
    "SELECT DISTINCT p.process AS process FROM fact_case c JOIN dim_process p USING (process_key) WHERE c.account_key IS NOT NULL",
  );
  const withAccounts = new Set(rows.map((row) => String(row["process"])));
  const latest = new Map<string, ProcessDefinition>();
  for (const process of processes) {
    const known = latest.get(process.name);
    if (known === undefined || process.effectiveFrom > known.effectiveFrom) latest.set(process.name, process);
  }
  return [...latest.values()]
    .map((process) => ({
      name: process.name,
      title: process.title,
      team: process.team,
      page: pageOfProcess(process, withAccounts),
      stages: process.stages.map(({ name }) => name),
    }))
    .sort((a, b) => PROCESS_PAGES.indexOf(a.page) - PROCESS_PAGES.indexOf(b.page) || (a.title < b.title ? -1 : 1));
}

/** The page on which a KPI has its tile. */
export function pageOfKpi({ area }: Pick<KpiDefinition, "area">): PageId {
  return PAGE_OF_AREA[area];
}
