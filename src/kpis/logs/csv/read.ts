import { HubError } from "../../../model/index.ts";
import type { LogAbout } from "../about.ts";
import type { LogAttribute, LogSink } from "../log.ts";
import { dateOrderOf, readMoment } from "../moment.ts";
import type { DateOrder, TimeReading } from "../moment.ts";
import { readText, UNREADABLE } from "../read-text.ts";
import { emptyFile, notReadable, timeProblem, unusable } from "../trouble.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { chooseColumns } from "./columns.ts";
import { CsvRecords } from "./records.ts";
import type { CsvRecord, CsvTrouble } from "./records.ts";

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Records looked at before it is decided whether dates begin with the day or the month. */
const SAMPLE = 5000;

/**
 * Reads a CSV file as a log written case by case. Columns that are none of the five become attributes of the event.
 * @throws HubError HUB-2401 for an unreadable or empty file, HUB-2402 for columns, HUB-2405 without a zone for local
 *   times, HUB-2413 when days and months cannot be told apart
 */
export async function readCsv(
  file: string,
  options: ReadLogOptions,
  sink: LogSink,
): Promise<NonNullable<LogAbout["csv"]>> {
  const start: Start = { head: "", rows: null };
  for await (const piece of readText(file, options.encoding)) {
    if (start.rows === null) {
      start.head += piece;
      if (!start.head.includes("\n") && start.head.length < 1_000_000) continue;
      start.rows = begin(start.head, file, options, sink);
    } else start.rows.push(piece);
  }
  start.rows ??= begin(start.head, file, options, sink);
  return start.rows.end();
}

interface Start {
  head: string;
  rows: Rows | null;
}

function begin(head: string, file: string, options: ReadLogOptions, sink: LogSink): Rows {
  const text = head.startsWith("\uFEFF") ? head.slice(1) : head;
  const rows = new Rows(file, delimiterOf(text), options, sink);
  rows.push(text);
  return rows;
}

/** The delimiter that splits the first line into most columns. */
function delimiterOf(text: string): string {
  const [line = ""] = text.split("\n", 1);
  const bare = line.replaceAll(/"(?:[^"]|"")*"/gu, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

class Rows {
  readonly #file: string;
  readonly #delimiter: string;
  readonly #options: ReadLogOptions;
  readonly #sink: LogSink;
  readonly #records: CsvRecords;
  #layout: Layout | null = null;
  /** Rows waiting for the sample to be complete; null afterwards. */
  #waiting: (CsvRecord | CsvTrouble)[] | null = [];
  #order: DateOrder | null = null;

  constructor(file: string, delimiter: string, options: ReadLogOptions, sink: LogSink) {
    this.#file = file;
    this.#delimiter = delimiter;
    this.#options = options;
    this.#sink = sink;
    const take = (row: CsvRecord | CsvTrouble): void => this.#take(row);
    this.#records = new CsvRecords(delimiter, take, take);
  }

  push(text: string): void {
    this.#records.push(text);
  }

  end(): NonNullable<LogAbout["csv"]> {
    this.#records.end();
    const layout = this.#layout;
    if (layout === null) {
      throw emptyFile(this.#file);
    }
    this.#decide(layout);
    const { columns, guessed } = layout.chosen;
    return {
      columns,
      guessed: [...guessed],
      header: [...layout.header],
      delimiter: this.#delimiter,
      dateOrder: this.#order,
    };
  }

  #take(row: CsvRecord | CsvTrouble): void {
    const layout = this.#layout;
    if (layout === null) {
      if ("why" in row) throw headerError(this.#file, row.why);
      if (row.fields.some((field) => field.includes(UNREADABLE))) throw notText(this.#file);
      this.#layout = layoutOf(row.fields, this.#options, this.#file);
    } else if (this.#waiting === null) this.#row(row, layout);
    else {
      this.#waiting.push(row);
      if (this.#waiting.length >= SAMPLE) this.#decide(layout);
    }
  }

  #decide(layout: Layout): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    const times = waiting.flatMap((row) => ("fields" in row ? [row.fields[layout.time] ?? ""] : []));
    this.#order = this.#options.dateOrder ?? dateOrderOf(times);
    for (const row of waiting) this.#row(row, layout);
  }

  #row(row: CsvRecord | CsvTrouble, layout: Layout): void {
    const reject = (why: string): void => this.#sink.problem(unusable(why, this.#file, row.line));
    if ("why" in row) return reject(`${row.why}.`);
    const { fields, line } = row;
    if (fields.some((field) => field.includes(UNREADABLE))) return this.#sink.problem(notReadable(this.#file, line));
    if (fields.length !== layout.header.length) {
      return reject(`It has ${count(fields.length, "field")}, the header has ${layout.header.length}.`);
    }
    const caseId = fields[layout.case]?.trim() ?? "";
    if (caseId === "") return reject(`The case ("${layout.chosen.columns.case}") is empty.`);
    const activity = fields[layout.activity]?.trim() ?? "";
    if (activity === "") return reject(`The activity ("${layout.chosen.columns.activity}") is empty.`);
    const written = fields[layout.time] ?? "";
    const reading: TimeReading = { zone: this.#options.zone, order: this.#order };
    const at = readMoment(written, reading);
    if (typeof at === "string") return this.#sink.problem(timeProblem(at, written, this.#file, line));
    const attributes: LogAttribute[] = [];
    for (const index of layout.others) {
      const value = fields[index] ?? "";
      if (value !== "") attributes.push({ name: layout.header[index] ?? "", type: "string", value });
    }
    const resource = textAt(fields, layout.resource);
    this.#sink.event({
      id: null,
      caseId,
      activity,
      at,
      resource,
      lifecycle: textAt(fields, layout.lifecycle),
      attributes,
      line,
    });
  }
}

interface Layout {
  readonly header: readonly string[];
  readonly chosen: ReturnType<typeof chooseColumns>;
  readonly case: number;
  readonly activity: number;
  readonly time: number;
  readonly resource: number;
  readonly lifecycle: number;
  readonly others: readonly number[];
}

function layoutOf(fields: readonly string[], options: ReadLogOptions, file: string): Layout {
  const header = fields.map((field, index) => uniqueName(field.trim(), fields, index));
  const chosen = chooseColumns(header, options.columns, file);
  const place = (name: string | null): number => (name === null ? -1 : header.indexOf(name));
  const { columns } = chosen;
  const used = new Set(Object.values(columns).map(place));
  return {
    header,
    chosen,
    case: place(columns.case),
    activity: place(columns.activity),
    time: place(columns.time),
    resource: place(columns.resource),
    lifecycle: place(columns.lifecycle),
    others: header.flatMap((_, index) => (used.has(index) ? [] : [index])),
  };
}

/** Columns without a name, or with that of an earlier one, are told apart by their place. */
function uniqueName(name: string, fields: readonly string[], index: number): string {
  const earlier = fields.slice(0, index).some((other) => other.trim() === name);
  return name === "" || earlier ? `${name === "" ? "column" : name} ${index + 1}` : name;
}

function textAt(fields: readonly string[], index: number): string | null {
  const text = index < 0 ? "" : (fields[index] ?? "");
  return text === "" ? null : text;
}

function notText(file: string): HubError {
  return new HubError("HUB-2414", "The first line has bytes that are not UTF-8.", {
    disposition: "operator",
    place: { file, line: 1 },
    remedy: "Logs are CSV, XES, or OCEL 2.0; name the encoding of a CSV file with --encoding, such as windows-1252.",
  });
}

function headerError(file: string, why: string): HubError {
  return new HubError("HUB-2402", `The first line does not name the columns: ${why}.`, {
    disposition: "operator",
    place: { file, line: 1 },
    remedy: "Mend the first line.",
  });
}

function count(n: number, word: string): string {
  return `${n} ${n === 1 ? word : `${word}s`}`;
}
