import type { ChildJoin, Day } from "../../model/index.ts";
import type { Span } from "./durations.ts";
import type { Rule, RuleCondition } from "./rule.ts";

/** An attribute of the case object (`via` null) or of what its reference `via` points to. */
export interface AttributePath {
  readonly via: string | null;
  readonly attribute: string;
}

export type StartDefinition =
  /** The case object's creation. */
  | { readonly kind: "created" }
  | { readonly kind: "activity"; readonly activity: string }
  /** The local beginning of a day attribute; day precision. */
  | { readonly kind: "day"; readonly attribute: string }
  /** The source object's activity, found through a handoff or else by an attribute with the source's own id. */
  | {
      readonly kind: "handoff";
      readonly contract: string;
      readonly sourceType: string;
      readonly activity: string;
      readonly idAttribute: string | null;
      readonly sharedAttribute: string | null;
    };

export interface EndDefinition {
  readonly activity: string;
  readonly outcome: string;
  readonly cancels: boolean;
}

export interface StageDefinition {
  readonly name: string;
  readonly order: number;
  readonly until: string | null;
  readonly team: string | null;
  /** The case waits here: time in the stage is not worked on. */
  readonly isWaiting: boolean;
}

export interface StepDefinition {
  readonly name: string;
  readonly routine: boolean;
  readonly critical: boolean;
  readonly automatedBy: readonly string[];
  readonly assisted: boolean;
  readonly why: string | null;
}

export interface SprintDefinition {
  readonly objectType: string;
  readonly attribute: string;
  readonly points: string | null;
  readonly team: string | null;
  readonly done: string;
  /** First day by the name of a sprint; the others of its prefix follow by number. */
  readonly first: Readonly<Record<string, Day>>;
  readonly days: number;
}

/** One version of one procedure, checked and typed. */
export interface ProcessDefinition {
  readonly name: string;
  readonly title: string;
  readonly version: number;
  /** `name@version`, the key of everything judged against it. */
  readonly key: string;
  readonly effectiveFrom: Day;
  readonly caseType: string;
  /** Which objects of the type are its cases; all of them when null. */
  readonly where: RuleCondition | null;
  readonly team: string | null;
  readonly start: StartDefinition;
  readonly ends: readonly EndDefinition[];
  readonly stages: readonly StageDefinition[];
  readonly steps: readonly StepDefinition[];
  readonly rules: readonly Rule[];
  readonly joins: readonly ChildJoin[];
  /** Event type → the activity it is called here. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Everything a rule may name. */
  readonly activities: readonly string[];
  /** Activities by which a person turns to whom the case is about. */
  readonly touches: readonly string[];
  readonly paths: readonly (readonly string[])[];
  readonly due: Span | null;
  readonly money: AttributePath | null;
  /** The money attribute of the object that starts the case, when that is another one. */
  readonly sourceMoney: string | null;
  /** Case names are names of persons and stay out of extracts and sentences. */
  readonly personal: boolean;
  readonly dimensions: Readonly<Record<string, AttributePath>>;
  readonly owner: string | null;
  readonly sprints: SprintDefinition | null;
  /** The procedure said back, one sentence a line. */
  readonly explanation: readonly string[];
}
