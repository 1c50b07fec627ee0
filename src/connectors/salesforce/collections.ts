import { z } from "zod";
import { HubError } from "../../model/index.ts";
import type { CreateCommand, UpdateCommand, WriteOutcome } from "../kit/index.ts";
import { collectionAnswer } from "./answers.ts";
import type { SalesforceClient, SubRequest } from "./client.ts";
import { isLostAnswer, itemFailure } from "./failures.ts";
import { writeHeaders } from "./settings.ts";
import type { SalesforceSettings } from "./settings.ts";
import { fieldName } from "./soql.ts";
import { carried, landed } from "./write-checks.ts";
import { bodyOf } from "./written-values.ts";

/** Records of one collection call and parts of one composite call (reference salesforce.md §7). */
const MOST_RECORDS = 200;
const MOST_PARTS = 25;
const MOST_TRIES = 4;

const errorBody = z.array(z.object({ errorCode: z.string(), message: z.string() }));

/** What is known of one command; undefined while it still has to be sent. */
type Slots = (WriteOutcome | undefined)[];

/** Creates by upsert on the external id, 200 records a call; each command has its own outcome, in the order given. */
export async function createMany(
  client: SalesforceClient,
  settings: SalesforceSettings,
  externalId: (stream: string) => string,
  commands: readonly CreateCommand[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const slots: Slots = commands.map(() => undefined);
  for (const [stream, indexes] of byStream(commands)) {
    const field = externalId(stream);
    await inParts(slots, indexes, MOST_RECORDS, client, signal, {
      send: async (open) => {
        const records = open.map((index) => {
          const command = commands[index];
          return { attributes: { type: stream }, ...bodyOf(command?.fields ?? {}), [field]: command?.marker ?? "" };
        });
        const path = `/composite/sobjects/${fieldName(stream)}/${fieldName(field)}`;
        return collection(client, settings, path, stream, records, signal);
      },
      look: async (open) => {
        const markers = open.map((index) => commands[index]?.marker ?? "");
        const ids = await carried(client, stream, field, markers, signal);
        return open.map((_index, at) => {
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
  client: SalesforceClient,
  settings: SalesforceSettings,
  commands: readonly UpdateCommand[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const slots: Slots = commands.map(() => undefined);
  const look = async (open: readonly number[]): Promise<Slots> => {
    const seen: Slots = [];
    for (const index of open) {
      const command = commands[index];
      seen.push(
        command !== undefined && (await landed(client, command, signal)) ? done(client, command.id) : undefined,
      );
    }
    return seen;
  };
  for (const [stream, indexes] of byStream(commands)) {
    const conditional = indexes.filter((index) => commands[index]?.unmodifiedSince !== undefined);
    await inParts(slots, conditional, MOST_PARTS, client, signal, {
      send: (open) => conditionally(client, settings, stream, commands, open, signal),
      look,
    });
    const free = indexes.filter((index) => commands[index]?.unmodifiedSince === undefined);
    await inParts(slots, free, MOST_RECORDS, client, signal, {
      send: async (open) => {
        const records = open.map((index) => {
          const command = commands[index];
          return { attributes: { type: stream }, ...bodyOf(command?.fields ?? {}), id: command?.id ?? "" };
        });
        return collection(client, settings, "/composite/sobjects", stream, records, signal);
      },
      look,
    });
  }
  return settled(slots);
}

interface Way {
  /** Sends the commands of these indexes; an outcome for each, in their order. */
  readonly send: (open: readonly number[]) => Promise<readonly WriteOutcome[]>;
  /** After a lost answer: what became of them; undefined for those that were not written. */
  readonly look: (open: readonly number[]) => Promise<Slots>;
}

/** Sends in parts; locked rows are sent again, and after a lost answer only what was not written. */
async function inParts(
  slots: Slots,
  indexes: readonly number[],
  size: number,
  client: SalesforceClient,
  signal: AbortSignal,
  way: Way,
): Promise<void> {
  for (let at = 0; at < indexes.length; at += size) {
    let open = indexes.slice(at, at + size);
    for (let attempt = 1; open.length > 0; attempt += 1) {
      let outcomes: Slots;
      try {
        outcomes = [...(await way.send(open))];
      } catch (error) {
        if (attempt >= MOST_TRIES || !isLostAnswer(error)) throw error;
        await client.backOff(attempt, signal);
        outcomes = await way.look(open);
      }
      const again: number[] = [];
      open.forEach((index, place) => {
        const outcome = outcomes[place];
        slots[index] = outcome;
        if (outcome === undefined || (isLocked(outcome) && attempt < MOST_TRIES)) again.push(index);
      });
      if (again.length > 0 && outcomes.some((one) => one !== undefined && isLocked(one))) {
        await client.backOff(attempt, signal);
      }
      open = again;
    }
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
    );
  });
}

async function conditionally(
  client: SalesforceClient,
  settings: SalesforceSettings,
  stream: string,
  commands: readonly UpdateCommand[],
  open: readonly number[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const parts = open.map((index): SubRequest => {
    const command = commands[index];
    return {
      method: "PATCH",
      path: `/sobjects/${fieldName(stream)}/${encodeURIComponent(command?.id ?? "")}`,
      referenceId: `r${index}`,
      body: bodyOf(command?.fields ?? {}),
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
    return failed(stream, operation, error?.errorCode ?? `ERROR_HTTP_${status}`, error?.message ?? "", status);
  });
}

function byStream(commands: readonly { readonly stream: string }[]): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>();
  commands.forEach(({ stream }, index) => groups.set(stream, [...(groups.get(stream) ?? []), index]));
  return groups;
}

function done(client: SalesforceClient, id: string): WriteOutcome {
  return { receipt: { id, requestId: null, at: client.serverNow(), complete: true, missing: [] } };
}

function failed(stream: string, operation: string, code: string, message: string, status: number): WriteOutcome {
  return { error: itemFailure(code, message, { operation, object: stream, exchange: { status }, now: 0 }) };
}

function isLocked(outcome: WriteOutcome): boolean {
  return outcome.error?.code === "HUB-1309";
}

function settled(slots: Slots): readonly WriteOutcome[] {
  return slots.map((slot) => slot ?? { error: new HubError("HUB-1318", "A write was never sent.") });
}
