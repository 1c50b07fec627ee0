import type { Configuration } from "../../configuration/index.ts";
import { writeBack } from "../../mappings/index.ts";
import { canonicalJson, hashText, HubError, parseRecordKey } from "../../model/index.ts";
import type { Approval, Canonical, Operation } from "../../model/index.ts";
import { wantedOf } from "./values.ts";

/** An operation in the words of the system it is written to. */
export interface Command {
  readonly stream: string;
  readonly fields: Readonly<Record<string, Canonical>>;
  /** The attributes those fields are read back as. */
  readonly attributes: readonly string[];
  readonly template: string | null;
}

/** Which of an operation's words speak to the write face and not to the record. */
const TEMPLATE = "template";

/**
 * Turns an operation's attributes into fields of the stream that its object is mapped from.
 * @throws HubError HUB-2622 when no mapping says how: nothing is sent then.
 */
export function commandOf(
  { mappingFiles }: Pick<Configuration, "mappingFiles">,
  operation: Pick<Operation, "action" | "connection" | "objectType" | "targetKey" | "field" | "after">,
): Command {
  const { connection, objectType, targetKey } = operation;
  const key = targetKey === null ? undefined : parseRecordKey(targetKey);
  const part = key?.id.split("#")[1] ?? null;
  const fitting = mappingFiles.filter(
    ({ mapping }) =>
      mapping.connection === connection
      && mapping.objectType === objectType
      && (key === undefined || (mapping.stream === key.stream && mapping.part === part)),
  );
  const wanted = wantedOf(operation);
  const slips: string[] = [];
  for (const { mapping, file } of fitting) {
    const { [TEMPLATE]: template, ...rest } = wanted;
    const named = operation.action === "create" && typeof template === "string";
    // A template is also an attribute where the mapping reads it from the record.
    const attributes = named && file.fields[TEMPLATE] === undefined ? rest : wanted;
    const back = writeBack(file, attributes);
    if (back.refused.length === 0) {
      const { fields, attributes: written } = back;
      return { stream: mapping.stream, fields, attributes: written, template: named ? template : null };
    }
    slips.push(...back.refused.map(({ attribute, why }) => `${attribute}: ${why}`));
  }
  throw new HubError(
    "HUB-2622",
    `The ${objectType} cannot be written: ${slips.length === 0 ? "no mapping of the connection makes one" : slips.join("; ")}.`,
    {
      disposition: "skip-record",
      place: { connection, ...(targetKey === null ? {} : { record: targetKey }) },
      remedy: "Let the mapping read each attribute of the contract's fields from a field of its own.",
    },
  );
}

/** The record a targetKey names; the part of a second object of it is left out. */
export function recordOf(targetKey: string): { readonly stream: string; readonly id: string } {
  const key = parseRecordKey(targetKey);
  if (key === undefined) throw new TypeError(`"${targetKey}" names no record.`);
  return { stream: key.stream, id: key.id.replace(/#[^#]*$/u, "") };
}

/** Repeated for every try under one approval (reference §3.5); another approval means another write. */
export function idempotencyKey({ handoffId, action, targetKey, field, after }: Operation, { id }: Approval): string {
  return hashText(canonicalJson([handoffId, action, targetKey, field, after, id]));
}
