import { z } from "zod";
import { HubError, toIso } from "../../model/index.ts";
import type { Canonical } from "../../model/index.ts";
import type { WriteFace } from "../kit/index.ts";
import { saveAnswer } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import { objectsOf } from "./objects.ts";
import { completeRows, contentOf, rowsById } from "./rows.ts";
import { planRead, requestOf } from "./select-list.ts";
import type { SalesforceSettings } from "./settings.ts";
import { fieldName, quote } from "./soql.ts";

/** Assignment rules would hand the record to somebody else than the plan said. */
const HEADERS = { "Sforce-Auto-Assign": "FALSE" };

/** Writes to business records: creations only as upserts on an external id, changes only on what was planned on. */
export function writeFace(client: SalesforceClient, settings: SalesforceSettings): WriteFace {
  return {
    find: async (stream, marker, signal) => {
      const field = externalId(settings, stream);
      const where = [`${fieldName(field)} = ${quote(marker)}`];
      const page = await client.query(
        { object: stream, fields: ["Id"], where, orderBy: ["Id"], limit: 2 },
        false,
        signal,
      );
      const [found, second] = page.records;
      if (second !== undefined) throw twice(stream, marker);
      return found?.Id ?? null;
    },
    create: async (command, signal) => {
      const field = externalId(settings, command.stream);
      const saved = await client.request(
        {
          method: "PATCH",
          path: `/sobjects/${fieldName(command.stream)}/${fieldName(field)}/${encodeURIComponent(command.marker)}`,
          schema: saveAnswer,
          operation: `PATCH /sobjects/${command.stream}/${field}/…`,
          object: command.stream,
          body: body(command.fields),
          headers: HEADERS,
          idempotent: true,
        },
        signal,
      );
      return { id: saved.id, requestId: null, at: client.serverNow() };
    },
    update: async (command, signal) => {
      const since = command.unmodifiedSince;
      await client.request(
        {
          method: "PATCH",
          path: `/sobjects/${fieldName(command.stream)}/${encodeURIComponent(command.id)}`,
          schema: z.unknown(),
          operation: `PATCH /sobjects/${command.stream}/…`,
          object: command.stream,
          body: body(command.fields),
          headers: {
            ...HEADERS,
            ...(since === undefined ? {} : { "If-Unmodified-Since": new Date(since).toUTCString() }),
          },
          idempotent: since === undefined,
        },
        signal,
      );
      return { id: command.id, requestId: null, at: client.serverNow() };
    },
    verify: async (stream, id, context) => {
      const spec = objectsOf(settings).find((other) => other.name === stream);
      if (spec === undefined) throw noSuchStream(stream);
      const described = await client.describe(stream, context.signal);
      const plan = planRead(spec, requestOf(spec, context.selection), described);
      const found = await rowsById(client, stream, plan.chunks[0] ?? ["Id"], [id], plan.deletions, context.signal);
      const rows = await completeRows(client, stream, plan, found, context.signal);
      // Not a step of the partition's reading: the position says nothing and must not replace the partition's own.
      return { ...contentOf(spec, rows), position: { covered: [], state: null } };
    },
  };
}

function body(fields: Readonly<Record<string, Canonical>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [fieldName(name), plain(value)]));
}

function plain(value: Canonical): unknown {
  if (value === null || typeof value !== "object") return value;
  if ("day" in value) return value.day;
  if ("at" in value && typeof value.at === "number") return toIso(value.at);
  if ("person" in value) return value.person;
  if ("amount" in value) return value.amount;
  return (value as readonly string[]).join(";");
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

function twice(object: string, marker: string): HubError {
  return new HubError("HUB-1319", `More than one record of ${object} carries the marker ${marker}.`, {
    disposition: "skip-record",
    place: { system: "salesforce", stream: object },
    remedy: "Make the external id field unique and merge the records.",
  });
}

function noSuchStream(stream: string): HubError {
  return new HubError("HUB-1305", `This Salesforce connection does not read ${stream}.`, {
    disposition: "stop-stream",
  });
}
