import { z } from "zod";
import { HubError } from "../../model/index.ts";
import { afterPartOfIt, isUnknown } from "../kit/index.ts";
import type { CreateCommand, RetireCommand, UpdateCommand, WriteFace, WriteReceipt } from "../kit/index.ts";
import { parseAnswer, saveAnswer } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import { createMany, updateMany } from "./collections.ts";
import type { Descriptions } from "./descriptions.ts";
import { markerField } from "./markers.ts";
import type { MarkerField } from "./markers.ts";
import { changeBody, creationBody } from "./prepare-write.ts";
import { writeHeaders } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { fieldName } from "./soql.ts";
import { survey } from "./survey.ts";
import { carriers, landed } from "./write-checks.ts";
import type { Body } from "./written-values.ts";

const MOST_TRIES = 4;

/**
 * Writes to business records: creations as upserts on an external id, or after a search where a text field carries the
 * marker; changes only on what was planned on. Where an answer was lost, the record is looked at before anything is sent
 * again; a locked row is tried again. A record is made whole in one call, so that none is ever half made.
 */
export function writeFace(
  client: SalesforceClient,
  descriptions: Descriptions,
  settings: SalesforceSettings,
): WriteFace {
  const parts = { client, descriptions };
  const markerOf = (stream: string, signal: AbortSignal): Promise<MarkerField> =>
    markerField(settings, descriptions, stream, signal);
  const create = async (command: CreateCommand, signal: AbortSignal): Promise<WriteReceipt> => {
    const marker = await markerOf(command.stream, signal);
    const body = await creationBody(parts, command, signal);
    const look = async (): Promise<WriteReceipt | null> => {
      const [found] = await carriers(client, command.stream, marker.name, command.marker, signal);
      return found === undefined ? null : receipt(client, found.id);
    };
    const before = marker.external ? null : await look();
    if (before !== null) return before;
    return persistently(client, signal, look, () => insert(client, settings, marker, command, body, signal));
  };
  const update = async (command: UpdateCommand, signal: AbortSignal): Promise<WriteReceipt> => {
    const { stream, id } = command;
    const body = await changeBody(parts, command, signal);
    const look = async (): Promise<WriteReceipt | null> =>
      (await landed(client, stream, id, body, signal)) ? receipt(client, id) : null;
    return persistently(client, signal, look, () => patch(client, settings, command, body, signal));
  };
  return {
    traits: {
      conditional: true,
      uniqueMarker: Object.keys(settings.markers ?? {}).length === 0,
      // A query sees whatever was committed before it.
      settleMs: 0,
    },
    survey: async (prospect, signal) => {
      const marker = await markerOf(prospect.stream, signal);
      return survey(prospect, await descriptions.get(prospect.stream, signal), marker);
    },
    find: async (stream, marker, signal) =>
      carriers(client, stream, (await markerOf(stream, signal)).name, marker, signal),
    create,
    complete: ({ id }) => Promise.resolve(receipt(client, id)),
    update,
    retire: async (command, signal) => {
      const { stream } = command;
      const marked = settings.externalIds?.[stream] ?? settings.markers?.[stream];
      // Nobody takes it any more for what the hub would create, and the same marker is free for another one.
      const unmarked = marked === undefined ? {} : { [marked]: null };
      const { fields, ...rest } = retirement(settings, command);
      return update({ ...rest, fields: { ...unmarked, ...fields } }, signal);
    },
    createMany: (commands, signal) => createMany({ ...parts, settings, markerOf, create }, commands, signal),
    updateMany: (commands, signal) => updateMany({ ...parts, settings }, commands, signal),
  };
}

/** Sends until it is known what became of it. */
async function persistently(
  client: SalesforceClient,
  signal: AbortSignal,
  look: () => Promise<WriteReceipt | null>,
  send: () => Promise<WriteReceipt>,
): Promise<WriteReceipt> {
  let doubt = false;
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        const lost = error instanceof HubError && isUnknown(error);
        if (lost) doubt = true;
        // A lock was somebody else's: nothing was written.
        const locked = error instanceof HubError && error.code === "HUB-1309";
        if (attempt >= MOST_TRIES || !(lost || locked)) throw error;
        await client.backOff(attempt, signal);
        const seen = lost ? await look() : null;
        if (seen !== null) return seen;
      }
    }
  } catch (error) {
    throw doubt ? afterPartOfIt(error) : error;
  }
}

async function insert(
  client: SalesforceClient,
  settings: SalesforceSettings,
  marker: MarkerField,
  command: CreateCommand,
  body: Body,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const object = `/sobjects/${fieldName(command.stream)}`;
  // The single upsert takes its key from the path alone (reference salesforce.md §7).
  const { [marker.name]: _marker, ...rest } = body;
  const saved = await client.request(
    {
      ...(marker.external
        ? { method: "PATCH", path: `${object}/${marker.name}/${encodeURIComponent(command.marker)}`, body: rest }
        : { method: "POST", path: object, body: { ...rest, [marker.name]: command.marker } }),
      schema: saveAnswer,
      operation: marker.external ? `PATCH ${object}/${marker.name}/…` : `POST ${object}`,
      object: command.stream,
      headers: writeHeaders(settings),
      idempotent: false,
    },
    signal,
  );
  return receipt(client, saved.id);
}

async function patch(
  client: SalesforceClient,
  settings: SalesforceSettings,
  { stream, id, unmodifiedSince: since }: UpdateCommand,
  body: Body,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const operation = `PATCH /sobjects/${stream}/…`;
  await client.exchange(
    {
      method: "PATCH",
      path: `/sobjects/${fieldName(stream)}/${encodeURIComponent(id)}`,
      operation,
      object: stream,
      body,
      headers: {
        ...writeHeaders(settings),
        ...(since === undefined ? {} : { "If-Unmodified-Since": new Date(since).toUTCString() }),
      },
      idempotent: false,
    },
    {},
    // A change is answered with no content; a page in between may say 200 and have done nothing.
    (_answer, { status }) => parseAnswer(z.literal(204), status, operation),
    signal,
  );
  return receipt(client, id);
}

function receipt(client: SalesforceClient, id: string): WriteReceipt {
  return { id, requestId: null, at: client.serverNow(), complete: true, missing: [] };
}

function retirement(settings: SalesforceSettings, { stream, id, tag, idempotencyKey }: RetireCommand): UpdateCommand {
  const how = settings.retire?.[stream];
  if (how !== undefined) return { stream, id, fields: { ...how.set, [how.tag]: tag }, idempotencyKey };
  throw new HubError("HUB-1325", `Nothing says how a record of ${stream} is taken out of the way again.`, {
    disposition: "operator",
    place: { system: "salesforce", stream },
    remedy: `Name the fields to set under \`retire: { ${stream}: { tag: … } }\` of the connection in hub.yaml.`,
  });
}
