import type { Credential } from "./auth.ts";
import { shown } from "./shown.ts";
import type { Actor } from "./rows.ts";
import { badRequest } from "./errors.ts";
import type { Selection, Json } from "./selection.ts";
import type { View } from "./view.ts";
import type { World } from "./world.ts";

/** One API call, whether it came over HTTP, in a batch or from the control routes. */
export interface Call {
  readonly world: World;
  readonly method: string;
  /** Path below `/api/1.0`, undecoded, for `next_page.path`. */
  readonly path: string;
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly data: Readonly<Record<string, unknown>>;
  /** The selection asked for, or null for the endpoint's own form. */
  readonly selection: Selection | null;
  readonly actor: Actor;
  /** Whose eyes the answer is for. */
  readonly view: View;
  readonly credential: Credential;
  /** `http://host:port/api/1.0` as the client addressed it. */
  readonly base: string;
  /** The token, for limits. */
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

export function ok(data: Json | readonly Json[]): Answer {
  return { status: 200, body: { data } };
}

export function empty(): Answer {
  return { status: 200, body: { data: {} } };
}

/** The nth `{gid}` of the path. */
export function param(call: Call, index = 0): string {
  return call.params[index] ?? "";
}

/** A body value that must be a string. Errors: 400 when missing or of another type. */
export function requiredText(data: Readonly<Record<string, unknown>>, name: string): string {
  const value = data[name];
  if (value === undefined || value === null || value === "") throw badRequest(`${name}: Missing input`);
  if (typeof value !== "string") throw badRequest(`${name}: Not a valid GID type: ${typeof value}`);
  return value;
}

/** A body value that may be a string or absent. */
export function optionalText(data: Readonly<Record<string, unknown>>, name: string): string | null | undefined {
  const value = data[name];
  if (value === undefined || value === null) return value;
  if (typeof value !== "string") throw badRequest(`${name}: Not a valid string: ${typeof value}`);
  return value;
}

export function optionalBoolean(data: Readonly<Record<string, unknown>>, name: string): boolean | undefined {
  const value = data[name];
  if (value === undefined) return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw badRequest(`${name}: Not a boolean: ${shown(value)}`);
}

/** A body value that is a list of texts, or one text with commas as forms send it. Errors: 400. */
export function textList(data: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = data[name];
  if (value === undefined || value === null || value === "") throw badRequest(`${name}: Missing input`);
  if (typeof value === "string") return value.split(",").map((one) => one.trim());
  if (!Array.isArray(value)) throw badRequest(`${name}: Value is not an array`);
  return value.map(shown);
}

/** A day or null. Errors: 400 as the service words it. */
export function optionalDay(data: Readonly<Record<string, unknown>>, name: string): string | null | undefined {
  const value = optionalText(data, name);
  if (value === undefined || value === null) return value;
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(value) || Number.isNaN(Date.parse(value)))
    throw badRequest(`${name}: Date must be in ISO-8601 (yyyy-mm-dd) format, not: ${value}`);
  return value;
}
