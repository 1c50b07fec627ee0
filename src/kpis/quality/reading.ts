import type { Instant } from "../../model/index.ts";
import type { DimensionKeys } from "../star/dimension-keys.ts";
import type { Star } from "../star/star.ts";

/** One line of the data-quality table: a check of a source, or something that is only told (reference §2.8). */
export interface QualityReading {
  readonly system: string;
  /** A stream by its connection, a process, a contract; `all` for the system as a whole. */
  readonly entity: string;
  readonly metric: string;
  /** Null where there is none, which is what nothing may be. */
  readonly value: number | null;
  readonly unit: "count" | "ratio" | "seconds";
  /** What the value may be; null where nothing is asked of it. */
  readonly allowed: { readonly at: "least" | "most"; readonly value: number } | null;
}

/** How a stream stands at the as-of: whether figures may rest on it. */
export interface StreamStanding {
  /** `connection stream` */
  readonly name: string;
  readonly system: string;
  /** The last reading was complete. */
  readonly isComplete: boolean;
  /** The last instant that a complete reading covered, at most the as-of; null when it was never read in full. */
  readonly readUntil: Instant | null;
  readonly allowedAgeMs: number;
  /** Entities mapped, and those of them with a value that no mapping knows. */
  readonly entities: number;
  readonly unmapped: number;
}

const HOUR_MS = 3_600_000;
export const DEFAULT_COVERAGE = { mapping: 0.98, links: 0.95 };

export function isOk({ value, allowed }: QualityReading): boolean {
  if (allowed === null) return true;
  if (value === null) return false;
  return allowed.at === "least" ? value >= allowed.value : value <= allowed.value;
}

/** What a stream's standing says in the table. */
export function readingsOfStream(stream: StreamStanding, asOf: Instant): readonly QualityReading[] {
  const { system, name, isComplete, readUntil, allowedAgeMs, entities, unmapped } = stream;
  const of = { system, entity: name };
  return [
    { ...of, metric: "read in full", value: isComplete ? 1 : 0, unit: "count", allowed: { at: "least", value: 1 } },
    // What was never read in full has no age, and is not fresh.
    {
      ...of,
      metric: "freshness",
      value: readUntil === null ? null : Math.round(toldAge(asOf - readUntil, allowedAgeMs) / 1000),
      unit: "seconds",
      allowed: { at: "most", value: allowedAgeMs / 1000 },
    },
    ...(entities === 0
      ? []
      : [{ ...of, ...coverage("mapping coverage", entities - unmapped, entities, DEFAULT_COVERAGE.mapping) }]),
  ];
}

/** A share of which at least so much should be there. */
export function coverage(
  metric: string,
  part: number,
  whole: number,
  least: number | null,
): Pick<QualityReading, "metric" | "value" | "unit" | "allowed"> {
  return { metric, value: part / whole, unit: "ratio", allowed: least === null ? null : { at: "least", value: least } };
}

/**
 * An age as it is told: at most so many whole hours. The minutes between a reading and its as-of are others in every cycle and
 * would have every cycle publish them; what is allowed stays allowed, and what is not is still more.
 */
function toldAge(ms: number, most: number): number {
  const up = Math.ceil(ms / HOUR_MS) * HOUR_MS;
  return ms <= most ? Math.min(up, most) : up;
}

export function hours(ms: number): number {
  return Math.round((ms / HOUR_MS) * 100) / 100;
}

export function appendReadings(
  star: Star,
  readings: readonly QualityReading[],
  asOf: Instant,
  keys: DimensionKeys,
): void {
  for (const reading of readings) {
    star.append("fact_data_quality", {
      date_key: star.local.dateKey(asOf),
      system_key: keys.system(reading.system),
      entity: reading.entity,
      metric: reading.metric,
      value: reading.value,
      unit: reading.unit,
      allowed: reading.allowed === null ? null : `at ${reading.allowed.at}`,
      threshold: reading.allowed?.value ?? null,
      is_ok: isOk(reading) ? 1 : 0,
    });
  }
}
