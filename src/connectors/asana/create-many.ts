import { HubError, parseInstant } from "../../model/index.ts";
import type { CreateCommand, WriteOutcome } from "../kit/index.ts";
import { bodyFor, create, createdSchema, taskData } from "./create.ts";
import { refusedAction, unexpectedAnswer } from "./failures.ts";
import { BATCH_SIZE } from "./gateway.ts";
import { objectEnvelope } from "./shapes.ts";
import { whole } from "./writer-parts.ts";
import type { Data, WriterParts } from "./writer-parts.ts";

const PATH = "/tasks";

/** Tasks go ten to a call, each with its own outcome; projects, which take several calls, one after the other. */
export async function createMany(
  parts: WriterParts,
  commands: readonly CreateCommand[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const outcomes = new Map<number, WriteOutcome>();
  const tasks: { readonly index: number; readonly data: Data }[] = [];
  for (const [index, command] of commands.entries()) {
    if (command.stream === "tasks") {
      const data = await caught(async () => taskData(parts, command, await bodyFor(parts, command, signal), signal));
      if (data.error === undefined) tasks.push({ index, data: data.value });
      else outcomes.set(index, { error: data.error });
    } else {
      const made = await caught(() => create(parts, command, signal));
      outcomes.set(index, made.error === undefined ? { receipt: made.value } : { error: made.error });
    }
  }
  for (let at = 0; at < tasks.length; at += BATCH_SIZE) {
    const chunk = tasks.slice(at, at + BATCH_SIZE);
    const writes = chunk.map(({ data }) => ({ path: PATH, fields: "gid,created_at", data }));
    const sent = await caught(() => parts.gateway.writeMany(writes, signal));
    for (const [place, { index }] of chunk.entries()) {
      if (sent.error !== undefined) outcomes.set(index, { error: sent.error });
      else outcomes.set(index, outcomeOf(parts, sent.value[place]?.status ?? 500, sent.value[place]?.body));
    }
  }
  return commands.map(
    (_command, index) => outcomes.get(index) ?? { error: unexpectedAnswer("POST /batch", null, true) },
  );
}

function outcomeOf({ gateway }: WriterParts, status: number, body: unknown): WriteOutcome {
  const operation = `POST ${PATH}`;
  if (status >= 400) return { error: refusedAction(status, body, operation) };
  const made = objectEnvelope(createdSchema).safeParse(body);
  if (!made.success) return { error: unexpectedAnswer(operation, made.error, true) };
  const { gid, created_at: createdAt } = made.data.data;
  return { receipt: whole(gid, parseInstant(createdAt ?? "") ?? gateway.now()) };
}

type Caught<T> = { readonly value: T; readonly error?: undefined } | { readonly error: HubError };

/** One that cannot be made stops no other. */
async function caught<T>(make: () => Promise<T>): Promise<Caught<T>> {
  try {
    return { value: await make() };
  } catch (error) {
    if (error instanceof HubError) return { error };
    throw error;
  }
}
