import type { z } from "zod";
import type { LogAbout } from "../kpis/index.ts";
import { toIso } from "../model/index.ts";
import type { logPart } from "./documents/log.ts";

/** One line about a log. */
export function logText(name: string, { format, events, objects, rejected, source }: LogAbout): string {
  const parts = [
    `${count(events)} events`,
    ...(objects === 0 ? [] : [`${count(objects)} ${format === "xes" ? "traces" : "objects"}`]),
    ...(rejected === 0 ? [] : [`${count(rejected)} left out`]),
  ];
  return `${name}: ${parts.join(", ")} (${format}, ${source}).\n`;
}

export function toLogPart(name: string, about: LogAbout): z.output<typeof logPart> {
  const { format, source, importedAt, events, objects, rejected, caseType, csv, zone } = about;
  return {
    log: name,
    format,
    source,
    importedAt: toIso(importedAt),
    events,
    objects,
    rejected,
    caseType,
    columns: csv?.columns ?? null,
    guessed: csv?.guessed ?? [],
    zone,
  };
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}
