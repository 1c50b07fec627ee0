import { HubError } from "../../../model/index.ts";
import { fold, suggest } from "../../definitions/problems.ts";
import type { CsvColumns } from "../about.ts";

export type ColumnRole = keyof CsvColumns;

/** Names that columns go by, best first; compared without case, spaces, hyphens and underscores. */
const NAMES: Readonly<Record<ColumnRole, readonly string[]>> = {
  case: [
    "case:concept:name",
    "case id",
    "case",
    "case key",
    "trace id",
    "trace",
    "process instance",
    "instance id",
    "incident id",
    "ticket id",
    "order id",
  ],
  activity: [
    "concept:name",
    "activity",
    "activity name",
    "event name",
    "event",
    "task",
    "task name",
    "action",
    "step",
    "operation",
    "status",
  ],
  time: [
    "time:timestamp",
    "timestamp",
    "time",
    "event time",
    "complete timestamp",
    "completed at",
    "end timestamp",
    "end time",
    "occurred at",
    "date time",
    "datetime",
    "date",
    "start timestamp",
    "start time",
  ],
  resource: [
    "org:resource",
    "resource",
    "user",
    "actor",
    "performer",
    "performed by",
    "employee",
    "agent",
    "originator",
    "owner",
  ],
  lifecycle: ["lifecycle:transition", "lifecycle", "transition", "event type"],
};

const OPTION: Readonly<Record<ColumnRole, string>> = {
  case: "--case",
  activity: "--activity",
  time: "--time",
  resource: "--resource",
  lifecycle: "--lifecycle",
};

/** Which column is what: as asked, else by the names that columns usually have. */
export interface ChosenColumns {
  readonly columns: CsvColumns;
  readonly guessed: readonly ColumnRole[];
}

/** @throws HubError HUB-2402 when an asked column is not there, or case, activity or time cannot be guessed */
export function chooseColumns(
  header: readonly string[],
  asked: Readonly<Partial<Record<ColumnRole, string>>>,
  file: string,
): ChosenColumns {
  const guessed: ColumnRole[] = [];
  const taken = new Set<string>();
  const choose = (role: ColumnRole): string | null => {
    const wanted = asked[role];
    if (wanted !== undefined) {
      const found = header.find((name) => name === wanted) ?? header.find((name) => fold(name) === fold(wanted));
      if (found === undefined) {
        throw columnError(`The file has no column "${wanted}".`, file, suggest(wanted, header));
      }
      taken.add(found);
      return found;
    }
    for (const name of NAMES[role]) {
      const found = header.find((column) => plain(column) === plain(name) && !taken.has(column));
      if (found === undefined) continue;
      guessed.push(role);
      taken.add(found);
      return found;
    }
    return null;
  };
  const need = (role: ColumnRole): string => {
    const found = choose(role);
    if (found !== null) return found;
    const columns = header.map((name) => `"${name}"`).join(", ");
    throw columnError(
      `No column of the file looks like the ${role}.`,
      file,
      `Name it with ${OPTION[role]}; the columns are ${columns}.`,
    );
  };
  // What was asked for is taken first, so that no guess takes it away.
  for (const name of Object.values(asked)) taken.add(name);
  return {
    columns: {
      case: need("case"),
      activity: need("activity"),
      time: need("time"),
      resource: choose("resource"),
      lifecycle: choose("lifecycle"),
    },
    guessed,
  };
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/gu, "");
}

function columnError(message: string, file: string, remedy: string): HubError {
  return new HubError("HUB-2402", message, { disposition: "operator", place: { file, line: 1 }, remedy });
}
