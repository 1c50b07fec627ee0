import type { Problem } from "../../model/index.ts";

/** An instant as a log wrote it. */
export interface Moment {
  /** Microseconds since 1970-01-01T00:00:00Z; finer parts of a written time are cut. */
  readonly micros: bigint;
  /** Minutes east of UTC that the log wrote, or the zone it was read in had; exports write the same. */
  readonly offset: number;
  /** Only the day was written: the instant is its local beginning. */
  readonly dayOnly: boolean;
}

/** A typed value; `children` are XES's nested attributes. Values keep the text the log wrote, instants too. */
export interface LogAttribute {
  readonly name: string;
  /** The format's own word for the type: `string`, `float`, `date`, … */
  readonly type: string;
  readonly value: string;
  /** OCEL: since when an object has it. */
  readonly at?: Moment;
  readonly children?: readonly LogAttribute[];
}

export interface LogEvent {
  /** Null where the format has none (CSV, XES). */
  readonly id: string | null;
  /** The case the event is written in; null in an object-centric log, where relations say. */
  readonly caseId: string | null;
  readonly activity: string;
  readonly at: Moment;
  readonly resource: string | null;
  readonly lifecycle: string | null;
  readonly attributes: readonly LogAttribute[];
  /** Where it begins in the file. */
  readonly line: number | null;
}

/** An object of OCEL, or a trace of XES as an object of the type `case`. */
export interface LogObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly LogAttribute[];
  readonly line: number | null;
}

/** `event_object` for events, `object_object` for objects, with the role in `qualifier`. */
export interface LogRelation {
  readonly from: string;
  readonly to: string;
  readonly qualifier: string;
  readonly line: number | null;
}

/** A type an object-centric log declares, or one of its attributes. */
export interface LogDeclaration {
  readonly kind: "event" | "object";
  readonly type: string;
  /** Null for the type itself. */
  readonly attribute: string | null;
  readonly dataType: string | null;
}

/** Where a reader puts what it finds, in the order of the file. */
export interface LogSink {
  event(event: LogEvent): void;
  object(object: LogObject): void;
  eventObject(relation: LogRelation): void;
  objectObject(relation: LogRelation): void;
  declare(declaration: LogDeclaration): void;
  /** One part of the file that cannot be used. Throws when nothing may be left out. */
  problem(problem: Problem): void;
  /** Something that is wrong with the file, though nothing is lost by it. */
  note(problem: Problem): void;
}

export const LOG_FORMATS = ["csv", "xes", "ocel-json", "ocel-sqlite", "ocel-xml"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number] | "hub";

/** The object type of a case in a log that is written case by case. */
export const CASE_TYPE = "case";
