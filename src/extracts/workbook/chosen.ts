import { foreignKeys } from "../../kpis/index.ts";
import type { FactName } from "../../kpis/index.ts";
import { ALL, AS_DEFINED, parameterName, quoted } from "./parameters.ts";
import type { Choices } from "./parameters.ts";
import type { Calculation } from "./source.ts";

const PROCESS = parameterName("Process");
const SEGMENT = parameterName("Segment");
const PERIOD = parameterName("Period");

/** The window of what is counted as it stands: no period changes it. */
export const STANDING = "as of";

/** What the viewer has chosen, as fields that say `yes`. */
export const CHOSEN = "calc_chosen";
/** Of KPIs that have no value by process: those of one process, and those of handoffs. */
export const CHOSEN_SEGMENT = "calc_chosen_segment";
export const CHOSEN_PERIOD = "calc_chosen_period";

/** Lengths of what periods are counted in; 0 for one that is no number of months. */
const MONTHS: Readonly<Record<string, number>> = { "fiscal quarter": 3, "fiscal year": 12, month: 1, week: 0 };

/** Whether a row of a fact is of the process, segment and period chosen; one that does not know is of no chosen one. */
export function factChoice(fact: FactName, { windows }: Choices): readonly Calculation[] {
  const tables = new Set(foreignKeys(fact).map(({ table }) => table));
  const conditions = [
    ...(tables.has("dim_process") ? [`(${PROCESS} = ${quoted(ALL)} OR [process] = ${PROCESS})`] : []),
    ...(tables.has("dim_segment") ? [`(${SEGMENT} = ${quoted(ALL)} OR [segment] = ${SEGMENT})`] : []),
    ...(tables.has("dim_date")
      ? [`(${[`${PERIOD} = ${quoted(AS_DEFINED)}`, ...windows.map(inWindow)].join(" OR ")})`]
      : []),
  ];
  return conditions.length === 0 ? [] : [saysYes(CHOSEN, "Chosen", conditions.join(" AND "))];
}

/** The last complete units before the as-of, as the KPIs count them; the fiscal year's start is read off the calendar's own rows. */
function inWindow({ text, count, unit }: Choices["windows"][number]): string {
  const months = MONTHS[unit] ?? 0;
  const part = months === 0 ? "week" : "month";
  const start = months === 0 ? "DATETRUNC('week', [as_of_local], 'monday')" : "DATETRUNC('month', [as_of_local])";
  const sinceStart = `(MONTH([as_of_local]) - [month] + [fiscal_month] + 23) % ${months}`;
  const end = months > 1 ? `DATEADD('month', -(${sinceStart}), ${start})` : start;
  const begin = `DATEADD('${part}', -${count * Math.max(1, months)}, ${end})`;
  return `(${PERIOD} = ${quoted(text)} AND [day] >= ${begin} AND [day] < ${end})`;
}

/** Which of a KPI's values is meant. None is put together from others: a cut that was not computed has none. */
export function valueChoice(): readonly Calculation[] {
  const period = `((${PERIOD} = ${quoted(AS_DEFINED)} AND [is_shown] = 1) OR [window_text] = ${PERIOD} OR [window_text] = ${quoted(STANDING)})`;
  const company = "[scope_type] = 'company'";
  const segment = `[scope_type] = 'segment' AND [scope_key] = ${SEGMENT}`;
  const process = `[scope_type] = 'process' AND [scope_key] = ${PROCESS}`;
  const all = (parameter: string): string => `${parameter} = ${quoted(ALL)}`;
  return [
    saysYes(
      CHOSEN,
      "Chosen",
      `${period} AND ((${all(PROCESS)} AND ${all(SEGMENT)} AND ${company}) OR (${all(SEGMENT)} AND ${process}) OR (${all(PROCESS)} AND ${segment}))`,
    ),
    saysYes(CHOSEN_SEGMENT, "Chosen (segment)", `${period} AND ((${all(SEGMENT)} AND ${company}) OR (${segment}))`),
    saysYes(CHOSEN_PERIOD, "Chosen (period)", period),
  ];
}

function saysYes(name: string, caption: string, condition: string): Calculation {
  return { name, caption, formula: `IF ${condition} THEN 'yes' ELSE 'no' END`, datatype: "string", role: "dimension" };
}
