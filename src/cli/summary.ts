import { AREAS } from "../kpis/index.ts";
import type { KpiResult } from "../kpis/index.ts";
import type { PlainState } from "../model/index.ts";
import type { CycleReport, PublishReport, WrittenPages } from "../sync/index.ts";
import { formatApply } from "./apply-view.ts";
import { PLAIN_STATES } from "./documents/handoffs.ts";
import { summariseHandoffs } from "./handoff-summary.ts";
import { formatMoney } from "./money.ts";
import { formatGates, formatRestatements } from "./restatements-view.ts";
import { formatValue } from "./figure-text.ts";
import { formatTable } from "./table.ts";
import { formatProblem } from "./terminal.ts";

export interface SummaryOptions {
  readonly title: string;
  readonly currency: string;
}

/** What a whole cycle found, for a person: rows, handoffs with the money at stake, KPIs, what is missing, where to look. */
export function formatSummary(report: CycleReport, { title, currency }: SummaryOptions): string {
  return [
    `\n${title}\n`,
    section("Rows per stream", rowsTable(report)),
    section("Handoffs", handoffTable(report, currency)),
    ...(report.apply.outcomes.length === 0 ? [] : [section("Carried out", formatApply(report.apply))]),
    section("Plan", planLine(report)),
    section("KPIs", formatKpis(report.measurement.results)),
    section("Cycle times", formatCycleTimes(report.measurement.results)),
    section("Gated", formatGates(report.measurement.gates)),
    section("Restated", formatRestatements(report.restatements)),
    section("Not mapped", unmappedLines(report)),
    section("Report", formatPages(report.pages)),
    formatPublish(report.publish),
    ...(report.complete ? [] : [section("Missing from this run", problemLines(report))]),
  ].join("");
}

/**
 * Company-wide values with target and verdict, one line each, under the area they are about; what spans the company comes first.
 * Those with a target, or without a value, say in a sentence what it means.
 */
export function formatKpis(results: readonly KpiResult[]): string {
  const shown = results.filter((result) => result.shown && result.scope.type === "company");
  return formatTable(
    [
      { title: "kpi" },
      { title: "value", align: "right" },
      { title: "n", align: "right" },
      { title: "target" },
      { title: "verdict" },
      { title: "in a sentence" },
    ],
    AREAS.flatMap((area) => {
      const lines = shown
        .filter((result) => result.area === area)
        .sort((a, b) => rankOf(a) - rankOf(b) || (a.kpi < b.kpi ? -1 : 1))
        .map((result) => [
          `  ${result.kpi}`,
          formatValue(result.value, result),
          result.n.toLocaleString("en-US"),
          result.targetText ?? "",
          result.verdict === "no target" ? "" : result.verdict,
          result.targetText === null && result.value !== null ? "" : result.sentence,
        ]);
      return lines.length === 0 ? [] : [[area], ...lines];
    }),
  );
}

/** Median, p90 and open cases of every process. */
export function formatCycleTimes(results: readonly KpiResult[]): string {
  const shown = results.filter((each) => each.shown && each.kpi === "cycle-time" && each.scope.type === "process");
  return formatTable(
    [
      { title: "process" },
      { title: "median", align: "right" },
      { title: "p90", align: "right" },
      { title: "completed", align: "right" },
      { title: "open", align: "right" },
    ],
    shown.map((result) => [
      result.scope.key,
      formatValue(result.value, result),
      formatValue(result.p90, result),
      result.n.toLocaleString("en-US"),
      result.nOpen.toLocaleString("en-US"),
    ]),
  );
}

/** Files and addresses, and what was asked for but not done. */
export function formatPublish(report: PublishReport): string {
  const bytes = report.files.tables.reduce((sum, file) => sum + file.bytes, 0);
  const folders = [...new Set(report.files.tables.map((file) => file.path.slice(0, file.path.lastIndexOf("/"))))];
  return [
    section(
      "Files",
      [...folders, ...(report.files.complete === null ? [] : [report.files.complete.file]), report.files.manifest]
        .map((path) => `  ${path}\n`)
        .join("")
        + `  ${report.files.tables.length} tables as files, ${Math.ceil(bytes / 1024).toLocaleString("en-US")} kB\n`,
    ),
    report.published.length === 0
      ? ""
      : section(
          "Published",
          formatTable(
            [
              { title: "data source" },
              { title: "rows", align: "right" },
              { title: "how" },
              { title: "rows sent", align: "right" },
              { title: "checked by" },
              { title: "where" },
            ],
            report.published.map(({ name, rows, how, rowsSent, checked, standing }) => [
              name,
              rows.toLocaleString("en-US"),
              how,
              rowsSent.toLocaleString("en-US"),
              checked,
              standing.url ?? standing.id,
            ]),
          ),
        ),
    report.workbook === null
      ? ""
      : `The workbook ${report.workbook.receipt.name} is ${report.workbook.receipt.how}: ${report.workbook.receipt.url ?? report.workbook.receipt.id}\n`,
    ...report.notes.map((note) => `${note}\n`),
  ].join("");
}

/** Where the pages are. */
export function formatPages({ report, workbook }: WrittenPages): string {
  const size = Math.ceil(report.bytes / 1024).toLocaleString("en-US");
  const lines = [`  ${report.file}`, `  ${report.pages.length} pages, ${size} kB; open it in a browser`];
  if (workbook !== null)
    lines.push(`  ${workbook}`, "  the same pages for Tableau; open it there once the data sources are published");
  return lines.map((line) => `${line}\n`).join("");
}

function section(title: string, body: string): string {
  return body === "" ? "" : `\n${title}\n${body}`;
}

function rowsTable({ pull }: CycleReport): string {
  return formatTable(
    [
      { title: "connection" },
      { title: "stream" },
      { title: "rows", align: "right" },
      { title: "new", align: "right" },
      { title: "changed", align: "right" },
      { title: "removed", align: "right" },
      { title: "calls", align: "right" },
      { title: "complete" },
    ],
    pull.connections.flatMap(({ certificates }) =>
      certificates
        .filter(({ stored, calls, complete }) => stored > 0 || calls > 0 || !complete)
        .map((each) => [
          each.connection,
          each.stream,
          ...[each.stored, each.inserted, each.changed, each.removed, each.calls].map((n) => n.toLocaleString("en-US")),
          each.complete ? "yes" : "no",
        ]),
    ),
  );
}

function handoffTable(report: CycleReport, currency: string): string {
  const counts = summariseHandoffs(report.handoffs);
  const contracts = [...new Set(counts.map(({ contract }) => contract))].sort();
  const of = (contract: string, state: PlainState | "historical") =>
    counts.find((each) => each.contract === contract && each.state === state);
  const atStake = (contract: string): string => {
    const sum = (["late or missing", "needs your decision"] as const).reduce(
      (total, state) => total + (of(contract, state)?.moneyAtStake ?? 0),
      0,
    );
    return sum === 0 ? "" : formatMoney(sum, currency);
  };
  return formatTable(
    [
      { title: "contract" },
      ...PLAIN_STATES.map((state) => ({ title: state, align: "right" as const })),
      { title: "historical", align: "right" },
      { title: "at stake", align: "right" },
    ],
    contracts.map((contract) => [
      contract,
      ...PLAIN_STATES.map((state) => (of(contract, state)?.count ?? 0).toLocaleString("en-US")),
      (of(contract, "historical")?.count ?? 0).toLocaleString("en-US"),
      atStake(contract),
    ]),
  );
}

function planLine({ plan }: CycleReport): string {
  const creates = plan.operations.filter(({ action }) => action === "create").length;
  return `  ${plan.operations.length} operations would repair what can be repaired (${creates} created, ${plan.operations.length - creates} updated). None of them has been sent.\n  hub plan shows them; hash ${plan.hash}\n`;
}

function unmappedLines({ unmapped }: CycleReport): string {
  if (unmapped.length === 0) return "  Every value that a mapping meets is known to it.\n";
  return formatTable(
    [{ title: "mapping" }, { title: "field" }, { title: "value" }, { title: "times", align: "right" }],
    unmapped.map(({ mapping, field, value, count }) => [mapping, field, value, count.toLocaleString("en-US")]),
  );
}

function problemLines({ pull, map, publish }: CycleReport): string {
  const problems = [
    ...pull.connections.flatMap(({ problem, certificates }) => [
      ...(problem === null ? [] : [problem]),
      ...certificates.flatMap((each) => each.problems),
    ]),
    ...publish.problems,
    ...map.names.refused,
    ...map.names.offers,
  ];
  const rejected = map.rejected === 0 ? "" : `${map.rejected} records were rejected; hub rejects lists them.\n`;
  return [...new Set(problems.map(formatProblem))].map((text) => `${text}\n`).join("") + rejected;
}

/** Those with a target first, worst verdict first. */
function rankOf({ verdict }: KpiResult): number {
  return ["not met", "inconclusive", "insufficient", "met", "no target"].indexOf(verdict);
}
