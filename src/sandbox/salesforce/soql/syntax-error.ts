import { SalesforceError } from "../errors.ts";

const AROUND = 60;

/** The caret block SOQL errors begin with: the line at fault, a caret under the place, row and column (reference §4). */
function caret(query: string, offset: number): string {
  const before = query.slice(0, offset);
  const row = before.split("\n").length;
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = query.indexOf("\n", offset);
  const from = Math.max(lineStart, offset - AROUND);
  const line = query.slice(from, Math.min(lineEnd === -1 ? query.length : lineEnd, offset + AROUND));
  const column = offset - lineStart + 1;
  return `\n${line}\n${" ".repeat(offset - from)}^\nERROR at Row:${String(row)}:Column:${String(column)}\n`;
}

/** 400 MALFORMED_QUERY at a place in the statement. */
export function malformed(query: string, offset: number, message: string): SalesforceError {
  return new SalesforceError(400, "MALFORMED_QUERY", caret(query, offset) + message);
}

/** 400 INVALID_FIELD at a place in the statement. */
export function invalidField(query: string, offset: number, message: string): SalesforceError {
  return new SalesforceError(400, "INVALID_FIELD", caret(query, offset) + message);
}

export function noSuchColumn(query: string, offset: number, column: string, entity: string): SalesforceError {
  return invalidField(
    query,
    offset,
    `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append `
      + `the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

export function noSuchRelation(query: string, offset: number, relation: string): SalesforceError {
  return invalidField(
    query,
    offset,
    `Didn't understand relationship '${relation}' in field path. If you are attempting to use a custom relationship, `
      + `be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call `
      + `for the appropriate names.`,
  );
}

/** 400 INVALID_TYPE for an object the org does not have. */
export function unknownType(query: string, offset: number, name: string): SalesforceError {
  return new SalesforceError(
    400,
    "INVALID_TYPE",
    caret(query, offset)
      + `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the `
      + `'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

/** 400 INVALID_QUERY_FILTER_OPERATOR at a place in the statement. */
export function invalidOperator(query: string, offset: number, message = "invalid operator"): SalesforceError {
  return new SalesforceError(400, "INVALID_QUERY_FILTER_OPERATOR", caret(query, offset) + message);
}
