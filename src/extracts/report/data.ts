import type { PageId, ProcessPage } from "../pages.ts";

export type { ProcessPage as ProcessPageId } from "../pages.ts";

/**
 * Everything the report shows, as it stands inside the page: what `read-…` took from the star and the KPI definitions.
 * Days are `YYYY-MM-DD`, months `YYYY-MM`, both of the reporting zone; durations seconds; shares 0..1; money in the
 * corporate currency. `p` is a process, `s` a segment (null where none is known), `m` a month, `c` a contract.
 */
export interface ReportData {
  readonly company: string;
  readonly asOf: string;
  readonly asOfText: string;
  readonly zone: string;
  readonly currency: string;
  /** Why values must not be trusted as they are; null when nothing stands against them. */
  readonly gate: string | null;
  readonly pages: readonly { readonly id: PageId; readonly title: string }[];
  readonly sources: readonly Source[];
  readonly processes: readonly Process[];
  readonly segments: readonly string[];
  /** Windows of the KPI files, the shortest first. */
  readonly periods: readonly Period[];
  readonly kpis: readonly Kpi[];
  readonly months: readonly string[];
  readonly cases: readonly CaseCount[];
  readonly cycles: readonly CycleCount[];
  readonly steps: readonly StepCount[];
  readonly handoffs: readonly HandoffCount[];
  readonly contracts: readonly Contract[];
  /** Handoffs that somebody has to do something about, the most money first. */
  readonly attention: { readonly rows: readonly OpenHandoff[]; readonly total: number };
  readonly rules: readonly Rule[];
  readonly verdicts: readonly VerdictCount[];
  /** Deviations, the latest first. */
  readonly deviations: { readonly rows: readonly Deviation[]; readonly total: number };
  readonly work: readonly WorkInProgress[];
  readonly sprints: readonly Sprint[];
  readonly quality: readonly Quality[];
  readonly evidence: readonly Evidence[];
  /** What evidence names, by key. */
  readonly records: Readonly<Record<string, EvidenceRecord>>;
}

/** How fresh and complete a connection's last reading was. */
export interface Source {
  readonly connection: string;
  readonly system: string;
  readonly readAt: string;
  readonly hoursOld: number;
  readonly streams: number;
  readonly completeStreams: number;
  readonly records: number;
  readonly missing: readonly string[];
}

export interface Process {
  readonly id: string;
  readonly title: string;
  readonly team: string | null;
  readonly page: ProcessPage;
  readonly stages: readonly string[];
}

export interface Period {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface Kpi {
  readonly id: string;
  readonly title: string;
  readonly measure: string;
  readonly question: string;
  readonly formula: string;
  readonly owner: string;
  /** What values are counted in: `ratio` (0..1), `seconds`, `business seconds, a day of 28800`, `number`, or `money EUR`. */
  readonly unit: string;
  readonly direction: string | null;
  readonly targetText: string | null;
  readonly minN: number;
  readonly area: string;
  readonly page: PageId;
  readonly isCompanyTarget: boolean;
  readonly subject: "process" | "contract";
  readonly of: readonly string[];
  readonly by: readonly string[];
  readonly values: readonly Value[];
}

export interface Value {
  readonly scope: string;
  readonly key: string;
  readonly window: string;
  readonly from: string;
  readonly to: string;
  readonly shown: boolean;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly bound: number | null;
  readonly p90: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly n: number;
  readonly open: number;
  readonly excluded: string | null;
  readonly target: number | null;
  readonly status: string;
  readonly reason: string | null;
  readonly sentence: string;
  readonly money: number | null;
  readonly definition: string;
  /** The value published for the same before, where it was another; null when it was not. */
  readonly restated: { readonly from: number | null; readonly on: string | null; readonly because: string } | null;
}

/** `started` by the month of the start, the rest by the month of completion; `open` where they started. */
export interface CaseCount {
  readonly p: string;
  readonly s: string | null;
  readonly m: string;
  readonly started: number;
  readonly completed: number;
  readonly open: number;
  readonly firstTime: number;
  readonly conforming: number;
}

/** Completed cases by how long they took; `bucket` is an index into `CYCLE_BUCKETS`. */
export interface CycleCount {
  readonly p: string;
  readonly s: string | null;
  readonly m: string;
  readonly bucket: number;
  readonly n: number;
}

/** Executions of routine or critical steps by the month they were done. */
export interface StepCount {
  readonly p: string;
  readonly s: string | null;
  readonly m: string;
  readonly step: string;
  readonly routine: number;
  readonly automated: number;
  readonly assisted: number;
  readonly unknown: number;
  readonly critical: number;
  readonly errors: number;
}

export interface Contract {
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
}

/** `m` is the month of the trigger, of the target's creation for an orphan. `age` is an index into `AGE_BUCKETS` while nobody has decided. */
export interface HandoffCount {
  readonly c: string;
  readonly s: string | null;
  readonly m: string | null;
  readonly state: string;
  readonly label: string;
  readonly age: number | null;
  readonly n: number;
  readonly money: number;
}

export interface OpenHandoff {
  readonly key: string;
  readonly c: string;
  readonly s: string | null;
  readonly m: string | null;
  readonly state: string;
  readonly label: string;
  readonly because: string | null;
  readonly source: string | null;
  readonly sourceUrl: string | null;
  readonly target: string | null;
  readonly targetUrl: string | null;
  readonly account: string | null;
  readonly accountUrl: string | null;
  readonly triggered: string | null;
  readonly due: string | null;
  readonly ageDays: number | null;
  readonly money: number | null;
}

export interface Rule {
  readonly key: string;
  readonly p: string;
  readonly id: string;
  readonly text: string;
  readonly sentence: string;
  /** Median seconds that completed cases took that broke it, and that kept it; null below ten of them. */
  readonly broken: number | null;
  readonly kept: number | null;
}

/** By the month a violation became final, or the case ended. */
export interface VerdictCount {
  readonly rule: string;
  readonly p: string;
  readonly s: string | null;
  readonly m: string | null;
  readonly category: string | null;
  readonly judged: number;
  readonly violations: number;
  readonly waived: number;
  readonly pending: number;
}

export interface Deviation {
  readonly p: string;
  readonly s: string | null;
  readonly m: string | null;
  readonly day: string | null;
  readonly rule: string;
  readonly category: string | null;
  readonly message: string | null;
  readonly caseName: string | null;
  readonly url: string | null;
  readonly waived: boolean;
}

/** Cases in progress at the end of a Sunday. */
export interface WorkInProgress {
  readonly p: string;
  readonly day: string;
  readonly n: number;
}

export interface Sprint {
  readonly name: string;
  readonly team: string;
  readonly start: string;
  readonly end: string;
  readonly ended: boolean;
  readonly committed: number;
  readonly doneCommitted: number;
  readonly done: number;
  readonly added: number;
  readonly removed: number;
  readonly carried: number;
}

export interface Quality {
  readonly system: string;
  /** The stream, process or contract; `all` for the whole system. */
  readonly entity: string;
  readonly metric: string;
  readonly value: number;
  /** `count`, `ratio` or `seconds`. */
  readonly unit: string;
  /** `at least` or `at most`, for the threshold. */
  readonly allowed: string | null;
  readonly threshold: number | null;
  readonly ok: boolean;
  readonly day: string;
}

/** What counts against a figure: a sample and how many there are. */
export interface Evidence {
  readonly kpi: string;
  readonly scope: string;
  readonly key: string;
  readonly window: string;
  readonly count: number;
  readonly keys: readonly string[];
}

export interface EvidenceRecord {
  readonly p: string | null;
  readonly s: string | null;
  readonly name: string;
  readonly text: string;
  readonly url: string | null;
  /** For `hub explain`. */
  readonly id: string;
}
