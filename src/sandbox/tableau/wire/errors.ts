import { element, textElement } from "./element.ts";
import type { Element } from "./element.ts";

/** A refusal in Tableau's own words; the status is the first three digits of the code (reference §1.6). */
export class TableauError extends Error {
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, summary: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${code}: ${summary}: ${detail}`);
    this.code = code;
    this.summary = summary;
    this.detail = detail;
    this.headers = headers;
  }

  get status(): number {
    return Number(this.code.slice(0, 3));
  }
}

export function errorElement(error: TableauError): Element {
  return element("error", { code: error.code }, [
    textElement("summary", error.summary),
    textElement("detail", error.detail),
  ]);
}

export function badRequest(detail: string): TableauError {
  return new TableauError("400000", "Bad Request", detail);
}

export function malformedBody(detail: string): TableauError {
  return new TableauError("400003", "Bad Request", detail);
}

export function publishFailed(detail: string): TableauError {
  return new TableauError("400011", "Bad Request", `There was a problem publishing the file. ${detail}`);
}

/** @param code 404004 data source, 404005 project, 404007 upload, 404002 user, 404000 anything else. */
export function notFound(code: string, what: string): TableauError {
  return new TableauError(code, "Resource Not Found", `${what} could not be found.`);
}

export function invalidToken(): TableauError {
  return new TableauError("401002", "Unauthorized Access", "Invalid authentication credentials were provided.");
}

export function nameExists(kind: string, name: string): TableauError {
  return new TableauError(
    "403007",
    "Forbidden",
    `A ${kind} named '${name}' already exists. To replace it, set the overwrite parameter to true.`,
  );
}
