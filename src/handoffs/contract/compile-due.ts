import { DAY, HubError } from "../../model/index.ts";
import type { BusinessCalendar, Instant } from "../../model/index.ts";
import type { Escalation } from "./contract.ts";
import { addSpan, parseSpan } from "./durations.ts";
import type { Span } from "./durations.ts";
import type { Report } from "./problems.ts";
import type { HandoffFile } from "./schema.ts";

export interface Deadlines {
  readonly created: Span;
  readonly grace: Span;
  readonly accepted: Span | null;
  readonly escalation: readonly Escalation[];
}

const NO_SPAN: Span = { kind: "clock", ms: 0, text: "0h" };
/** A due rule is tried from every day of a fortnight: weekends and a holiday do not show every day. */
const TRIED_DAYS = 14;
const LENGTHS = "Write 24h, 2 days, 1 business hour or 3 business days.";

/** The deadlines of a contract, each possible to keep. */
export function compileDeadlines(
  file: HandoffFile,
  from: Instant,
  calendar: BusinessCalendar,
  report: Report,
): Deadlines {
  let readable = true;
  const read = (text: string, path: readonly (string | number)[]): Span => {
    const parsed = parseSpan(text);
    if (parsed === undefined) {
      report(path, "HUB-2205", `"${text}" is no length of time.`, LENGTHS);
      readable = false;
    }
    return parsed ?? NO_SPAN;
  };
  const steps =
    file.escalation === undefined ? [] : Array.isArray(file.escalation) ? file.escalation : [file.escalation];
  const deadlines: Deadlines = {
    created: read(file.due.created, ["due", "created"]),
    grace: read(file.due.grace, ["due", "grace"]),
    accepted: file.due.accepted === undefined ? null : read(file.due.accepted, ["due", "accepted"]),
    escalation: steps.map(({ after, to }, index) => ({
      after: read(after, Array.isArray(file.escalation) ? ["escalation", index, "after"] : ["escalation", "after"]),
      to,
    })),
  };
  if (readable) checkDue(deadlines, from, calendar, report);
  return deadlines;
}

function checkDue(
  { created, accepted, escalation }: Deadlines,
  from: Instant,
  calendar: BusinessCalendar,
  report: Report,
): void {
  if (lengthOf(created) === 0) {
    report(["due", "created"], "HUB-2211", "A target that is due at once is always late.", LENGTHS);
    return;
  }
  if (accepted !== null && lengthOf(accepted) === 0) {
    report(["due", "accepted"], "HUB-2211", "An acceptance that is due at once is always late.", LENGTHS);
    return;
  }
  try {
    const starts = Array.from({ length: TRIED_DAYS }, (_, day) => from + day * DAY);
    const never = starts.every((start) => {
      const due = addSpan(start, created, calendar);
      return accepted !== null && addSpan(start, accepted, calendar) < due;
    });
    if (never) {
      report(
        ["due", "accepted"],
        "HUB-2211",
        `Acceptance would be due (${accepted?.text ?? ""}) before there is anything to accept (${created.text}).`,
        "Give acceptance more time than creation, both counted from the trigger.",
      );
    }
    for (const { after } of escalation) addSpan(from, after, calendar);
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "HUB-2040") throw error;
    report(
      ["due", "created"],
      "HUB-2211",
      `The deadline never comes: the calendar ${calendar.name} has no working time left after ${new Date(from).toISOString().slice(0, 10)}.`,
      "Give the calendar opening hours, or write the deadline in clock time (24h).",
    );
  }
}

function lengthOf(span: Span): number {
  return span.kind === "business days" ? span.days : span.ms;
}
