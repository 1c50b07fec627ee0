import { z } from "zod";
import { instantText, problemPart } from "./parts.ts";

const zonePart = z
  .strictObject({
    name: z.string(),
    from: z
      .enum(["asked", "reporting zone", "format"])
      .describe("--tz, the configuration's zone, or what the format says of itself."),
    local: z.int().describe("Times that had no zone of their own."),
    twice: z.int().describe("Of them, those the clock showed twice; the first is taken."),
    skipped: z.int().describe("Of them, those the clock skipped; the moment after is taken."),
  })
  .nullable()
  .describe("How times without a zone were read; null when there were none.");

const columnsPart = z
  .strictObject({
    case: z.string(),
    activity: z.string(),
    time: z.string(),
    resource: z.string().nullable(),
    lifecycle: z.string().nullable(),
  })
  .nullable()
  .describe("Of a CSV file: the column of each; null for other formats.");

const formatPart = z.enum(["csv", "xes", "ocel-json", "ocel-sqlite", "ocel-xml", "hub"]);

/** What is known of a log as a whole. */
export const logPart = z.strictObject({
  log: z.string(),
  format: formatPart,
  source: z.string().describe("The file it came from."),
  importedAt: instantText,
  events: z.int(),
  objects: z.int().describe("OCEL: objects. XES: traces. CSV: 0."),
  rejected: z.int().describe("Parts of the file that could not be used."),
  caseType: z.string().nullable().describe("OCEL: the object type a case follows unless another is asked for."),
  columns: columnsPart,
  guessed: z.array(z.string()).describe("Of the columns, those nobody named."),
  zone: zonePart,
});

/** `hub log import --json`. */
export const logImportDocument = z.strictObject({
  ...logPart.shape,
  replaced: z.boolean().describe("A log of that name was there before."),
  problems: z.array(problemPart).describe("The first hundred things that were wrong with the file, with their line."),
});

/** `hub log list --json`. */
export const logListDocument = z.strictObject({
  logs: z.array(logPart),
  problems: z.array(problemPart).describe("Logs whose file cannot be read."),
});

const spreadPart = z
  .strictObject({
    n: z.int(),
    mean: z.number(),
    min: z.number(),
    p25: z.number(),
    median: z.number(),
    p75: z.number(),
    p90: z.number(),
    max: z.number(),
  })
  .nullable()
  .describe("Milliseconds; quantiles by linear interpolation (type 7). Null without cases.");

const casesOf = z.array(z.strictObject({ activity: z.string(), cases: z.int() }));

/** `hub log stats --json`. */
export const logStatsDocument = z.strictObject({
  log: z.string(),
  format: formatPart,
  caseType: z.string().describe("What a case follows: `case`, or an object type of OCEL."),
  caseTypeGuessed: z.boolean().describe("Nobody named it."),
  calendar: z.string().nullable().describe("Of the business times."),
  rejected: z.int().describe("Parts of the file that were left out when it was imported."),
  cases: z.int(),
  casesWithoutEvents: z.int(),
  events: z.int().describe("Each once, however many cases it belongs to."),
  eventsByDay: z.int().describe("Known to the day only: durations between them are exact to the day."),
  eventsWithoutCase: z.int(),
  eventsInSeveralCases: z.int().describe("They count once in each of their cases below."),
  activities: z.array(z.strictObject({ activity: z.string(), events: z.int(), cases: z.int() })),
  variantCount: z.int(),
  variants: z
    .array(z.strictObject({ activities: z.array(z.string()), cases: z.int(), share: z.number() }))
    .describe("Most frequent first; `share` of the cases. With --top the first ones."),
  startActivities: casesOf,
  endActivities: casesOf,
  directlyFollows: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      count: z.int(),
      cases: z.int().describe("Distinct cases with the pair."),
      medianMs: z.number(),
    }),
  ),
  throughput: spreadPart,
  businessThroughput: spreadPart,
  caseTimes: z
    .array(
      z.strictObject({
        case: z.string(),
        events: z.int(),
        start: instantText,
        end: instantText,
        ms: z.number().describe("Last less first event."),
        businessMs: z.number().nullable(),
      }),
    )
    .describe("In the order of the log. With --top the longest ones."),
  rework: z
    .array(
      z.strictObject({
        activity: z.string(),
        cases: z.int().describe("Cases that do it more than once."),
        repeats: z.int().describe("Times it was done again, over all cases."),
        selfLoops: z.int().describe("Of them, those straight after itself."),
      }),
    )
    .describe("Activities that are done again; where a log has `complete` events these count, not the starts."),
});

/** `hub log export --json`. */
export const logExportDocument = z.strictObject({
  log: z.string().nullable().describe("Null for the hub's own objects and events."),
  format: z.enum(["ocel-json", "ocel-sqlite", "xes", "csv"]),
  file: z.string(),
  events: z.int().describe("Written; in XES and CSV an event of several cases once for each."),
  objects: z.int().describe("Written; in XES and CSV cases."),
  told: z.array(z.string()).describe("What the format could not say."),
});

const eventPart = z.strictObject({
  activity: z.string(),
  at: instantText,
  id: z.string().describe("As the log has it, else made from its place in the log."),
  line: z.int().nullable().describe("Where it stands in the file."),
});

/** `hub log check --json`. */
export const logCheckDocument = z.strictObject({
  log: z.string(),
  checkedAgainst: z.string(),
  caseType: z.string(),
  caseTypeGuessed: z.boolean(),
  calendar: z.string(),
  notInLog: z.array(z.string()).describe("Activities that rules or paths name and no case has."),
  cases: z.int(),
  completed: z.int(),
  open: z.int(),
  conforming: z.int().describe("Completed cases without a violation."),
  violating: z.int().describe("Completed cases with one, and open ones with one that cannot be repaired."),
  pending: z.int().describe("Open cases that may still go either way."),
  compliance: z.number().nullable().describe("Conforming ÷ all completed cases; null without any."),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      text: z.string(),
      sentence: z.string(),
      formal: z.string(),
      activations: z.int().describe("Over all cases; 0 for a rule that never fires."),
      satisfied: z.int(),
      vacuous: z.int().describe("Of the satisfied cases, those where nothing activated the rule."),
      violated: z.int(),
      pending: z.int(),
    }),
  ),
  alignment: z
    .strictObject({
      paths: z.array(z.array(z.string())),
      aligned: z.int().describe("Completed cases."),
      fitting: z.int().describe("Of them, those that cost nothing."),
      cost: z.int().describe("Over all of them; a move of the case or of the path alone costs 1."),
      logFitness: z.number().nullable().describe("1 − all costs ÷ all worst costs."),
      meanFitness: z.number().nullable(),
    })
    .nullable()
    .describe("Null without a path."),
  caseResults: z.array(
    z.strictObject({
      case: z.string(),
      status: z.enum(["completed", "open"]),
      verdict: z.enum(["conforming", "violating", "pending"]),
      violations: z.array(
        z.strictObject({
          rule: z.string(),
          category: z.string(),
          step: z.string(),
          message: z.string(),
          at: instantText.nullable().describe("When it became final."),
          events: z.array(eventPart),
        }),
      ),
      pendingRules: z.array(z.string()),
      cost: z.int().nullable(),
      fitness: z.number().nullable(),
      deviations: z.array(z.strictObject({ category: z.string(), activity: z.string(), message: z.string() })),
    }),
  ),
});
