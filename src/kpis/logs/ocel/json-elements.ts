/** One element of a top-level array of a JSON document. */
export interface JsonElement {
  /** The array's name. */
  readonly list: string;
  readonly text: string;
  /** The line it begins in, from 1. */
  readonly line: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const OPENING = new Set([123, 91]);
const CLOSING = new Set([125, 93]);

/** Cuts the elements out of `{"events": [{…}, {…}], …}` without holding the document. Text comes in pieces. */
export class JsonElements {
  readonly #element: (element: JsonElement) => void;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #line = 1;
  /** The last text at the top level, which names what follows. */
  #name = "";
  #naming = false;
  /** The element being read. */
  #parts: string[] | null = null;
  #partLine = 1;

  constructor(element: (element: JsonElement) => void) {
    this.#element = element;
  }

  push(text: string): void {
    let from = 0;
    let nameFrom = 0;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code === NEWLINE) this.#line += 1;
      if (this.#inText) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) {
          this.#inText = false;
          if (this.#naming) this.#name += text.slice(nameFrom, i);
          this.#naming = false;
        }
      } else if (code === QUOTE) {
        this.#inText = true;
        if (this.#depth === 1) {
          this.#naming = true;
          this.#name = "";
          nameFrom = i + 1;
        }
      } else if (OPENING.has(code)) {
        this.#depth += 1;
        if (this.#depth === 3 && this.#parts === null) {
          this.#parts = [];
          this.#partLine = this.#line;
          from = i;
        }
      } else if (CLOSING.has(code)) {
        this.#depth -= 1;
        if (this.#depth === 2 && this.#parts !== null) {
          this.#parts.push(text.slice(from, i + 1));
          this.#element({ list: this.#name, text: this.#parts.join(""), line: this.#partLine });
          this.#parts = null;
        }
      }
    }
    if (this.#naming) this.#name += text.slice(nameFrom);
    this.#parts?.push(text.slice(from));
  }

  /** Where the document broke off: the line its last element began in; null when it is whole. */
  end(): number | null {
    if (this.#parts !== null) return this.#partLine;
    return this.#depth === 0 && !this.#inText ? null : this.#line;
  }
}
