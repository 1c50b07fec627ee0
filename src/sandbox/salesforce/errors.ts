/** One element of a REST error body, in the shape of reference salesforce.md §4. */
export interface ErrorElement {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
}

/** A refusal that becomes an HTTP status with the usual array body, or one entry of a collection's `errors`. */
export class SalesforceError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly string[] | null;
  /** What else the element tells, e.g. `duplicateResult`. */
  readonly detail: Readonly<Record<string, unknown>>;

  /** @param fields names of the fields at fault, for DML-type errors only (they carry `fields` even when empty). */
  constructor(
    status: number,
    code: string,
    message: string,
    fields: readonly string[] | null = null,
    detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.detail = detail;
    this.name = "SalesforceError";
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  /** The element as single-record resources print it. */
  element(): ErrorElement {
    const base = { ...this.detail, message: this.message, errorCode: this.code };
    return this.fields === null ? base : { ...base, fields: this.fields };
  }
}

/** 404 for unknown resources, records and versions (§4). */
export function notFound(message = "The requested resource does not exist"): SalesforceError {
  return new SalesforceError(404, "NOT_FOUND", message);
}

/** 404 for a record in the recycle bin (§4). */
export function entityIsDeleted(): SalesforceError {
  return new SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted", []);
}

/** 405 for a method a resource does not have. */
export function methodNotAllowed(method: string): SalesforceError {
  return new SalesforceError(405, "METHOD_NOT_ALLOWED", `HTTP Method '${method}' not allowed.`);
}

/** 400 for a body that is not the JSON the resource expects. */
export function jsonParserError(message: string): SalesforceError {
  return new SalesforceError(400, "JSON_PARSER_ERROR", message);
}
