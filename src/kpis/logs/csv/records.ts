/** One record of a CSV file. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line it begins in, from 1. */
  readonly line: number;
}

/** A record that cannot be read, with why. */
export interface CsvTrouble {
  readonly line: number;
  readonly why: string;
}

/** A quoted field that goes on for longer than this was never closed. */
const LONGEST_FIELD = 1_000_000;

/**
 * Splits CSV text (RFC 4180, with any one-character delimiter) into records. Text comes in pieces through `push`; a quote
 * that is never closed costs its own line only.
 */
export class CsvRecords {
  readonly #delimiter: string;
  readonly #record: (record: CsvRecord) => void;
  readonly #trouble: (trouble: CsvTrouble) => void;
  #text = "";
  #line = 1;

  constructor(delimiter: string, record: (record: CsvRecord) => void, trouble: (trouble: CsvTrouble) => void) {
    this.#delimiter = delimiter;
    this.#record = record;
    this.#trouble = trouble;
  }

  push(text: string): void {
    this.#text += text;
    this.#drain(false);
  }

  end(): void {
    this.#drain(true);
  }

  #drain(final: boolean): void {
    const text = this.#text;
    let from = 0;
    for (;;) {
      const next = this.#take(text, from, final);
      if (next === null) break;
      from = next;
    }
    this.#text = text.slice(from);
  }

  /** Reads the record that begins at `from` and returns where the next one does; null when more text is needed. */
  #take(text: string, from: number, final: boolean): number | null {
    if (from >= text.length) return null;
    const newline = text.indexOf("\n", from);
    if (newline < 0 && !final) return null;
    const lineEnd = newline < 0 ? text.length : newline;
    const quote = text.indexOf('"', from);
    const line = this.#line;
    if (quote < 0 || quote > lineEnd) {
      this.#line += 1;
      const content = text.slice(from, text[lineEnd - 1] === "\r" && lineEnd > from ? lineEnd - 1 : lineEnd);
      if (content !== "") this.#record({ fields: content.split(this.#delimiter), line });
      return lineEnd + 1;
    }
    const quoted = this.#quoted(text, from);
    if (typeof quoted === "object") {
      this.#line += quoted.lines;
      this.#record({ fields: quoted.fields, line });
      return quoted.end;
    }
    if (quoted === "more" && !final && text.length - from < LONGEST_FIELD) return null;
    this.#line += 1;
    const why = quoted === "more" ? "a quote is never closed" : "text follows a closing quote";
    this.#trouble({ line, why });
    return lineEnd + 1;
  }

  #quoted(text: string, from: number): { fields: string[]; end: number; lines: number } | "more" | "after quote" {
    const delimiter = this.#delimiter;
    const fields: string[] = [];
    let lines = 1;
    let at = from;
    for (;;) {
      if (text[at] === '"') {
        let field = "";
        let begin = at + 1;
        for (;;) {
          const close = text.indexOf('"', begin);
          if (close < 0) return "more";
          field += text.slice(begin, close);
          if (text[close + 1] === '"') {
            field += '"';
            begin = close + 2;
            continue;
          }
          at = close + 1;
          break;
        }
        lines += field.split("\n").length - 1;
        fields.push(field);
        if (text[at] === "\r" && (text[at + 1] === "\n" || at + 1 >= text.length)) at += 1;
        if (at >= text.length || text[at] === "\n") return { fields, end: at + 1, lines };
        if (text[at] !== delimiter) return "after quote";
        at += 1;
      } else {
        const newline = text.indexOf("\n", at);
        const end = newline < 0 ? text.length : newline;
        const comma = text.indexOf(delimiter, at);
        if (comma >= 0 && comma < end) {
          fields.push(text.slice(at, comma));
          at = comma + 1;
        } else {
          fields.push(text.slice(at, text[end - 1] === "\r" && end > at ? end - 1 : end));
          return { fields, end: end + 1, lines };
        }
      }
    }
  }
}
