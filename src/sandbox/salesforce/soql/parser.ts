import type { Condition, Expression, Literal, Operand, Operator, OrderItem, SelectItem, Statement } from "./ast.ts";
import { malformed } from "./syntax-error.ts";
import { TokenReader } from "./token-reader.ts";

const CLAUSES = new Set([
  "WHERE",
  "GROUP",
  "HAVING",
  "ORDER",
  "LIMIT",
  "OFFSET",
  "FOR",
  "WITH",
  "USING",
  "ALL",
  "FROM",
]);
const LONGEST = 100_000;

/**
 * Parses a SOQL statement (reference salesforce.md §13).
 *
 * @throws SalesforceError MALFORMED_QUERY with the place of the first token that does not fit.
 */
export function parseStatement(query: string): Statement {
  if (query.length > LONGEST) {
    throw malformed(query.slice(0, 40), 0, `SOQL statements cannot be longer than ${String(LONGEST)} characters.`);
  }
  const reader = new TokenReader(query);
  const statement = parseSelect(reader, false);
  if (reader.peek().kind !== "end") throw reader.unexpected();
  return statement;
}

/** Parses one SELECT; `nested` ones stop at their closing parenthesis. */
function parseSelect(reader: TokenReader, nested: boolean): Statement {
  reader.expect("SELECT");
  const select: SelectItem[] = [];
  do select.push(parseSelectItem(reader, nested));
  while (reader.take(","));
  reader.expect("FROM");
  const object = reader.name();
  reader.take("AS");
  const alias =
    reader.peek().kind === "name" && !CLAUSES.has(reader.peek().text.toUpperCase()) ? reader.next().text : null;
  const aliases = parseAliases(reader);
  if (reader.take("USING")) {
    reader.expect("SCOPE");
    reader.name();
  }
  const where = reader.take("WHERE") ? parseCondition(reader) : null;
  if (reader.take("WITH") && !reader.take("SECURITY_ENFORCED") && !reader.take("USER_MODE")) {
    throw reader.unexpected();
  }
  const groupBy: Expression[] = [];
  if (reader.take("GROUP")) {
    reader.expect("BY");
    do groupBy.push(parseExpression(reader));
    while (reader.take(","));
  }
  const having = reader.take("HAVING") ? parseCondition(reader) : null;
  const orderBy: OrderItem[] = [];
  if (reader.take("ORDER")) {
    reader.expect("BY");
    do orderBy.push(parseOrder(reader));
    while (reader.take(","));
  }
  const limit = reader.take("LIMIT") ? reader.integer().value : null;
  const offset = reader.take("OFFSET") ? reader.integer() : null;
  if (reader.take("ALL")) reader.expect("ROWS");
  if (reader.take("FOR") && !["VIEW", "REFERENCE", "UPDATE"].some((each) => reader.take(each))) {
    throw reader.unexpected();
  }
  return {
    select,
    from: { name: object.text, alias, offset: object.offset },
    aliases,
    where,
    groupBy,
    having,
    orderBy,
    limit,
    offset: offset?.value ?? null,
    offsetAt: offset?.offset ?? 0,
  };
}

/** Parses `, c.Account a, a.Owner o` after the object. */
function parseAliases(reader: TokenReader): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  while (reader.take(",")) {
    const [first = "", ...rest] = reader.name().text.split(".");
    const through = aliases.get(first.toLowerCase());
    const path = [...(through === undefined ? [] : [through]), ...rest].join(".");
    reader.take("AS");
    aliases.set(reader.name().text.toLowerCase(), path);
  }
  return aliases;
}

function parseTypeOf(reader: TokenReader): SelectItem {
  const { offset } = reader.next();
  const path = reader.name().text;
  const names = (): string[] => {
    const found: string[] = [];
    do found.push(reader.name().text);
    while (reader.take(","));
    return found;
  };
  const branches: { object: string; fields: string[] }[] = [];
  while (reader.take("WHEN")) {
    const object = reader.name().text;
    reader.expect("THEN");
    branches.push({ object, fields: names() });
  }
  if (branches.length === 0) throw reader.unexpected();
  const otherwise = reader.take("ELSE") ? names() : [];
  reader.expect("END");
  return { kind: "typeof", path, branches, otherwise, offset };
}

function parseSelectItem(reader: TokenReader, nested: boolean): SelectItem {
  if (reader.at("(")) {
    if (nested) throw reader.unexpected();
    reader.next();
    const statement = parseSelect(reader, true);
    reader.expect(")");
    return { kind: "children", statement };
  }
  if (reader.at("FIELDS") && reader.at("(", 1)) {
    const { offset } = reader.next();
    reader.expect("(");
    const which = reader.name().text.toLowerCase();
    reader.expect(")");
    if (which !== "all" && which !== "standard" && which !== "custom") throw reader.unexpected();
    return { kind: "fields", which, offset };
  }
  if (reader.at("TYPEOF") && reader.peek(1).kind === "name") return parseTypeOf(reader);
  const expression = parseExpression(reader);
  const token = reader.peek();
  const alias = token.kind === "name" && token.text.toUpperCase() !== "FROM" ? reader.next().text : null;
  return { kind: "expression", expression, alias };
}

/** Parses a field path or a function call. */
function parseExpression(reader: TokenReader): Expression {
  const name = reader.name();
  if (CLAUSES.has(name.text.toUpperCase()) && !reader.at("(")) throw reader.unexpected(name);
  if (!reader.take("(")) return { kind: "field", path: name.text, offset: name.offset };
  const argument = reader.at(")") ? null : parseExpression(reader);
  reader.expect(")");
  return { kind: "call", name: name.text.toUpperCase(), argument, offset: name.offset };
}

function parseOrder(reader: TokenReader): OrderItem {
  const expression = parseExpression(reader);
  const descending = reader.take("DESC");
  if (!descending) reader.take("ASC");
  let nullsLast = false;
  if (reader.take("NULLS")) {
    nullsLast = reader.take("LAST");
    if (!nullsLast) reader.expect("FIRST");
  }
  return { expression, descending, nullsLast };
}

const SYMBOLS: Readonly<Record<string, Operator>> = {
  "=": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** Parses what follows WHERE or HAVING; AND and OR side by side need parentheses (reference salesforce.md §13). */
function parseCondition(reader: TokenReader): Condition {
  const first = parseUnary(reader);
  const kind = reader.at("AND") ? "and" : reader.at("OR") ? "or" : null;
  if (kind === null) return first;
  const parts = [first];
  const [own, other] = kind === "and" ? ["AND", "OR"] : ["OR", "AND"];
  while (reader.take(own)) parts.push(parseUnary(reader));
  if (reader.at(other)) throw reader.unexpected();
  return { kind, parts };
}

function parseUnary(reader: TokenReader): Condition {
  if (reader.take("NOT")) return { kind: "not", part: parseUnary(reader) };
  if (reader.take("(")) {
    const inner = parseCondition(reader);
    reader.expect(")");
    return inner;
  }
  const left = parseExpression(reader);
  const { offset } = reader.peek();
  const operator = parseOperator(reader);
  return { kind: "compare", left, operator, right: parseOperand(reader, operator), offset };
}

function parseOperator(reader: TokenReader): Operator {
  const token = reader.peek();
  const symbol = token.kind === "symbol" ? SYMBOLS[token.text] : undefined;
  if (symbol !== undefined) {
    reader.next();
    return symbol;
  }
  if (reader.take("LIKE")) return "LIKE";
  if (reader.take("IN")) return "IN";
  if (reader.take("INCLUDES")) return "INCLUDES";
  if (reader.take("EXCLUDES")) return "EXCLUDES";
  if (reader.take("NOT")) {
    reader.expect("IN");
    return "NOT IN";
  }
  throw reader.unexpected();
}

function parseOperand(reader: TokenReader, operator: Operator): Operand {
  const membership = operator === "IN" || operator === "NOT IN";
  if (!membership && operator !== "INCLUDES" && operator !== "EXCLUDES") return parseLiteral(reader);
  const { offset } = reader.peek();
  reader.expect("(");
  if (membership && reader.at("SELECT")) {
    const statement = parseSelect(reader, true);
    reader.expect(")");
    return { kind: "query", statement, offset };
  }
  const items: Literal[] = [];
  do items.push(parseLiteral(reader));
  while (reader.take(","));
  reader.expect(")");
  return { kind: "list", items, offset };
}

function parseLiteral(reader: TokenReader): Literal {
  const token = reader.next();
  const { offset } = token;
  switch (token.kind) {
    case "string":
      return { kind: "string", text: token.text, pattern: token.pattern, offset };
    case "number":
      return { kind: "number", value: Number(token.text), offset };
    case "date":
    case "datetime":
    case "time":
      return { kind: token.kind, text: token.text, offset };
    case "name": {
      const word = token.text.toUpperCase();
      if (word === "TRUE" || word === "FALSE") return { kind: "boolean", value: word === "TRUE", offset };
      if (word === "NULL") return { kind: "null", offset };
      const currency = /^[A-Z]{3}(\d+)$/u.exec(word);
      if (currency !== null) return { kind: "number", value: Number(currency[1]), offset };
      if (!/^(?:YESTERDAY|TODAY|TOMORROW|(?:LAST|THIS|NEXT|N)_[A-Z0-9_]+)$/u.test(word)) throw reader.unexpected(token);
      const n = reader.take(":") ? reader.integer().value : null;
      return { kind: "period", name: word, n, offset };
    }
    case "symbol":
    case "end":
      throw reader.unexpected(token);
    default:
      throw reader.unexpected(token);
  }
}
