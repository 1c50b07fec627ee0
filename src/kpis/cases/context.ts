import type { Actor, BusinessCalendar, Canonical, Handoff, Instant } from "../../model/index.ts";
import type { Waiver } from "../input.ts";

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

/** What building a case must be able to look up. All answers are of the as-of. */
export interface CaseContext {
  readonly asOf: Instant;
  /** The calendar of a team; the company's for null. */
  readonly calendarOf: (team: string | null) => BusinessCalendar;
  /** The person behind `system/tenant/user id`. */
  readonly actorOf: (accountKey: string) => Actor | undefined;
  /** Client and rule names that are known to be automations. */
  readonly registeredClients: ReadonlySet<string>;
  readonly waivers: readonly Waiver[];
  /** An attribute of another object by its id. */
  readonly attributeOf: (objectId: string, attribute: string) => Canonical | undefined;
  /** The handoffs of a contract that claim a target, ambiguous ones included, latest occurrence first. */
  readonly handoffsTo: (contract: string, targetId: string) => readonly Handoff[];
  /** The start source of a process by its object id, its system's own id, or `sharedKey` of a key both sides carry. */
  readonly startSource: (process: string, pointer: string) => StartSource | undefined;
  /** The first instant of tracked history of a system; null when unknown. */
  readonly historySince: (system: string) => Instant | null;
}
