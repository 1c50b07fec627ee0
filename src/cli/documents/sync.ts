import { z } from "zod";
import { toCertificatePart, certificatePart } from "./certificate.ts";
import { namesPart, toNamesPart } from "./names.ts";
import { problemPart } from "./parts.ts";
import type { LinkReport, MappedReport, PullReport } from "../../sync/index.ts";

/** What pull, map and link came to. */
export const syncPart = z.strictObject({
  complete: z.boolean().describe("False when any stream could not be read in full or a record was rejected."),
  connections: z.array(
    z.strictObject({
      connection: z.string(),
      tenant: z.string().nullable(),
      asSeenBy: z.string().nullable(),
      calls: z.int(),
      problem: problemPart.nullable().describe("What kept the connection as a whole from being read."),
      streams: z.array(certificatePart),
    }),
  ),
  mapped: z.int().describe("Entities mapped in this run."),
  objects: z.int().describe("Objects these entities became."),
  events: z.int().describe("Events these entities became."),
  rejected: z.int().describe("Entities that did not fit; see `hub rejects`."),
  alarms: z.array(problemPart).describe("Fields that are empty far more often than they were."),
  held: z.int().describe("Entities left as they were mapped before, because names in them are in doubt."),
  names: namesPart,
  linkedObjects: z.int(),
  references: z.int(),
  unresolvedReferences: z.array(z.strictObject({ type: z.string(), reference: z.string(), count: z.int() })),
});

/** `hub sync --json`. */
export const syncDocument = syncPart;

export function toSyncPart(read: {
  readonly pull: PullReport;
  readonly map: MappedReport;
  readonly link: LinkReport;
}): z.infer<typeof syncPart> {
  const { pull, map, link } = read;
  return {
    complete: pull.complete && map.complete,
    connections: pull.connections.map(({ connection, identity, calls, problem, certificates }) => ({
      connection,
      tenant: identity?.tenant ?? null,
      asSeenBy: identity?.userName ?? null,
      calls,
      problem,
      streams: certificates.map(toCertificatePart),
    })),
    mapped: map.mapped,
    objects: map.objects,
    events: map.events,
    rejected: map.rejected,
    alarms: map.alarms.map((alarm) => ({ ...alarm })),
    held: map.held,
    names: toNamesPart(map.names),
    linkedObjects: link.objects,
    references: link.references,
    unresolvedReferences: [...link.unresolved],
  };
}
