import type { Actor, ActorEvidence, Instant, ModelEvent, Money, Precision } from "../../model/index.ts";
import type { ProcessDefinition } from "../definitions/process.ts";

/** One event seen from its case. */
export interface CaseEvent {
  readonly id: string;
  /** The event's stage, else its `step`, else its type, or what the process renames that to. */
  readonly activity: string;
  /** True when the event undoes an earlier `activity` instead of doing it. */
  readonly reopens: boolean;
  readonly at: Instant;
  readonly precision: Precision;
  readonly by: ActorEvidence;
  readonly actor: Actor | null;
  readonly event: ModelEvent;
}

export type CaseStatus = "open" | "completed" | "cancelled";

/** One stay of a case in one stage. */
export interface StageVisit {
  readonly stage: string;
  /** 1 for the first visit of this stage. */
  readonly visitNo: number;
  readonly enteredAt: Instant;
  /** Null while the case is still there. */
  readonly exitedAt: Instant | null;
  readonly team: string | null;
  readonly actor: Actor | null;
  readonly durationMs: number | null;
  readonly businessMs: number | null;
  readonly isReentry: boolean;
  /** Entered from a later stage. */
  readonly isBackward: boolean;
  /** Under 60 s between stages that are not neighbours: bulk-edit noise, kept but out of medians. */
  readonly isFlicker: boolean;
  readonly isLast: boolean;
}

export type AutomationClass = "automated" | "assisted" | "manual" | "unknown";
/** Reference §2.5: A a run or rule of an automation, B a registered service account or client, C a pattern only. */
export type EvidenceGrade = "A" | "B" | "C" | null;

/** One time a step was done. */
export interface StepExecution {
  readonly step: string;
  readonly at: Instant;
  readonly eventId: string;
  readonly actor: Actor | null;
  readonly actorKind: string;
  readonly routine: boolean;
  readonly critical: boolean;
  readonly automation: AutomationClass;
  readonly evidence: EvidenceGrade;
  /** The step or stage was reopened afterwards. */
  readonly isError: boolean;
}

export type VerdictState = "satisfied" | "violated" | "pending";
export type DeviationCategory =
  | "missing step"
  | "out of order"
  | "repeated"
  | "unexpected step"
  | "late"
  | "wrong role"
  | "missing data"
  | "both exclusive branches";

/** What one rule says of one case. */
export interface Verdict {
  readonly rule: string;
  readonly state: VerdictState;
  /** How often the rule's condition arose; 0 means it held vacuously. */
  readonly activations: number;
  readonly category: DeviationCategory | null;
  /** The activity that is missing, came late or came in the wrong place; null unless violated. */
  readonly step: string | null;
  /** One plain sentence for a violation; empty otherwise. */
  readonly message: string;
  readonly eventIds: readonly string[];
  /** When the violation became final; null for other states. */
  readonly at: Instant | null;
  /** When a rule about time fell due, the last time it did; null for other rules. */
  readonly dueAt: Instant | null;
  readonly waived: boolean;
}

/** One run of one process, with everything that is counted about it. */
export interface Case {
  readonly key: string;
  readonly process: ProcessDefinition;
  /** Id of the case object. */
  readonly caseId: string;
  readonly nativeId: string;
  readonly name: string;
  readonly url: string | null;
  readonly system: string;
  /** The object whose event starts the case (the won opportunity), when it is another one. */
  readonly sourceId: string | null;
  readonly accountId: string | null;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly team: string | null;
  readonly owner: Actor | null;
  readonly money: Money | null;
  readonly startedAt: Instant;
  readonly startPrecision: Precision;
  readonly completedAt: Instant | null;
  readonly endPrecision: Precision | null;
  readonly outcome: string | null;
  readonly status: CaseStatus;
  /** Null while open, or when an end is known to the day only. */
  readonly cycleMs: number | null;
  readonly cycleBusinessMs: number | null;
  /** Whole local days from start to end; null while open. */
  readonly cycleDays: number | null;
  /** Time in stages in which it does not wait; null while open, and where its process names no stage to wait in. */
  readonly activeMs: number | null;
  readonly visits: readonly StageVisit[];
  readonly steps: readonly StepExecution[];
  readonly verdicts: readonly Verdict[];
  readonly eventCount: number;
  readonly reentries: number;
  /** Stages entered from a later one or from an end, bulk-edit noise left out. */
  readonly backwardMoves: number;
  /** Times that a step was done once more in its place; a stage entered again is none. */
  readonly repeatedSteps: number;
  /** Time in stages that the case had left before; null when there was none. */
  readonly reworkMs: number | null;
  /** When persons turned to whom the case is about, as the process's `touches` name it; in order. */
  readonly touches: readonly Instant[];
  /** Stages and steps that were done again, each once, in the order of the procedure. */
  readonly repeated: readonly string[];
  /** Something was done again. */
  readonly isRework: boolean;
  readonly isFirstTimeRight: boolean;
  readonly variant: readonly string[];
  readonly fitness: number | null;
  readonly dueAt: Instant | null;
  /** Still open after it was due. */
  readonly isOverdue: boolean;
  /** Began before the system's history does. */
  readonly leftTruncated: boolean;
  /** Why its duration cannot be used (`negative duration`), null when it can. */
  readonly anomaly: string | null;
}
