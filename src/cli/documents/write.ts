import type { z } from "zod";
import type { Terminal } from "../terminal.ts";

/** Writes the one document of `--json`. The schema names the shape for the compiler; the schemas' tests check real output. */
export function writeDocument<Schema extends z.ZodType>(
  terminal: Terminal,
  _schema: Schema,
  document: z.output<Schema>,
): void {
  terminal.out(`${JSON.stringify(document)}\n`);
}

/** Characters that are gathered before they are written. */
const PIECE = 65_536;

/**
 * As `writeDocument`, for a document with one list of any length: the list stands first, written as it grows, so that it is
 * never held, nor longer than one text may be.
 */
export class ListDocument<Name extends string, Schema extends z.ZodType<Record<Name, readonly unknown[]>>> {
  readonly #terminal: Terminal;
  #text: string;
  #separator = "";

  /** @param _schema names the shape for the compiler */
  constructor(terminal: Terminal, _schema: Schema, name: Name) {
    this.#terminal = terminal;
    this.#text = `{${JSON.stringify(name)}:[`;
  }

  add(part: z.output<Schema>[Name][number]): void {
    this.#text += this.#separator + JSON.stringify(part);
    this.#separator = ",";
    if (this.#text.length >= PIECE) this.#write();
  }

  /** @param rest everything but the list */
  close(rest: Omit<z.output<Schema>, Name>): void {
    this.#text += `],${JSON.stringify(rest).slice(1)}\n`;
    this.#write();
  }

  #write(): void {
    this.#terminal.out(this.#text);
    this.#text = "";
  }
}
