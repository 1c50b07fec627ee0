import { z } from "zod";
import { HubError, parseInstant } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { CreateCommand, UpdateCommand, WriteFace, WriteReceipt } from "../kit/index.ts";
import { saveAnswer } from "./answers.ts";
import type { Row } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import { createMany, updateMany } from "./collections.ts";
import { isLostAnswer } from "./failures.ts";
import { writeHeaders } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { equals, fieldName } from "./soql.ts";
import { bodyOf } from "./written-values.ts";
import { landed } from "./write-checks.ts";

const MOST_TRIES = 4;

/**
 * Writes to business records: creations only as upserts on an external id, changes only on what was planned on. Where an
 * answer was lost, the record is looked at before anything is sent again; a locked row is tried again.
 */
export function writeFace(client: SalesforceClient, settings: SalesforceSettings): WriteFace {
  const find: WriteFace["find"] = async (stream, marker, signal) => {
    const where = [equals(externalId(settings, stream), marker)];
    const { records } = await client.query(
      { object: stream, fields: ["Id", "CreatedDate"], where, orderBy: ["CreatedDate", "Id"] },
      false,
      signal,
    );
    return records.map((row) => ({ id: row.Id, createdAt: createdAt(row) }));
  };
  return {
    // A query sees what was written before it (reference salesforce.md §5).
    traits: { conditional: true, uniqueMarker: true, settleMs: 0 },
    find,
    complete: ({ id }) => Promise.resolve(receipt(client, id)),
    retire: () => Promise.reject(new HubError("HUB-1318", "Nothing is retired in Salesforce yet.")),
    create: async (command, signal) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await upsert(client, settings, command, signal);
        } catch (error) {
          if (attempt >= MOST_TRIES || !mayTryAgain(error)) throw error;
          await client.backOff(attempt, signal);
          const [found] = isLostAnswer(error) ? await find(command.stream, command.marker, signal) : [];
          if (found !== undefined) return receipt(client, found.id);
        }
      }
    },
    update: async (command, signal) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await patch(client, settings, command, signal);
        } catch (error) {
          if (attempt >= MOST_TRIES || !mayTryAgain(error)) throw error;
          await client.backOff(attempt, signal);
          if (isLostAnswer(error) && (await landed(client, command, signal))) return receipt(client, command.id);
        }
      }
    },
    createMany: (commands, signal) =>
      createMany(client, settings, (stream) => externalId(settings, stream), commands, signal),
    updateMany: (commands, signal) => updateMany(client, settings, commands, signal),
  };
}

/** A lock was somebody else's: nothing was written. */
function mayTryAgain(error: unknown): boolean {
  return isLostAnswer(error) || (error instanceof HubError && error.code === "HUB-1309");
}

async function upsert(
  client: SalesforceClient,
  settings: SalesforceSettings,
  command: CreateCommand,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const field = externalId(settings, command.stream);
  const saved = await client.request(
    {
      method: "PATCH",
      path: `/sobjects/${fieldName(command.stream)}/${fieldName(field)}/${encodeURIComponent(command.marker)}`,
      schema: saveAnswer,
      operation: `PATCH /sobjects/${command.stream}/${field}/…`,
      object: command.stream,
      body: bodyOf(command.fields),
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
  command: UpdateCommand,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  const since = command.unmodifiedSince;
  await client.request(
    {
      method: "PATCH",
      path: `/sobjects/${fieldName(command.stream)}/${encodeURIComponent(command.id)}`,
      schema: z.unknown(),
      operation: `PATCH /sobjects/${command.stream}/…`,
      object: command.stream,
      body: bodyOf(command.fields),
      headers: {
        ...writeHeaders(settings),
        ...(since === undefined ? {} : { "If-Unmodified-Since": new Date(since).toUTCString() }),
      },
      idempotent: false,
    },
    signal,
  );
  return receipt(client, command.id);
}

function receipt(client: SalesforceClient, id: string): WriteReceipt {
  return { id, requestId: null, at: client.serverNow(), complete: true, missing: [] };
}

function createdAt(row: Row): Instant | null {
  const created = row["CreatedDate"];
  return typeof created === "string" ? (parseInstant(created) ?? null) : null;
}

function externalId(settings: SalesforceSettings, object: string): string {
  const field = settings.externalIds?.[object];
  if (field !== undefined) return field;
  throw new HubError(
    "HUB-1313",
    `No external id field is configured for ${object}, so nothing can be created there safely.`,
    {
      disposition: "operator",
      place: { system: "salesforce", stream: object },
      remedy: `Create a unique external id field on ${object} and name it under \`externalIds\` of the connection in hub.yaml.`,
    },
  );
}
