/** Text that is no CSV, or that ends within a record. */
export class BrokenCsv extends Error {}

const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The records of CSV text as it comes in pieces (RFC 4180; commas, LF or CRLF). Strict, because a record that is read
 * wrongly would be stored: a quote out of place or a record without its end is an error. By far cheaper than a parser
 * that looks at each byte: quotes are searched for, and what is between them is cut out whole.
 */
export class CsvRecords {
  #rest = "";

  /** The records that are whole by now. @throws BrokenCsv */
  take(text: string): readonly (readonly string[])[] {
    return this.#records(this.#rest + text, false);
  }

  /** The last record, where no line end follows it. @throws BrokenCsv */
  end(): readonly (readonly string[])[] {
    return this.#records(this.#rest, true);
  }

  #records(text: string, isLast: boolean): readonly (readonly string[])[] {
    const records: (readonly string[])[] = [];
    let start = 0;
    while (start < text.length) {
      const record: string[] = [];
      const next = recordAt(text, start, isLast, record);
      if (next === null) break;
      records.push(record);
      start = next;
    }
    this.#rest = text.slice(start);
    if (isLast && this.#rest !== "") throw new BrokenCsv("The CSV text ends within a record.");
    return records;
  }
}

/** Takes a record's fields; returns where the next one begins, null when this one has not come in whole. */
function recordAt(text: string, start: number, isLast: boolean, fields: string[]): number | null {
  for (let at = start; ;) {
    let end: number;
    if (text.charCodeAt(at) === QUOTE) {
      end = closing(text, at);
      if (end < 0) return null;
      const inner = text.slice(at + 1, end);
      fields.push(inner.includes('"') ? inner.replaceAll('""', '"') : inner);
      end += 1;
    } else {
      end = bareEnd(text, at);
      fields.push(text.slice(at, end));
    }
    // Whether a quote here doubles the last one, or LF follows CR, only more text can tell.
    if (end >= text.length) return isLast ? end : null;
    const code = text.charCodeAt(end);
    if (code === COMMA) {
      at = end + 1;
      continue;
    }
    if (code === LINE_FEED) return end + 1;
    if (code === CARRIAGE_RETURN) {
      if (end + 1 >= text.length) return isLast ? end + 1 : null;
      if (text.charCodeAt(end + 1) === LINE_FEED) return end + 2;
    }
    throw new BrokenCsv("The CSV text has a quote or a line end out of place.");
  }
}

/** Where the quote is that closes the one at `open`; negative when it has not come in. */
function closing(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2);
  return at;
}

function bareEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === LINE_FEED || code === CARRIAGE_RETURN) break;
    if (code === QUOTE) throw new BrokenCsv("The CSV text has a quote out of place.");
  }
  return at;
}
