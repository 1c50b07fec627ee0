import type { CsvColumns } from "../about.ts";
import type { Exported } from "../exported.ts";
import type { LogReader } from "../log-reader.ts";
import { writeMoment } from "../moment.ts";
import { seenAttributes } from "../stored.ts";
import type { StoredEvent } from "../stored.ts";
import { writeTextFile } from "../text-file.ts";
import { tracesOf } from "../traces.ts";
import type { Trace } from "../traces.ts";
import { ACTIVITY, LIFECYCLE, RESOURCE, TIME } from "../xes/keys.ts";

interface Column {
  readonly name: string;
  readonly of: (trace: Trace, event: StoredEvent) => string;
}

/**
 * Writes CSV (RFC 4180), a line per event and case: the columns of the file a log came from, else XES's names with `case:` before
 * attributes of the case. Texts stay as they are, also those a spreadsheet would take for a formula: a log must come back as it was.
 * @throws HubError HUB-2411, HUB-2412
 */
export async function writeLogCsv(log: LogReader, path: string, caseType?: string): Promise<Exported> {
  const written = { events: 0, objects: 0 };
  const traces = await tracesOf(log, caseType);
  const columns = await columnsOf(log, traces.notion.type);
  const told = [...traces.told];
  let nested = 0;
  let empty = 0;
  await writeTextFile(path, async (file) => {
    await file.write(line(columns.map(({ name }) => name)));
    for await (const trace of traces.all()) {
      if (trace.events.length === 0) empty += 1;
      else written.objects += 1;
      written.events += trace.events.length;
      for (const event of trace.events) {
        nested += event.attributes.filter(({ children }) => children !== undefined).length;
        await file.write(line(columns.map(({ of }) => of(trace, event))));
      }
    }
  });
  if (empty > 0) told.push(`${empty} cases without events have no line.`);
  if (nested > 0) told.push(`${nested} attributes have others within, which are left out.`);
  return { ...written, told };
}

const PLAIN: CsvColumns = {
  case: "case:concept:name",
  activity: ACTIVITY,
  time: TIME,
  resource: RESOURCE,
  lifecycle: LIFECYCLE,
};

async function columnsOf(log: LogReader, caseType: string): Promise<readonly Column[]> {
  const { csv } = log.about;
  const names = csv?.columns ?? PLAIN;
  const own: readonly Column[] = [
    { name: names.case, of: ({ id }) => id },
    { name: names.activity, of: (_, { activity }) => activity },
    { name: names.time, of: (_, { at }) => writeMoment(at) },
    ...(names.resource === null || !(await has(log, "resource"))
      ? []
      : [{ name: names.resource, of: (_: Trace, { resource }: StoredEvent) => resource ?? "" }]),
    ...(names.lifecycle === null || !(await has(log, "lifecycle"))
      ? []
      : [{ name: names.lifecycle, of: (_: Trace, { lifecycle }: StoredEvent) => lifecycle ?? "" }]),
  ];
  const attribute = (name: string): Column => ({
    name,
    of: (_, { attributes }) => attributes.findLast((each) => each.name === name)?.value ?? "",
  });
  if (csv !== null) return csv.header.map((name) => own.find((column) => column.name === name) ?? attribute(name));
  const ofCase = (await seenAttributes(log, "object")).filter(({ of }) => of === caseType).map(({ name }) => name);
  const ofEvent = (await seenAttributes(log, "event")).map(({ name }) => name);
  return [
    ...own,
    ...[...new Set(ofCase)].map((name) => ({
      name: `case:${name}`,
      of: ({ attributes }: Trace) => attributes.findLast((each) => each.name === name)?.value ?? "",
    })),
    ...[...new Set(ofEvent)].filter((name) => !own.some((column) => column.name === name)).map(attribute),
  ];
}

async function has(log: LogReader, column: "resource" | "lifecycle"): Promise<boolean> {
  const [row] = await log.rows(`SELECT 1 FROM event WHERE ${column} IS NOT NULL LIMIT 1`);
  return row !== undefined || log.about.csv !== null;
}

function line(fields: readonly string[]): string {
  return `${fields.map(quoted).join(",")}\r\n`;
}

function quoted(field: string): string {
  return /[",\r\n;\t|]/u.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
