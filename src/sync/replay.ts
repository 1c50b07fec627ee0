import { HubError, toProblem } from "../model/index.ts";
import type { Problem, RejectEntry } from "../model/index.ts";
import { closeConnection } from "./closing.ts";
import type { RunContext } from "./context.ts";
import type { PullSource } from "./pull/index.ts";
import { beginSession, connect } from "./pull/session.ts";
import { mapAndLink } from "./read-all.ts";
import { pullSources } from "./sources.ts";

export interface ReplayReport {
  /** Rejects that were tried again. */
  readonly tried: number;
  readonly accepted: number;
  /** Still refused, or refused anew. */
  readonly remaining: readonly RejectEntry[];
  /** What kept records from being read again. */
  readonly problems: readonly Problem[];
}

/**
 * Tries rejected records again: those that could only not be mapped are mapped anew, the others are read again from
 * their system, because what was refused may have been mended there. Nothing is taken off the list until it was accepted.
 */
export async function replayRejects(context: RunContext, rejects: readonly RejectEntry[]): Promise<ReplayReport> {
  const { store, fence, configuration } = context;
  const problems: Problem[] = [];
  const unread: RejectEntry[] = [];
  for (const reject of rejects) {
    if (reject.id === null) continue;
    const entity = { ...reject.key, id: reject.id };
    // Of a record that pull kept out an older content may be stored: mapping that would mend nothing.
    if (reject.step === "pull") unread.push(reject);
    else await store.mapping.list(fence, [entity]);
  }
  for (const { connection, system, tenant } of await store.records.pins()) {
    const own = unread.filter(({ key }) => key.system === system && key.tenant === tenant);
    // A connection that was renamed leaves its pin behind; the tenant is read under the new name.
    if (own.length === 0 || !configuration.connections.has(connection)) continue;
    const [source] = pullSources(context, { connections: [connection] });
    try {
      if (source !== undefined) problems.push(...(await readAgain(context, source, own)));
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
      const { place, ...rest } = toProblem(error);
      problems.push({ ...rest, place: { connection, ...place } });
    }
  }
  await mapAndLink(context);
  const tried = new Set(rejects.map(nameOf));
  const remaining = (await store.records.rejectList()).filter((each) => tried.has(nameOf(each)));
  return { tried: rejects.length, accepted: rejects.length - remaining.length, remaining, problems };
}

/** Returns why streams are not read again. */
async function readAgain(
  context: RunContext,
  source: PullSource,
  rejects: readonly RejectEntry[],
): Promise<readonly Problem[]> {
  const options = { ...context, mode: "incremental" as const };
  const connection = await connect(source, options);
  try {
    const { writer, context: reading, identity, frozen } = await beginSession(source, connection, options);
    if (connection.read === undefined) return [];
    const problems: Problem[] = [];
    for (const stream of new Set(rejects.map((reject) => reject.stream))) {
      const held = frozen.get(stream);
      if (held !== undefined) {
        problems.push(held);
        continue;
      }
      const ids = rejects.filter((reject) => reject.stream === stream).flatMap(({ id }) => (id === null ? [] : [id]));
      const key = { system: source.definition.system, tenant: identity.tenant, stream };
      for await (const page of connection.read.reread(stream, ids, reading)) await writer.reread(key, page);
    }
    return problems;
  } finally {
    await closeConnection(connection, context.signal);
  }
}

function nameOf({ key, stream, id }: RejectEntry): string {
  return `${key.system}\0${key.tenant}\0${stream}\0${id ?? ""}`;
}
