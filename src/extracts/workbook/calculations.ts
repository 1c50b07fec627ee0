import type { FactName } from "../../kpis/index.ts";
import { sourceOf } from "./source.ts";
import type { Calculation, Source } from "./source.ts";

const DAYS = "n#,##0.0";
const SHARE = "p0.0%";

/** What sheets compute from fields; each adds up by itself under any filter. */
const CALCULATIONS: Readonly<Partial<Record<FactName, readonly Calculation[]>>> = {
  fact_kpi_snapshot: [
    {
      name: "calc_value_words",
      caption: "Value in its unit",
      formula:
        "IF ISNULL([value]) THEN 'not computed' ELSEIF [unit] = 'ratio' THEN STR(ROUND([value] * 100, 2)) + ' %' ELSE STR(ROUND([value] / 86400, 1)) + ' days' END",
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_value_days",
      caption: "Value (days)",
      formula: "[value] / 86400",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_target_days",
      caption: "Target (days)",
      formula: "[target] / 86400",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
  ],
  fact_case: [
    {
      name: "calc_cycle_days",
      caption: "Cycle time in days",
      formula: "[cycle_sec] / 86400",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
  ],
  fact_handoffs: [
    {
      name: "calc_age_days",
      caption: "Age (days)",
      formula: "DATEDIFF('hour', [triggered_at], [as_of]) / 24",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_answer",
      caption: "Answer",
      formula: "IF ISNULL([accepted_at]) AND ISNULL([rejected_at]) THEN 'owed' ELSE 'given' END",
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_system_days",
      caption: "Until somebody is assigned (days)",
      formula: "[system_delay_sec] / 86400",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_human_days",
      caption: "From then until it is taken up (days)",
      formula: "[human_delay_sec] / 86400",
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
  ],
  fact_conformance: [
    {
      name: "calc_kept",
      caption: "Verdicts kept",
      formula: "1 - SUM([is_violation]) / (COUNT([case_key]) - SUM([is_pending]))",
      datatype: "real",
      role: "measure",
      format: SHARE,
    },
  ],
  fact_step_executions: [
    {
      name: "calc_automated",
      caption: "Automated share of routine executions",
      formula: "SUM([is_automated] * [is_routine]) / SUM([is_routine])",
      datatype: "real",
      role: "measure",
      format: SHARE,
    },
  ],
};

/** The published data source of a fact with the workbook's calculations. */
export function starterSource(fact: FactName): Source {
  return sourceOf(fact, CALCULATIONS[fact] ?? []);
}
