import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { CreateCommand, UpdateCommand, WriteOutcome, WriteReceipt } from "../kit/index.ts";
import { collectionAnswer } from "./answers.ts";
import type { SalesforceClient, SubRequest } from "./client.ts";
import { done, failed, inParts, settled } from "./in-parts.ts";
import type { Slots } from "./in-parts.ts";
import type { MarkerField } from "./markers.ts";
import { changeBody, creationBody, prepared } from "./prepare-write.ts";
import type { WriterParts } from "./prepare-write.ts";
import { writeHeaders } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { fieldName } from "./soql.ts";
import { carried, landed } from "./write-checks.ts";
import type { Body } from "./written-values.ts";

/** Records of one collection call and parts of one composite call (reference salesforce.md §7). */
const MOST_RECORDS = 200;
const MOST_PARTS = 25;

const errorBody = z.array(
  z.object({ errorCode: z.string(), message: z.string(), fields: z.array(z.string()).optional() }),
);

/** Creations need where markers stand, and how one is made without an external id. */
export interface ManyCreations extends ManyChanges {
  readonly markerOf: (stream: string, signal: AbortSignal) => Promise<MarkerField>;
  readonly create: (command: CreateCommand, signal: AbortSignal) => Promise<WriteReceipt>;
}

export interface ManyChanges extends WriterParts {
  readonly settings: SalesforceSettings;
}

/**
 * Creates by upsert on the external id, 200 records a call; each command has its own outcome, in the order given. Where
 * a text field carries the marker each is searched for and made on its own.
 */
export async function createMany(
  parts: ManyCreations,
  commands: readonly CreateCommand[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const { client, settings } = parts;
  const slots: Slots = commands.map(() => undefined);
  const bodies = await bodiesOf(slots, commands, (command) => creationBody(parts, command, signal));
  for (const [stream, indexes] of byStream(commands)) {
    const { name: field, external } = await parts.markerOf(stream, signal);
    const open = indexes.filter((index) => slots[index] === undefined);
    if (!external) {
      for (const index of open) {
        const command = commands[index];
        if (command !== undefined) slots[index] = await outcomeOf(parts.create(command, signal));
      }
      continue;
    }
    await inParts(slots, open, MOST_RECORDS, client, signal, {
      send: async (some) => {
        const records = some.map((index) => ({
          attributes: { type: stream },
          ...bodies[index],
          [field]: commands[index]?.marker ?? "",
        }));
        const path = `/composite/sobjects/${fieldName(stream)}/${fieldName(field)}`;
        return collection(client, settings, path, stream, records, signal);
      },
      look: async (some) => {
        const markers = some.map((index) => commands[index]?.marker ?? "");
        const ids = await carried(client, stream, field, markers, signal);
        return some.map((_index, at) => {
          const id = ids.get(markers[at] ?? "");
          return id === undefined ? undefined : done(client, id);
        });
      },
    });
  }
  return settled(slots);
}

/**
 * Changes records: those planned on a stamp as conditional parts of composite calls (25 each), the others as
 * collections (200 each).
 */
export async function updateMany(
  parts: ManyChanges,
  commands: readonly UpdateCommand[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const { client, settings } = parts;
  const slots: Slots = commands.map(() => undefined);
  const bodies = await bodiesOf(slots, commands, (command) => changeBody(parts, command, signal));
  const look = async (open: readonly number[]): Promise<Slots> => {
    const seen: Slots = [];
    for (const index of open) {
      const command = commands[index];
      const isDone =
        command !== undefined && (await landed(client, command.stream, command.id, bodies[index] ?? {}, signal));
      seen.push(isDone ? done(client, command.id) : undefined);
    }
    return seen;
  };
  for (const [stream, all] of byStream(commands)) {
    const indexes = all.filter((index) => slots[index] === undefined);
    const conditional = indexes.filter((index) => commands[index]?.unmodifiedSince !== undefined);
    await inParts(slots, conditional, MOST_PARTS, client, signal, {
      send: (open) => conditionally(client, settings, stream, commands, bodies, open, signal),
      look,
    });
    const free = indexes.filter((index) => commands[index]?.unmodifiedSince === undefined);
    await inParts(slots, free, MOST_RECORDS, client, signal, {
      send: async (open) => {
        const records = open.map((index) => ({
          attributes: { type: stream },
          ...bodies[index],
          id: commands[index]?.id ?? "",
        }));
        return collection(client, settings, "/composite/sobjects", stream, records, signal);
      },
      look,
    });
  }
  return settled(slots);
}

/** The bodies of commands; one that has none has its outcome at once. */
async function bodiesOf<C>(
  slots: Slots,
  commands: readonly C[],
  bodyFor: (command: C) => Promise<Body>,
): Promise<readonly (Body | undefined)[]> {
  const bodies: (Body | undefined)[] = [];
  for (const [index, command] of commands.entries()) {
    const { body, error } = await prepared(bodyFor(command));
    if (error !== undefined) slots[index] = { error };
    bodies.push(body);
  }
  return bodies;
}

async function outcomeOf(write: Promise<WriteReceipt>): Promise<WriteOutcome> {
  try {
    return { receipt: await write };
  } catch (error) {
    if (error instanceof HubError) return { error };
    throw error;
  }
}

async function collection(
  client: SalesforceClient,
  settings: SalesforceSettings,
  path: string,
  stream: string,
  records: readonly unknown[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const operation = `PATCH ${path}`;
  const answer = await client.request(
    {
      method: "PATCH",
      path,
      schema: collectionAnswer,
      operation,
      object: stream,
      body: { allOrNone: false, records },
      headers: writeHeaders(settings),
      idempotent: false,
    },
    signal,
  );
  return records.map((_record, at) => {
    const item = answer[at];
    if (item?.success === true && typeof item.id === "string") return done(client, item.id);
    const [error] = item?.errors ?? [];
    return failed(
      stream,
      operation,
      error?.statusCode ?? "UNKNOWN_EXCEPTION",
      error?.message ?? "no answer for it",
      400,
      error?.fields,
    );
  });
}

async function conditionally(
  client: SalesforceClient,
  settings: SalesforceSettings,
  stream: string,
  commands: readonly UpdateCommand[],
  bodies: readonly (Body | undefined)[],
  open: readonly number[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const parts = open.map((index): SubRequest => {
    const command = commands[index];
    return {
      method: "PATCH",
      path: `/sobjects/${fieldName(stream)}/${encodeURIComponent(command?.id ?? "")}`,
      referenceId: `r${index}`,
      body: bodies[index] ?? {},
      httpHeaders: {
        ...writeHeaders(settings),
        "If-Unmodified-Since": new Date(command?.unmodifiedSince ?? 0).toUTCString(),
      },
    };
  });
  const answers = new Map((await client.composite(parts, false, signal)).map((part) => [part.referenceId, part]));
  return open.map((index) => {
    const part = answers.get(`r${index}`);
    const status = part?.httpStatusCode ?? 500;
    if (status < 300) return done(client, commands[index]?.id ?? "");
    const [error] = errorBody.safeParse(part?.body).data ?? [];
    const operation = `PATCH /sobjects/${stream}/…`;
    return failed(
      stream,
      operation,
      error?.errorCode ?? `ERROR_HTTP_${status}`,
      error?.message ?? "",
      status,
      error?.fields,
    );
  });
}

function byStream(commands: readonly { readonly stream: string }[]): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>();
  commands.forEach(({ stream }, index) => groups.set(stream, [...(groups.get(stream) ?? []), index]));
  return groups;
}
