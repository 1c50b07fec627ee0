import type { Actor, BusinessCalendar, Canonical, Handoff, Instant } from "../../model/index.ts";
import type { Waiver } from "../input.ts";
import type { AsOf } from "./as-of.ts";

/** A source object's instants of one activity, and its own id, for cases that start elsewhere. */
export interface StartSource {
  readonly id: string;
  /** Ascending. */
  readonly times: readonly Instant[];
}

/** How a start source is asked for by a value that case and source share. */
export function sharedKey(value: string): string {
  return `=${value.trim().toLowerCase()}`;
}

/** What a case takes from a handoff that claims it. */
export type CaseHandoff = Pick<Handoff, "link" | "triggeredAt" | "sourceKey">;

/**
 * What building a case must be able to look up. All answers are of the as-of, and everything a case is made of besides its own
 * object comes through here, so that it is known what a change concerns.
 */
export interface CaseContext {
  readonly asOf: AsOf;
  /** The calendar of a team; the company's for null. */
  readonly calendarOf: (team: string | null) => BusinessCalendar;
  /** The person behind `system/tenant/user id`. */
  readonly actorOf: (accountKey: string) => Actor | undefined;
  /** Client and rule names that are known to be automations. */
  readonly registeredClients: ReadonlySet<string>;
  /** The exceptions approved for a case of a process. */
  readonly waiversOf: (process: string, caseId: string) => readonly Waiver[];
  /** An attribute of another object by its id. */
  readonly attributeOf: (objectId: string, attribute: string) => Canonical | undefined;
  /** The handoffs of a contract that claim a target, ambiguous ones included, latest occurrence first. */
  readonly handoffsTo: (contract: string, targetId: string) => readonly CaseHandoff[];
  /** The start source of a process by its object id, its system's own id, or `sharedKey` of a key both sides carry. */
  readonly startSource: (process: string, pointer: string) => StartSource | undefined;
  /** The first instant of tracked history of a system; null when unknown. */
  readonly historySince: (system: string) => Instant | null;
}
