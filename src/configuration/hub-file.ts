import { z } from "zod";
import { DAY, HOUR, MINUTE } from "../model/index.ts";
import { matchingSchema } from "./matching-file.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, "is a day written 2026-02-01");
const currency = z.string().regex(/^[A-Z]{3}$/u, "is a currency of three capitals, such as USD");
const connectionName = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/u, "is a connection's name in small letters, digits and hyphens");
const zone = z.string().refine(isZone, "is a time zone such as America/Los_Angeles");
const cron = z.string().regex(/^(\S+ ){4,5}\S+$/u, "is a schedule of five parts, such as `0 6 * * *`");

const count = z.int().positive();

const share = z.string().regex(/^\d{1,2}(\.\d+)? ?%$|^100 ?%$/u, "is a share such as 10 %");

const age = z.string().regex(/^[1-9]\d{0,4} (minutes?|hours?|days?)$/u, "is an age such as `24 hours`");

const driftAction = z
  .enum(["evolve", "freeze", "quarantine"])
  .describe("evolve: taken over and told. freeze: not read until accepted. quarantine: what arrives is kept apart.");

const driftKinds = z.strictObject({
  added: driftAction.optional(),
  removed: driftAction.optional(),
  retyped: driftAction.optional(),
  relabelled: driftAction.optional(),
});

/** What may be said of any connection; the rest are its system's own settings. */
const connection = z.looseObject({
  system: z.string().min(1),
  concurrency: count.max(100).optional().describe("Calls under way at once."),
  partitions: count
    .max(100)
    .optional()
    .describe("Objects, projects or boards of one stream read side by side; 8 unless set."),
  quota: z
    .strictObject({ perMinute: count.optional(), perDay: count.optional() })
    .optional()
    .describe("Calls that the system allows, where it does not tell itself."),
  drift: driftKinds
    .extend({ streams: z.record(z.string(), driftKinds).optional() })
    .optional()
    .describe("What happens when fields that mappings name change; everything evolves unless said."),
  freshness: z
    .strictObject({
      within: age.optional(),
      streams: z.record(z.string(), age).optional(),
    })
    .optional()
    .describe(
      "How old the last complete reading may be before figures that rest on it are gated; 24 hours unless set.",
    ),
  sweeps: z
    .strictObject({
      budget: z
        .union([z.int().nonnegative(), share])
        .describe("What sweeps may spend in a day: calls, or a share of the day's calls such as `10 %`."),
    })
    .optional(),
});

/** Tableau's own words, and `viewer` for what opening a workbook over a data source takes (reference tableau.md §2). */
const capabilities = z
  .union([z.literal("viewer"), z.array(z.string().regex(/^[A-Z][A-Za-z]+$/u, "is one such as Read or Connect")).min(1)])
  .default("viewer");

const permission = z.union([
  z.strictObject({ group: z.string().min(1), capabilities }),
  z.strictObject({ user: z.string().min(1), capabilities }),
]);

/** config/hub.yaml. A connection's settings beyond `system` are checked by its connector. */
export const hubSchema = z.strictObject({
  company: z.string().min(1),
  time: z.strictObject({
    zone: zone.describe("The reporting zone: every day, month and quarter is meant in it."),
    fiscal_year_starts: z.enum(MONTHS).default("January"),
    calendar: z.string().min(1).describe("A file of config/calendars/."),
    as_of: z
      .string()
      .regex(
        /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/u,
        "is an instant written 2026-02-01T09:00:00Z",
      )
      .optional()
      .describe("Answers every question about now as of this instant; `--as-of` goes before it."),
  }),
  money: z.strictObject({
    corporate: currency.describe("The currency that all amounts are brought to."),
    rates: z
      .record(
        currency,
        z.union([z.number().positive(), z.array(z.strictObject({ from: day, rate: z.number().positive() })).min(1)]),
      )
      .default({})
      .describe("What one unit of a currency is worth in the corporate one: a number, or numbers by their first day."),
  }),
  connections: z.record(connectionName, connection),
  schedule: z
    .strictObject({
      pull: cron.optional(),
      sweep: cron
        .optional()
        .describe("Looks for what no increment tells, such as hard deletes; once a night, say `30 2 * * *`."),
      publish: cron.optional(),
      missed: z.enum(["run once", "skip"]).default("run once"),
    })
    .default({ missed: "run once" }),
  retention: z
    .strictObject({
      versions: z
        .string()
        .regex(/^[1-9]\d{0,4} days?$/u, "is a time such as `400 days`")
        .optional()
        .describe("How long contents that records had before are kept after they were replaced; for ever unless set."),
    })
    .default({}),
  writes: z
    .strictObject({
      most_operations: count.optional().describe("In one run; with more nothing is begun. 200 unless set."),
      most_share: share
        .optional()
        .describe("Of a contract's linked records that may change in one run; 10 % unless set."),
      most_errors: share.optional().describe("Of a run's writes that may go wrong before it stops; 5 % unless set."),
    })
    .default({}),
  automation: z
    .strictObject({
      clients: z
        .array(z.string().min(1))
        .default([])
        .describe("Clients that act through an API and are no person's: what they do is automation."),
    })
    .prefault({}),
  matching: matchingSchema.prefault({}),
  publish: z
    .strictObject({
      connection: connectionName
        .optional()
        .describe("The connection that data sources go to; without it files are only written."),
      formats: z
        .array(z.enum(["hyper", "parquet", "csv"]))
        .min(1)
        .default(["hyper", "parquet", "csv"]),
      whole_above: share
        .default("30 %")
        .describe("Where more of a data source's rows have changed it is sent as a whole, else only what changed."),
      permissions: z
        .array(permission)
        .default([])
        .describe("Groups and users that are let at data sources and workbook; what they may do already stays."),
      on_schema_change: z
        .enum(["stop", "overwrite", "beside"])
        .default("stop")
        .describe(
          "When columns are gone or of another type, which breaks workbooks. stop: the data source stays as it is. overwrite: it is replaced. beside: a new one is published under another name.",
        ),
    })
    .prefault({}),
});

export type HubFile = z.output<typeof hubSchema>;

/** 1 for January. */
export function monthNumber(name: HubFile["time"]["fiscal_year_starts"]): number {
  return MONTHS.indexOf(name) + 1;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** `24 hours` in milliseconds. */
export function ageMs(text: string): number {
  const [count = "", unit = ""] = text.split(" ");
  return Number(count) * (unit.startsWith("day") ? DAY : unit.startsWith("hour") ? HOUR : MINUTE);
}
