import type { SalesforceError } from "../errors.ts";
import { tokenize } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import { malformed } from "./syntax-error.ts";

/** Walks over the tokens of a statement; keywords are matched whatever their casing. */
export class TokenReader {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(query: string) {
    this.query = query;
    this.#tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new TypeError("a statement has no end token");
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Whether the next token (or the one after) is this keyword or symbol. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === "symbol") return token.text === text;
    return token.kind === "name" && token.text.toUpperCase() === text;
  }

  /** Takes the token when it is this keyword or symbol. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  name(): Token {
    if (this.peek().kind !== "name") throw this.unexpected();
    return this.next();
  }

  integer(): { readonly value: number; readonly offset: number } {
    const token = this.peek();
    if (token.kind !== "number" || !/^\d+$/u.test(token.text)) throw this.unexpected();
    this.next();
    return { value: Number(token.text), offset: token.offset };
  }

  unexpected(token: Token = this.peek()): SalesforceError {
    return malformed(this.query, token.offset, `unexpected token: '${token.text}'`);
  }
}
