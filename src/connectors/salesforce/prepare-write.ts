import { HubError } from "../../model/index.ts";
import type { CreateCommand, UpdateCommand } from "../kit/index.ts";
import { accountsOf } from "./assignees.ts";
import type { Describe } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import type { Descriptions } from "./descriptions.ts";
import { assignmentsIn, bodyOf } from "./written-values.ts";
import type { Body } from "./written-values.ts";

/** What all writes of a connection need. */
export interface WriterParts {
  readonly client: SalesforceClient;
  readonly descriptions: Descriptions;
}

/** The body of a creation; a `template` names the record type. Errors: HUB-1250, HUB-1305, HUB-1306, HUB-1324. */
export async function creationBody(parts: WriterParts, command: CreateCommand, signal: AbortSignal): Promise<Body> {
  const { stream } = command;
  const described = await parts.descriptions.get(stream, signal);
  const fields = typedFields(command, described);
  const accounts = await accountsOf(parts.client, assignmentsIn(stream, fields), signal);
  return bodyOf(described, fields, accounts, "create");
}

/** The fields with the record type that a `template` names, unless it names the object itself. */
export function typedFields(
  { template, fields }: Pick<CreateCommand, "template" | "fields">,
  described: Describe,
): CreateCommand["fields"] {
  const own = [described.name, described.label].map((name) => name.toLowerCase());
  const typed = template !== undefined && template !== "" && !own.includes(template.toLowerCase());
  return typed ? { RecordType: template, ...fields } : fields;
}

/** The body of a change. Errors: HUB-1250, HUB-1305, HUB-1306, HUB-1324. */
export async function changeBody(parts: WriterParts, command: UpdateCommand, signal: AbortSignal): Promise<Body> {
  const described = await parts.descriptions.get(command.stream, signal);
  const accounts = await accountsOf(parts.client, assignmentsIn(command.stream, command.fields), signal);
  return bodyOf(described, command.fields, accounts, "update");
}

/** A body, or why there is none: one bad command of many stops no other. */
export type Prepared =
  { readonly body: Body; readonly error?: undefined } | { readonly error: HubError; readonly body?: undefined };

export async function prepared(body: Promise<Body>): Promise<Prepared> {
  try {
    return { body: await body };
  } catch (error) {
    if (error instanceof HubError && error.disposition === "skip-record") return { error };
    throw error;
  }
}
