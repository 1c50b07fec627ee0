import type { FactName } from "../../kpis/index.ts";
import { CHOSEN } from "./chosen.ts";
import { average, calculated, count, day, each, median, month, sum } from "./kpi-sheets.ts";
import type { Sheet, SheetFilter } from "./sheet.ts";
import type { Source } from "./source.ts";

/** The published data sources by fact. */
export type Sources = (fact: FactName) => Source;

/** A filter that the viewer sets. */
const free = (field: string): SheetFilter => ({ field, only: null });
/** What the viewer has chosen for the whole workbook. */
const CHOSEN_ROWS: SheetFilter = { field: CHOSEN, only: ["yes"] };
const STUCK = ["late or missing", "needs your decision", "waiting"];

/** What runs through the processes of a page. */
export function caseSheets(sources: Sources, title: string, processes: readonly string[]): readonly Sheet[] {
  const source = sources("fact_case");
  const filters = [CHOSEN_ROWS, { field: "process", only: processes }];
  return [
    {
      name: `Cases by month of their start: ${title}`,
      how: "Cases by the month they started, and how many of them are completed or still open at the as-of.",
      source,
      mark: "Bar",
      rows: [each("process_title"), sum("is_completed"), sum("is_open")],
      cols: [month("month_start")],
      filters,
    },
    {
      name: `Cycle time of completed cases: ${title}`,
      how: "Median time from start to end of completed cases that started in the period. Open cases are not in it; the KPI Cycle time tells how many there are.",
      source,
      mark: "Bar",
      rows: [each("process_title")],
      cols: [median("calc_cycle_days")],
      tooltip: [count("case_key")],
      filters: [...filters, { field: "is_completed", only: [1] }],
    },
  ];
}

/** What lies where: the cases in a stage now, and how many there were each day. */
export function flowSheets(sources: Sources, title: string, processes: readonly string[]): readonly Sheet[] {
  return [
    {
      name: `Cases in each stage now: ${title}`,
      how: "Stays in a stage that had not ended at the as-of.",
      source: sources("fact_stage_events"),
      mark: "Bar",
      rows: [each("process_title"), each("stage")],
      cols: [sum("is_open")],
      filters: [CHOSEN_ROWS, { field: "process", only: processes }, { field: "is_open", only: [1] }],
    },
    {
      name: `In progress by day: ${title}`,
      how: "Cases in a stage at the end of each local day, all stages and teams together. Not kept by segment.",
      source: sources("fact_wip_daily"),
      mark: "Line",
      rows: [each("process_title"), sum("wip_end")],
      cols: [day("day")],
      tooltip: [sum("arrivals"), sum("departures")],
      filters: [CHOSEN_ROWS, { field: "process", only: processes }],
    },
  ];
}

export function sprintSheet(sources: Sources): Sheet {
  return {
    name: "Sprints",
    how: "Items committed at the start of a sprint, done by its end, and added meanwhile. An item that was taken out is not done.",
    source: sources("fact_sprints"),
    mark: "Bar",
    rows: [sum("committed_n"), sum("done_total_n"), sum("added_n")],
    cols: [each("sprint_key")],
    tooltip: [sum("done_committed_n"), sum("removed_n"), sum("carried_n")],
    filters: [CHOSEN_ROWS],
  };
}

export function handoffSheets(sources: Sources): readonly Sheet[] {
  const source = sources("fact_handoffs");
  const filters: readonly SheetFilter[] = [CHOSEN_ROWS, free("contract")];
  const live: SheetFilter = { field: "is_historical", only: [0] };
  const stuck: SheetFilter = { field: "plain_state", only: STUCK };
  return [
    {
      name: "Board",
      how: "Handoffs by contract and by what somebody has to do about them; those from before a contract's start are left out.",
      source,
      mark: "Text",
      rows: [each("contract")],
      cols: [each("plain_state")],
      text: [count("handoff_key"), sum("amount_corporate")],
      filters: [...filters, live],
    },
    {
      name: "Ageing",
      how: "Each handoff that is late, missing, to be decided or waiting, and that nobody has accepted or rejected, by the time since its trigger.",
      source,
      mark: "Circle",
      rows: [each("contract")],
      cols: [average("calc_age_days")],
      color: each("plain_state"),
      tooltip: [each("handoff_key"), each("label"), each("account"), each("because"), sum("amount_corporate")],
      filters: [...filters, live, stuck, { field: "calc_answer", only: ["owed"] }],
    },
    {
      name: "Who owes whom an answer",
      how: "The receiving team owes the giving team an answer from the trigger until the handoff is accepted or rejected.",
      source,
      mark: "Text",
      rows: [each("to_team_key")],
      cols: [each("team")],
      text: [count("handoff_key"), sum("is_late"), sum("is_missing")],
      filters: [...filters, live, { field: "calc_answer", only: ["owed"] }, { field: "is_expected", only: [1] }],
    },
    {
      name: "System delay and human delay",
      how: "Median time from the trigger until somebody is assigned, and from then until that person takes it up.",
      source,
      mark: "Bar",
      rows: [each("contract")],
      cols: [median("calc_system_days"), median("calc_human_days")],
      tooltip: [count("handoff_key")],
      filters: [...filters, live],
    },
  ];
}

export function conformanceSheets(sources: Sources): readonly Sheet[] {
  const source = sources("fact_conformance");
  const steps = sources("fact_step_executions");
  return [
    {
      name: "Rule by rule",
      how: "Violations by rule of the procedure in force at a case's start, with the share of decided verdicts that were kept. Pending cases can still do either; waived violations count.",
      source,
      mark: "Bar",
      rows: [each("process_title"), each("rule_text")],
      cols: [sum("is_violation")],
      text: [calculated("calc_kept")],
      tooltip: [
        each("rule_sentence"),
        sum("is_waived"),
        sum("is_pending"),
        calculated("calc_days_broken"),
        calculated("calc_days_kept"),
      ],
      filters: [CHOSEN_ROWS],
    },
    {
      name: "What goes wrong",
      how: "Violations by kind of deviation and by the month they became final.",
      source,
      mark: "Bar",
      rows: [sum("is_violation")],
      cols: [month("month_start")],
      color: each("category"),
      filters: [CHOSEN_ROWS, { field: "is_violation", only: [1] }],
    },
    {
      name: "Who does the routine steps",
      how: "Executions of steps that the procedures call routine. Automated is known by a rule's run or a service account; assisted and unknown never count.",
      source: steps,
      mark: "Bar",
      rows: [each("process_title"), each("step_name")],
      cols: [calculated("calc_automated")],
      text: [sum("is_routine")],
      tooltip: [sum("is_assisted"), sum("is_unknown")],
      filters: [CHOSEN_ROWS, { field: "is_routine", only: [1] }],
    },
    {
      name: "Critical steps done again",
      how: "Executions of critical steps that had to be reopened, in the month they were done. The last 30 days are preliminary.",
      source: steps,
      mark: "Bar",
      rows: [each("process_title"), each("step_name")],
      cols: [sum("is_error"), sum("is_critical")],
      filters: [CHOSEN_ROWS, { field: "is_critical", only: [1] }],
    },
  ];
}

export function qualitySheets(sources: Sources): readonly Sheet[] {
  return [
    {
      name: "Checks",
      how: "Each check of the data, of a source, stream, process or contract, with its value and what is allowed.",
      source: sources("fact_data_quality"),
      mark: "Text",
      rows: [each("system"), each("entity"), each("metric"), each("is_ok"), each("as_of_local")],
      cols: [],
      text: [average("value"), average("threshold")],
      filters: [],
    },
    {
      name: "Restated figures",
      how: "Figures that were published as another before, or are no more, since when and with what is known to have changed.",
      source: sources("fact_kpi_snapshot"),
      mark: "Text",
      rows: [
        each("kpi_title"),
        each("calc_scope"),
        each("window_text"),
        each("period_end"),
        each("calc_former_words"),
        each("calc_value_words"),
        each("restated_at_local"),
        each("restated_because"),
      ],
      cols: [],
      text: [count("kpi")],
      filters: [{ field: "is_restated", only: [1] }],
    },
    {
      name: "What each value leaves out",
      how: "For every company-wide value what is in it, what is open and in neither number, and what was left out on purpose.",
      source: sources("fact_kpi_snapshot"),
      mark: "Text",
      rows: [
        each("kpi_title"),
        each("calc_value_words"),
        each("calc_verdict"),
        each("excluded_because"),
        each("reason"),
      ],
      cols: [],
      text: [average("n"), average("n_open"), average("n_excluded")],
      filters: [
        { field: "is_shown", only: [1] },
        { field: "scope_type", only: ["company"] },
      ],
    },
  ];
}

/** Records with their addresses; choosing a line opens the record in its system. */
export function evidenceSheets(sources: Sources): readonly Sheet[] {
  return [
    {
      name: "Records behind a figure",
      how: "What counts against the shown value of a KPI, the latest first, of times the longest; up to 200 of each. Choose the KPI, or come from its tile by its menu. hub explain has all of them.",
      source: sources("fact_kpi_evidence"),
      mark: "Text",
      rows: [
        each("kpi_title"),
        each("place"),
        each("record_name"),
        each("record_text"),
        each("record_id"),
        each("record_url"),
      ],
      cols: [],
      text: [sum("amount_corporate")],
      tooltip: [each("kpi"), each("question"), each("formula"), each("scope_key"), each("window_text"), each("of_n")],
      filters: [CHOSEN_ROWS, free("kpi_title")],
    },
    {
      name: "Case by case",
      how: "One line a case. Narrow it to those that do not conform, have rework, are of one process, segment or period.",
      source: sources("fact_case"),
      mark: "Text",
      rows: [
        each("process_title"),
        each("case_name"),
        each("outcome"),
        each("started_at_local"),
        each("completed_at_local"),
        each("repeated"),
        each("url"),
      ],
      cols: [],
      text: [average("cycle_days")],
      filters: [CHOSEN_ROWS, free("conform_strict"), free("is_rework")],
    },
    {
      name: "Handoff by handoff",
      how: "One line a handoff that is not historical, with why it stands where it stands.",
      source: sources("fact_handoffs"),
      mark: "Text",
      rows: [
        each("contract"),
        each("label"),
        each("account"),
        each("because"),
        each("due_at_local"),
        each("account_url"),
      ],
      cols: [],
      text: [sum("amount_corporate")],
      filters: [free("contract"), free("label"), CHOSEN_ROWS, { field: "is_historical", only: [0] }],
    },
  ];
}
