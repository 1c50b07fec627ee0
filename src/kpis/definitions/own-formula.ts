import type { ErrorPlace } from "../../model/index.ts";
import { HubError } from "../../model/index.ts";
import { starTable } from "../star/tables.ts";
import { compileExpression } from "./expression.ts";
import type { Expression, ExpressionNames } from "./expression.ts";
import type { Cut, KpiFile, KpiUnit } from "./kpi-file.ts";
import { definitionError, fold, suggest } from "./problems.ts";
import { FORMULA_FACTS, starNames } from "./star-names.ts";
import type { FormulaFact, StarType } from "./star-names.ts";

/** What is made of the rows. A share is a ratio whose numerator is part of its denominator, so that an interval can be given. */
export type Statistic = "share" | "ratio" | "sum" | "distinct" | "median" | "p90" | "lowest" | "highest";

/** A formula that a KPI file carries itself, in SQL over the star; only columns of it and literals are in there. */
export interface OwnFormula {
  readonly fact: FormulaFact;
  readonly statistic: Statistic;
  /** What is added up, counted or ordered. */
  readonly value: string;
  /** What it is divided by, for a share or ratio. */
  readonly denominator: string;
  /** The condition that rows must meet; TRUE when all do. */
  readonly where: string;
  /** Why a row is left out, in SQL; NULL where it is not. */
  readonly excluded: string;
  /** Rows that are not decided yet. */
  readonly pending: string;
  /** The instant that decides a row's window; null for rows counted as they stand at the as-of. */
  readonly moment: string | null;
  readonly money: string | null;
  /** Tables the fact is joined with. */
  readonly joins: readonly string[];
  readonly cuts: Readonly<Partial<Record<Cut, string>>>;
  /** The case or handoff a row belongs to, and the row itself. */
  readonly evidence: string;
  readonly item: string;
  /** Rows in the plural, and what the counted ones did. */
  readonly noun: string;
  readonly said: string;
  readonly isBusiness: boolean;
  readonly unit: KpiUnit;
  /** The formula for a reader. */
  readonly words: string;
}

/** A slip in a formula: the key it is under and where in its text. */
export class FormulaError extends HubError {
  readonly key: readonly string[];
  readonly offset: number;

  constructor(
    code: string,
    message: string,
    key: readonly string[],
    offset: number,
    place: ErrorPlace,
    remedy: string,
  ) {
    super(code, message, { disposition: "operator", place: { ...place, path: key.join(".") }, remedy });
    this.key = key;
    this.offset = offset;
  }
}

/** What cannot count towards a fact, whatever a file says: the same as in the KPIs that carry no formula. */
const STANDING: Readonly<Partial<Record<FormulaFact, string>>> = {
  fact_handoffs:
    "WHEN f.is_historical = 1 THEN 'before the contract began' WHEN f.is_revoked = 1 THEN 'revoked' WHEN f.is_waived = 1 THEN 'waived'",
};
/** What has no usable duration. */
const UNMEASURED: Readonly<Partial<Record<FormulaFact, string>>> = {
  fact_case: "WHEN f.left_truncated = 1 THEN 'started before the history' WHEN f.anomaly IS NOT NULL THEN f.anomaly",
  fact_stage_events: "WHEN f.is_flicker = 1 THEN 'bulk edit'",
};

/** Where a fact holds what values are cut by; the first that it has. */
const CUT_COLUMNS: Readonly<Record<Exclude<Cut, "stage">, readonly string[]>> = {
  process: ["process.name"],
  contract: ["contract_key"],
  segment: ["segment_key"],
  region: ["region", "case.region"],
  team: ["owner_team_key", "to_team_key", "team_key"],
  category: ["case.category", "category"],
  outcome: ["outcome", "case.outcome", "target.outcome"],
  system: ["system_key"],
};

const NOTHING_SQL = "NULL";
const STATISTICS = ["numerator", "count", "median of", "p90 of", "lowest of", "highest of"] as const;

/** The rows as they stand, counted at the as-of. */
export const AS_OF_COHORT = "as of";
export const AS_OF_SQL = "(SELECT as_of FROM dim_as_of)";

/**
 * Compiles the formula of a KPI file.
 * @param known texts that dimensions can only hold, for slips in literals
 * @throws FormulaError HUB-2314 for an expression that cannot be read or does not fit where it stands, HUB-2315 for an unknown
 *   fact, column or dimension; HubError HUB-2313 for a cohort, unit or statistic that is missing
 */
export function compileOwnFormula(
  file: KpiFile,
  known: ReadonlyMap<string, readonly string[]>,
  place: ErrorPlace,
): OwnFormula {
  const fact = factOf(file, place);
  const scope: ExpressionNames = { names: starNames(fact), known, asOf: AS_OF_SQL };
  const used = new Map<string, string>();
  const compile = (key: readonly string[], text: string): Expression => {
    const outcome = compileExpression(text, scope);
    if ("slip" in outcome) {
      const { kind, message, offset, remedy } = outcome.slip;
      throw new FormulaError(kind === "name" ? "HUB-2315" : "HUB-2314", message, key, offset, place, remedy);
    }
    for (const [name, join] of outcome.expression.joins) used.set(name, join.sql);
    return outcome.expression;
  };
  const condition = (key: readonly string[], text: string): string => {
    const { sql, type } = compile(key, text);
    if (type === "yes/no") return sql;
    if (type === "flag") return `(${sql} = 1)`;
    throw new FormulaError("HUB-2314", "This is no condition.", key, 0, place, "Compare it with something.");
  };
  const number = (key: readonly string[], text: string): { readonly sql: string; readonly type: StarType } => {
    const { sql, type } = compile(key, text);
    if (type === "yes/no") return { sql: `CASE WHEN ${sql} THEN 1 ELSE 0 END`, type };
    if (type !== "text" && type !== "instant" && type !== "day") return { sql, type };
    const what = type === "text" ? "Texts" : "Points in time";
    throw new FormulaError("HUB-2314", `${what} cannot be added up.`, key, 0, place, "Name a number, or a condition.");
  };
  const { statistic, value, denominator, unit, isBusiness, words } = aggregate(file, number, condition, compile, place);
  const cohort = need(file.cohort, "cohort", "the time that decides which window a row counts in", place);
  let moment: string | null = null;
  if (fold(cohort) !== AS_OF_COHORT) {
    const { sql, type } = compile(["cohort"], cohort);
    if (type !== "instant") {
      const instants = [...scope.names].flatMap(([name, each]) => (each.type === "instant" ? [name] : []));
      const remedy = suggest(cohort, instants);
      throw new FormulaError("HUB-2314", `"${cohort}" is no point in time.`, ["cohort"], 0, place, remedy);
    }
    moment = sql;
  }
  const isQuantile = statistic === "median" || statistic === "p90";
  const reasons = Object.entries(file.exclude ?? {}).map(
    ([reason, text]) => `WHEN ${condition(["exclude", reason], text)} THEN '${reason.replaceAll("'", "''")}'`,
  );
  const left = [STANDING[fact], isQuantile ? UNMEASURED[fact] : undefined, ...reasons].filter(
    (each) => each !== undefined,
  );
  const undecided = file.pending === undefined ? [] : [`coalesce(${condition(["pending"], file.pending)}, FALSE)`];
  const where = file.where === undefined ? "TRUE" : condition(["where"], file.where);
  const keys = starTable(fact)
    .key.map((column) => `f."${column}"`)
    .join(", ");
  const parts = {
    fact,
    statistic,
    value,
    denominator,
    where,
    excluded: left.length === 0 ? NOTHING_SQL : `CASE ${left.join(" ")} END`,
    pending: [...(moment === null ? [] : [`${moment} IS NULL`]), ...undecided].join(" OR ") || "FALSE",
    moment,
    money: file.money === undefined ? null : number(["money"], file.money).sql,
    cuts: Object.fromEntries(file.by.map((cut, index) => [cut, cutSql(cut, index, fact, scope, compile, place)])),
    evidence:
      fact === "fact_handoffs"
        ? "f.handoff_key"
        : scope.names.has("case_key")
          ? "f.case_key"
          : `concat_ws('/', ${keys})`,
    item: `concat_ws('/', ${keys})`,
    noun: file.noun ?? starTable(fact).caption.toLowerCase(),
    said: file.said ?? "count",
    isBusiness,
    unit,
    words: `${words} of ${starTable(fact).caption.toLowerCase()}${file.where === undefined ? "" : ` where ${file.where}`}; by ${cohort}.`,
  } satisfies Omit<OwnFormula, "joins">;
  return { ...parts, joins: [...used.values()] };
}

interface Aggregate {
  readonly statistic: Statistic;
  readonly value: string;
  readonly denominator: string;
  readonly unit: KpiUnit;
  readonly isBusiness: boolean;
  readonly words: string;
}

type Compile = (key: readonly string[], text: string) => Expression;
type CompileNumber = (key: readonly string[], text: string) => { readonly sql: string; readonly type: StarType };

function aggregate(
  file: KpiFile,
  number: CompileNumber,
  condition: (key: readonly string[], text: string) => string,
  compile: Compile,
  place: ErrorPlace,
): Aggregate {
  const given = STATISTICS.filter((key) => file[key] !== undefined);
  const [key, ...others] = given;
  if (key === undefined || others.length > 0) {
    throw definitionError(
      "HUB-2313",
      key === undefined ? "The formula says nothing to compute." : `The formula has ${given.join(" and ")}.`,
      { ...place, path: key ?? "from" },
      "Write one of `numerator` (and `denominator`), `count`, `median of`, `p90 of`, `lowest of` and `highest of`.",
    );
  }
  const text = file[key] ?? "";
  if (key === "numerator") return ratio(file, text, number, condition, place);
  if (key === "count") {
    const distinct = /^distinct (.+)$/u.exec(text.trim())?.[1];
    if (distinct !== undefined) {
      const { sql } = compile([key], distinct);
      return plain("distinct", sql, file.unit ?? "number", `Number of different ${distinct}`);
    }
    if (fold(text) === "rows") return plain("sum", "1", file.unit ?? "number", "Number");
    const { sql, type } = number([key], text);
    return plain("sum", sql, file.unit ?? unitOf(type), `Sum of ${text}`);
  }
  const { sql, type } = number([key], text);
  const [statistic, word] = (
    {
      "median of": ["median", "Median"],
      "p90 of": ["p90", "90th percentile"],
      "lowest of": ["lowest", "Lowest"],
      "highest of": ["highest", "Highest"],
    } as const
  )[key];
  const isBusiness = /\b\w*_bus_\w*/u.test(text);
  return { ...plain(statistic, sql, file.unit ?? unitOf(type), `${word} ${text}`), isBusiness };
}

function plain(statistic: Statistic, value: string, unit: KpiUnit, words: string): Aggregate {
  return { statistic, value, denominator: "1", unit, isBusiness: false, words };
}

/** Conditions make a share; numbers make one only where the file says that the numerator is part of the denominator. */
function ratio(
  file: KpiFile,
  text: string,
  number: CompileNumber,
  condition: (key: readonly string[], text: string) => string,
  place: ErrorPlace,
): Aggregate {
  const above = number(["numerator"], text);
  const counted = (type: StarType): boolean => type === "yes/no" || type === "flag";
  const over = file.denominator ?? "rows";
  const words = `${text} ÷ ${over}`;
  const all = fold(over) === "rows";
  const below = all ? { sql: "1", type: "yes/no" as const } : number(["denominator"], over);
  if (counted(above.type) && counted(below.type)) {
    const both = all ? above.sql : `CASE WHEN ${condition(["denominator"], over)} THEN ${above.sql} ELSE 0 END`;
    return { statistic: "share", value: both, denominator: below.sql, unit: "share", isBusiness: false, words };
  }
  const sameKind = above.type === "seconds" && below.type === "seconds";
  const unit = file.unit ?? (sameKind ? "ratio" : undefined);
  if (unit === undefined) {
    throw definitionError(
      "HUB-2313",
      "The formula does not say what its value is.",
      { ...place, path: "numerator" },
      "Add `unit: share` where the numerator is part of the denominator, `unit: ratio` or `unit: number` otherwise.",
    );
  }
  const statistic = unit === "share" ? "share" : "ratio";
  return { statistic, value: above.sql, denominator: below.sql, unit, isBusiness: false, words };
}

function unitOf(type: StarType): KpiUnit {
  return type === "seconds" ? "duration" : "number";
}

function factOf(file: KpiFile, place: ErrorPlace): FormulaFact {
  const text = need(file.from, "from", "the fact it is about", place);
  const found = FORMULA_FACTS.find((fact) => fold(fact) === fold(text));
  if (found !== undefined) return found;
  throw new FormulaError(
    "HUB-2315",
    `There is no fact "${text}" to measure.`,
    ["from"],
    0,
    place,
    suggest(text, FORMULA_FACTS),
  );
}

function cutSql(
  cut: Cut,
  index: number,
  fact: FormulaFact,
  scope: ExpressionNames,
  compile: Compile,
  place: ErrorPlace,
): string {
  const key = ["by", String(index)];
  if (cut === "stage" && scope.names.has("stage.name")) {
    return `${compile(key, "process.name").sql} || ' / ' || ${compile(key, "stage.name").sql}`;
  }
  const column = cut === "stage" ? undefined : CUT_COLUMNS[cut].find((name) => scope.names.has(name));
  if (column !== undefined) return compile(key, column).sql;
  const having = Object.entries(CUT_COLUMNS).flatMap(([name, columns]) =>
    columns.some((each) => scope.names.has(each)) ? [name] : [],
  );
  throw new FormulaError("HUB-2315", `${fact} has no ${cut} to cut by.`, key, 0, place, suggest(cut, having));
}

function need(value: string | undefined, key: string, what: string, place: ErrorPlace): string {
  if (value !== undefined) return value;
  throw definitionError(
    "HUB-2313",
    `The formula needs \`${key}\`, ${what}.`,
    { ...place, path: "" },
    `Add \`${key}:\` to the file.`,
  );
}
