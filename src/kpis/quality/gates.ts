import { toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { KpiDefinition } from "../definitions/compile-kpi.ts";
import { percent } from "../measures/wording.ts";
import type { LinkCount } from "./links.ts";
import { hours } from "./reading.ts";
import type { StreamStanding } from "./reading.ts";
import type { Subjects } from "./subjects.ts";

/** What a KPI rests on, as far as its gates ask. */
export interface GateInput {
  readonly asOf: Instant;
  readonly streams: readonly StreamStanding[];
  readonly links: readonly LinkCount[];
  readonly subjects: Subjects;
}

/** How many streams a reason names. */
const NAMED = 5;

/**
 * Why a value is not published as it is: a stream it rests on was not read in full or is stale, too many of its records have values
 * that no mapping knows, too few of its cases are joined (reference §2.8). Null when nothing stands against it.
 */
export function gateOf({ gates }: KpiDefinition, { asOf, streams, links, subjects }: GateInput): string | null {
  const reasons = [
    notInFull(streams),
    gates.freshness ? stale(streams, asOf) : null,
    poorlyMapped(streams, gates.mapping),
    poorlyLinked(links, subjects, gates.links),
  ].filter((reason) => reason !== null);
  return reasons.length === 0 ? null : reasons.join("; ");
}

function notInFull(streams: readonly StreamStanding[]): string | null {
  const open = streams.filter(({ isComplete }) => !isComplete).map(({ name }) => name);
  return open.length === 0 ? null : `not read in full: ${listed(open)}`;
}

/** Tells until when it was read, not how old that is: the age is another one at every measuring. */
function stale(streams: readonly StreamStanding[], asOf: Instant): string | null {
  const old = streams
    .filter(({ readUntil, allowedAgeMs }) => readUntil === null || asOf - readUntil > allowedAgeMs)
    .map(({ name, readUntil, allowedAgeMs }) =>
      readUntil === null
        ? `${name} (never read in full)`
        : `${name} (read until ${toIso(readUntil)}, ${hours(allowedAgeMs)} h allowed)`,
    );
  return old.length === 0 ? null : `stale: ${listed(old)}`;
}

function poorlyMapped(streams: readonly StreamStanding[], least: number): string | null {
  const entities = streams.reduce((sum, stream) => sum + stream.entities, 0);
  const unmapped = streams.reduce((sum, stream) => sum + stream.unmapped, 0);
  if (entities === 0 || 1 - unmapped / entities >= least) return null;
  return `only ${percent(1 - unmapped / entities)} of the records have no value that their mapping does not know, ${percent(least)} needed`;
}

function poorlyLinked(links: readonly LinkCount[], subjects: Subjects, least: number): string | null {
  const mine = links.filter(({ kind, name }) =>
    (kind === "process" ? subjects.processes : subjects.contracts).includes(name),
  );
  const total = mine.reduce((sum, link) => sum + link.total, 0);
  const joined = mine.reduce((sum, link) => sum + link.joined, 0);
  if (total === 0 || joined / total >= least) return null;
  return `only ${percent(joined / total)} of the cases are joined with what they belong to, ${percent(least)} needed`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(", ")} and ${more} more` : names.join(", ");
}
