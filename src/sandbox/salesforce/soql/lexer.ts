import { malformed } from "./syntax-error.ts";

export type TokenKind = "name" | "string" | "number" | "date" | "datetime" | "time" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Names keep their dots (`Owner.Name`), strings are unescaped for `text` and raw for `pattern`. */
  readonly text: string;
  /** Strings only: the text with `\%` and `\_` still escaped, as LIKE needs it. */
  readonly pattern: string;
  readonly offset: number;
}

const NAME = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/uy;
const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/uy;
const TIME = /\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/uy;
const DAY = /\d{4}-\d{2}-\d{2}(?![\dT])/uy;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const SYMBOL = /<=|>=|!=|<>|[=<>(),:]/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  N: "\n",
  r: "\r",
  R: "\r",
  t: "\t",
  T: "\t",
  b: "\b",
  B: "\b",
  f: "\f",
  F: "\f",
  "\\": "\\",
  "'": "'",
  '"': '"',
  _: "_",
  "%": "%",
};

function match(expression: RegExp, text: string, at: number): string | null {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? null;
}

function readString(query: string, start: number): { readonly token: Token; readonly end: number } {
  let text = "";
  let pattern = "";
  let at = start + 1;
  for (;;) {
    const character = query[at];
    if (character === undefined) throw malformed(query, start, `unexpected token: '''`);
    if (character === "'") break;
    if (character !== "\\") {
      text += character;
      pattern += character;
      at += 1;
      continue;
    }
    const next = query[at + 1] ?? "";
    const plain = ESCAPES[next];
    if (plain === undefined) {
      throw malformed(query, at, `Illegal string literal in query string '\\${next}'`);
    }
    text += plain;
    pattern += next === "%" || next === "_" || next === "\\" ? `\\${next}` : plain;
    at += 2;
  }
  return { token: { kind: "string", text, pattern, offset: start }, end: at + 1 };
}

const PLAIN: readonly (readonly [TokenKind, RegExp])[] = [
  ["name", NAME],
  ["datetime", INSTANT],
  ["date", DAY],
  ["time", TIME],
  ["symbol", SYMBOL],
  ["number", NUMBER],
];

/** Cuts a statement into tokens; the last one is always `end`. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const character = query.charAt(at);
    if (/\s/u.test(character)) {
      at += 1;
      continue;
    }
    if (character === "'") {
      const { token, end } = readString(query, at);
      tokens.push(token);
      at = end;
      continue;
    }
    let found: Token | null = null;
    for (const [kind, expression] of PLAIN) {
      const text = match(expression, query, at);
      if (text === null) continue;
      found = { kind, text, pattern: text, offset: at };
      break;
    }
    if (found === null) throw malformed(query, at, `unexpected token: '${character}'`);
    tokens.push(found);
    at += found.text.length;
  }
  tokens.push({ kind: "end", text: "<EOF>", pattern: "", offset: query.length });
  return tokens;
}
