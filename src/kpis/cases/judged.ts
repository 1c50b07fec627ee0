import type { BusinessCalendar, Canonical, Instant } from "../../model/index.ts";
import type { AsOf } from "./as-of.ts";
import type { CaseEvent, DeviationCategory } from "./case.ts";
import { isLater } from "./events.ts";

/** What a rule must know of an event. */
export type JudgedEvent = Pick<CaseEvent, "id" | "activity" | "reopens" | "at" | "actor">;

/** When one event, or one instant, counts as later than another. */
export interface EventOrder {
  readonly isLater: (a: JudgedEvent, b: JudgedEvent) => boolean;
  readonly isLaterAt: (a: Instant, b: Instant) => boolean;
  /** The as-of counts as later than an instant. */
  readonly isOver: (at: Instant, asOf: AsOf) => boolean;
  /** An event's place among all of the case. */
  readonly placeOf: (event: JudgedEvent) => number;
}

/**
 * @param events of a case, in order
 * @param kind `seconds`: histories are exact to the second only, events of the same second are in no order; `recorded`: the order of
 *   the events is what happened
 */
export function eventOrder(events: readonly JudgedEvent[], kind: "seconds" | "recorded"): EventOrder {
  let places: ReadonlyMap<JudgedEvent, number> | null = null;
  const placeOf = (event: JudgedEvent): number => {
    places ??= new Map(events.map((each, place) => [each, place]));
    return places.get(event) ?? -1;
  };
  return kind === "seconds"
    ? {
        isLater: (a, b) => isLater(a.at, b.at),
        isLaterAt: isLater,
        isOver: (at, asOf) => asOf.reached((Math.floor(at / 1000) + 1) * 1000),
        placeOf,
      }
    : {
        isLater: (a, b) => placeOf(a) > placeOf(b),
        isLaterAt: (a, b) => a > b,
        isOver: (at, asOf) => asOf.passed(at),
        placeOf,
      };
}

/** What a rule is judged on. */
export interface Judged {
  /** `Onboarding Acme`, how a sentence names the case. */
  readonly label: string;
  /** In order; only what happened up to the as-of. */
  readonly events: readonly JudgedEvent[];
  readonly order: EventOrder;
  readonly startedAt: Instant;
  /** Null for an open case. */
  readonly endedAt: Instant | null;
  readonly asOf: AsOf;
  readonly calendar: BusinessCalendar;
  /** Own attributes and dimensions by name. */
  readonly attribute: (name: string) => string | null;
  /** An attribute as it is now. */
  readonly current: (name: string) => Canonical;
  /** An attribute as it was known at an instant, or when an event happened. */
  readonly valueAt: (name: string, at: Instant, event?: JudgedEvent) => Canonical;
  /** The team or role of whoever did an event; null when it is not known. */
  readonly roleOf: (event: JudgedEvent) => string | null;
}

export interface Deviation {
  readonly category: DeviationCategory;
  readonly message: string;
  readonly events: readonly JudgedEvent[];
  readonly at: Instant;
  /** The activity that is missing, came late or came in the wrong place. */
  readonly step: string;
}

/** What looking for one rule in one case came to. */
export interface Finding {
  readonly activations: number;
  /** Null when the rule holds so far. */
  readonly broken: Deviation | null;
  /** The rule could still be broken (or met) while the case is open. */
  readonly undecided: boolean;
  /** When a rule about time fell due in this case; null for other rules. */
  readonly due: Instant | null;
}

/** The case as the rules see it. */
export interface Seen extends Judged {
  readonly of: (activity: string) => readonly JudgedEvent[];
  readonly day: (at: Instant) => string;
  readonly closed: boolean;
  readonly end: Instant;
}

export function held(activations: number, undecided = false, due: Instant | null = null): Finding {
  return { activations, broken: null, undecided, due };
}

export function broken(activations: number, deviation: Deviation, due: Instant | null = null): Finding {
  return { activations: Math.max(1, activations), broken: deviation, undecided: false, due };
}
