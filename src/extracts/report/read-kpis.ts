import type { KpiDefinition, SqlRow, Star } from "../../kpis/index.ts";
import { isCompanyTarget, pageOfKpi } from "../pages.ts";
import { dayText, numberOf, numberOrNull, textOf, textOrNull } from "./cells.ts";
import type { Evidence, EvidenceRecord, Kpi, Period, Value } from "./data.ts";
import { BUSINESS } from "./view/format.ts";

/** The KPIs with every value the star holds of them. */
export async function readKpis(
  star: Star,
  definitions: readonly KpiDefinition[],
  units: Units,
): Promise<readonly Kpi[]> {
  const dimension = new Map((await star.query("SELECT * FROM dim_kpi")).map((row) => [textOf(row, "kpi_key"), row]));
  const values = Map.groupBy(
    await star.query("SELECT * FROM fact_kpi_snapshot ORDER BY kpi_key, scope_type, scope_key, period_start"),
    (row) => textOf(row, "kpi_key"),
  );
  return definitions.map((definition) => {
    const row = dimension.get(definition.name) ?? {};
    return {
      id: definition.name,
      title: textOrNull(row, "kpi_title") ?? definition.title,
      measure: definition.measure,
      question: definition.question,
      formula: definition.formula,
      owner: definition.owner,
      unit: unitText(textOf(row, "kpi_unit"), definition, units),
      direction: textOrNull(row, "direction"),
      targetText: textOrNull(row, "target_text"),
      minN: definition.minN,
      area: definition.area,
      page: pageOfKpi(definition),
      isCompanyTarget: isCompanyTarget(definition),
      subject: definition.subject,
      of: definition.of,
      by: definition.by,
      values: (values.get(definition.name) ?? []).map(toValue),
    };
  });
}

/** What values are told in beside what the star says. */
export interface Units {
  readonly currency: string;
  readonly businessDayMs: number;
}

function unitText(unit: string, { clock }: KpiDefinition, { currency, businessDayMs }: Units): string {
  if (unit === "money") return `money ${currency}`;
  return unit === "seconds" && clock === "business" ? `${BUSINESS}${businessDayMs / 1000}` : unit;
}

function toValue(row: SqlRow): Value {
  // Of a month only the point of the line is shown; its sentence would be half of the file.
  const isPoint = row["window_text"] === "month";
  return {
    scope: textOf(row, "scope_type"),
    key: textOf(row, "scope_key"),
    window: textOf(row, "window_text"),
    from: dayText(row, "period_start") ?? "",
    to: dayText(row, "period_end") ?? "",
    shown: row["is_shown"] === 1,
    value: numberOrNull(row, "value"),
    low: numberOrNull(row, "ci_low"),
    high: numberOrNull(row, "ci_high"),
    bound: numberOrNull(row, "bound"),
    p90: numberOrNull(row, "p90"),
    numerator: numberOrNull(row, "numerator"),
    denominator: numberOrNull(row, "denominator"),
    n: numberOf(row, "n"),
    open: numberOf(row, "n_open"),
    excluded: isPoint ? null : textOrNull(row, "excluded_because"),
    target: numberOrNull(row, "target"),
    status: textOf(row, "status"),
    reason: isPoint ? null : textOrNull(row, "reason"),
    sentence: isPoint ? "" : textOf(row, "sentence"),
    money: numberOrNull(row, "money_at_stake"),
    definition: textOf(row, "definition_version"),
    restated:
      row["is_restated"] === 1
        ? {
            from: numberOrNull(row, "former_value"),
            on: dayText(row, "restated_at_local"),
            because: textOf(row, "restated_because"),
          }
        : null,
  };
}

/** The windows values were computed over, the shortest first; a month is a point of a line, not a choice. */
export async function readPeriods(star: Star): Promise<readonly Period[]> {
  const rows = await star.query(
    `SELECT window_text, max(period_start) AS period_start, max(period_end) AS period_end FROM fact_kpi_snapshot
     WHERE window_text NOT IN ('month', 'as of') GROUP BY 1`,
  );
  return rows
    .map((row) => ({
      name: textOf(row, "window_text"),
      from: dayText(row, "period_start") ?? "",
      to: dayText(row, "period_end") ?? "",
    }))
    .sort((a, b) => (a.from > b.from ? -1 : 1));
}

/** What counts against each shown value, and the records it names. */
export async function readEvidence(
  star: Star,
): Promise<{ readonly evidence: readonly Evidence[]; readonly records: Readonly<Record<string, EvidenceRecord>> }> {
  const rows = await star.query(
    "SELECT e.*, p.process AS process FROM fact_kpi_evidence e LEFT JOIN dim_process p USING (process_key) ORDER BY e.kpi_key, e.scope_type, e.scope_key, e.place",
  );
  const evidence = [...Map.groupBy(rows, (row) => textOf(row, "snapshot_key")).values()].flatMap((mine) => {
    const [first] = mine;
    return first === undefined
      ? []
      : [
          {
            kpi: textOf(first, "kpi_key"),
            scope: textOf(first, "scope_type"),
            key: textOf(first, "scope_key"),
            window: textOf(first, "window_text"),
            count: numberOf(first, "of_n"),
            keys: mine.map((row) => textOf(row, "record_key")),
          },
        ];
  });
  const records = rows.map((row) => [
    textOf(row, "record_key"),
    {
      p: textOrNull(row, "process"),
      s: textOrNull(row, "segment_key"),
      id: textOrNull(row, "record_id") ?? textOf(row, "record_key"),
      name: textOf(row, "record_name"),
      url: textOrNull(row, "record_url"),
      text: textOf(row, "record_text"),
    },
  ]);
  return { evidence, records: Object.fromEntries(records) };
}
