import type { Chances } from "../../matching/index.ts";
import type { Canonical, FieldComparison, Instant } from "../../model/index.ts";
import type { Condition } from "./condition.ts";
import type { ConflictPolicy } from "../merge/resolution.ts";
import type { Span } from "./durations.ts";
import type { Occasion } from "./phrases.ts";
import type { TieBreak } from "../targets/tie-breaks.ts";

/** Two attributes that are compared: the source's and the target's. */
export interface Pair {
  readonly ours: string;
  readonly theirs: string;
}

/** Where a name on the source's side is read: an attribute of its own, or of an object it refers to. */
export interface SourceName {
  readonly reference: string | null;
  readonly attribute: string;
}

/** One way in which a target may be alike to what is expected (reference §3.2 rung 3). */
export type Likeness =
  | { readonly kind: "reference"; readonly reference: string }
  | { readonly kind: "company" | "text"; readonly ours: SourceName; readonly theirs: readonly string[] };

export interface MatchRules {
  /** Target's attribute that holds the source's id. */
  readonly linkFromTarget: readonly string[];
  /** Source's attribute that holds the target's id. */
  readonly linkFromSource: readonly string[];
  /** Each key is all of its pairs. */
  readonly keys: readonly (readonly Pair[])[];
  readonly likenesses: readonly Likeness[];
  /** Milliseconds between the trigger and a like target's creation. */
  readonly within: number;
  /** From which likelihood on a like target is taken; null: never, it is only shown. */
  readonly accept: number | null;
  /** What a taken one has to be ahead of every rival. */
  readonly margin: number;
  /** From which likelihood on a name that is only spelt alike is shown. */
  readonly queue: number;
  readonly tieBreaks: readonly TieBreak[];
  /** How often names and fields of a source and its own target agree, and of those that do not belong together. */
  readonly chances: Chances;
}

export interface ComparedField extends Pair {
  readonly name: string;
  readonly owner: FieldComparison["owner"];
  readonly backupIfInactive: boolean;
  readonly onConflict: ConflictPolicy;
  /** Case and inner white space count. */
  readonly exact: boolean;
  /** Kinds of the two attributes as the mappings declare them; null when they are not known. */
  readonly kinds: { readonly ours: string | null; readonly theirs: string | null };
}

/** An attribute that the source is to bring along. */
export interface Need {
  readonly attribute: string;
  /** Nothing is created while it is missing. */
  readonly holds: boolean;
}

export interface RejectReasons {
  readonly known: readonly string[];
  /** Attribute of the target that holds the reason; null: the stage it was rejected into. */
  readonly attribute: string | null;
}

/** Who is told once a deadline was missed for that long. */
export interface Escalation {
  readonly after: Span;
  readonly to: string;
}

/** A contract between two teams, checked and ready to be decided on. */
export interface Contract {
  readonly name: string;
  readonly title: string;
  readonly since: Instant;
  readonly mode: "observe" | "propose" | "auto";
  readonly fromTeam: string | null;
  readonly toTeam: string | null;
  /** Takes what is meant for a person who left and has no backup. */
  readonly backupOwner: string | null;
  readonly sourceType: string;
  /** The source's type when the target is the source itself. */
  readonly targetType: string;
  /** For a target that is the source itself: the person attribute that makes it present. */
  readonly presentOnce: string | null;
  readonly trigger: { readonly stages: readonly string[] };
  /** Whether a further entering waits for the decision on the one before. */
  readonly onceDecided: boolean;
  readonly where: Condition | null;
  readonly unless: Condition | null;
  /** Which objects of the target's type the contract is about; null: all of them. */
  readonly targetWhere: Condition | null;
  /** What a created target holds that no field of the source says. */
  readonly begins: Readonly<Record<string, Canonical>>;
  readonly createFrom: { readonly connection: string; readonly template: string } | null;
  readonly created: Span;
  readonly grace: Span;
  readonly accepted: Span | null;
  readonly match: MatchRules;
  readonly needs: readonly Need[];
  readonly acceptedWhen: readonly Occasion[];
  readonly rejectedWhen: readonly Occasion[];
  readonly returnedWhen: readonly Occasion[];
  readonly revokedWhen: readonly Occasion[];
  readonly fields: readonly ComparedField[];
  /** How far the clocks of the two systems differ at most; null when nobody said. */
  readonly clockSkewMs: number | null;
  /** Null when a rejection needs no reason. */
  readonly rejection: RejectReasons | null;
  /** In the order of their spans. */
  readonly escalation: readonly Escalation[];
  /** Money attribute of the source. */
  readonly money: string | null;
  readonly createsPerRun: number | null;
}
