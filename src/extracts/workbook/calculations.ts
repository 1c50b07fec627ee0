import type { FactName } from "../../kpis/index.ts";
import { factChoice, valueChoice } from "./chosen.ts";
import { quoted } from "./parameters.ts";
import type { Choices } from "./parameters.ts";
import { sourceOf } from "./source.ts";
import type { Calculation, Source } from "./source.ts";
import { inWords, onAxis } from "./value-formulas.ts";
import { VERDICT_WORDS } from "./verdicts.ts";

const DAYS = "n#,##0.0";
const SHARE = "p0.0%";

/** What sheets compute from fields; each adds up by itself under any filter. */
const CALCULATIONS: Readonly<Partial<Record<FactName, readonly Calculation[]>>> = {
  fact_kpi_snapshot: [
    {
      name: "calc_value_words",
      caption: "Value in its unit",
      formula: inWords("value", "'not computed'"),
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_former_words",
      caption: "Former value in its unit",
      formula: inWords("former_value", "'none'"),
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_target_words",
      caption: "Target in its unit",
      formula: inWords("target", "'none'"),
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_value",
      caption: "Value (%, days or number)",
      formula: onAxis("value"),
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_target",
      caption: "Target (%, days or number)",
      formula: onAxis("target"),
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_low",
      caption: "Interval low (%, days or number)",
      formula: onAxis("ci_low"),
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_high",
      caption: "Interval high (%, days or number)",
      formula: onAxis("ci_high"),
      datatype: "real",
      role: "measure",
      format: DAYS,
    },
    {
      name: "calc_gate",
      caption: "Gate",
      formula: "IF [gated] = 1 THEN '▲ gated: ' + [reason] ELSE '✔ every stream was read in full' END",
      datatype: "string",
      role: "dimension",
    },
    {
      name: "calc_verdict",
      caption: "Verdict",
      formula: VERDICT_WORDS,
      datatype: "string",
      role: "dimension",
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
    ...(["broken", "kept"] as const).map((how): Calculation => ({
      name: `calc_days_${how}`,
      caption: `Median days of cases where ${how}`,
      formula: `MEDIAN(IF [is_violation] = ${how === "broken" ? 1 : 0} AND [is_pending] = 0 THEN [cycle_sec] / 86400 END)`,
      datatype: "real",
      role: "measure",
      format: DAYS,
    })),
  ],
  fact_data_quality: [
    {
      name: "calc_check",
      caption: "Check",
      formula: "IF ISNULL([threshold]) THEN '– told only' ELSEIF [is_ok] = 1 THEN '✔ holds' ELSE '◆ fails' END",
      datatype: "string",
      role: "dimension",
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

/** What the workbook's sources know beside the columns. */
export interface SourceContext extends Choices {
  /** What people call what values are cut by, by the keys values carry. */
  readonly titles: ReadonlyMap<string, string>;
}

/** The published data sources by fact, with the workbook's calculations; each made once. */
export function sourcesOf(context: SourceContext): (fact: FactName) => Source {
  const made = new Map<FactName, Source>();
  return (fact) => {
    const known = made.get(fact);
    if (known !== undefined) return known;
    const choice =
      fact === "fact_kpi_snapshot" ? [...valueChoice(), scopeTitle(context.titles)] : factChoice(fact, context);
    const source = sourceOf(fact, [...(CALCULATIONS[fact] ?? []), ...choice]);
    made.set(fact, source);
    return source;
  };
}

function scopeTitle(titles: ReadonlyMap<string, string>): Calculation {
  const cases = [["all", "Whole company"] as const, ...titles].map(
    ([key, title]) => `WHEN ${quoted(key)} THEN ${quoted(title)}`,
  );
  return {
    name: "calc_scope",
    caption: "Of",
    formula: `CASE [scope_key] ${cases.join(" ")} ELSE [scope_key] END`,
    datatype: "string",
    role: "dimension",
  };
}
