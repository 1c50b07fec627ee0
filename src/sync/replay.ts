import { HubError, toProblem } from "../model/index.ts";
import type { Problem, StoredReject } from "../model/index.ts";
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
  readonly remaining: readonly StoredReject[];
  /** What kept records from being read again. */
  readonly problems: readonly Problem[];
}

/**
 * Tries rejected records again: those that are stored are mapped anew, the others are read again from their system,
 * because what was refused may have been mended there. Nothing is taken off the list until it was accepted.
 */
export async function replayRejects(context: RunContext, rejects: readonly StoredReject[]): Promise<ReplayReport> {
  const { store, fence } = context;
  const problems: Problem[] = [];
  const unread: StoredReject[] = [];
  for (const reject of rejects) {
    if (reject.id === null) continue;
    const entity = { ...reject.key, id: reject.id };
    const stored = await store.records.history(entity);
    if (stored?.versions.at(-1)?.content == null) unread.push(reject);
    else await store.mapping.list(fence, [entity]);
  }
  for (const { connection, system, tenant } of await store.records.pins()) {
    const own = unread.filter(({ key }) => key.system === system && key.tenant === tenant);
    if (own.length === 0) continue;
    const [source] = pullSources(context, { connections: [connection] });
    try {
      if (source !== undefined) await readAgain(context, source, own);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof HubError) || error.code.startsWith("HUB-30")) throw error;
      const { place, ...rest } = toProblem(error);
      problems.push({ ...rest, place: { connection, ...place } });
    }
  }
  await mapAndLink(context);
  const after = await store.records.rejects();
  const remaining = after.filter((each) => rejects.some((reject) => isSame(reject, each)));
  return { tried: rejects.length, accepted: rejects.length - remaining.length, remaining, problems };
}

async function readAgain(context: RunContext, source: PullSource, rejects: readonly StoredReject[]): Promise<void> {
  const options = { ...context, mode: "incremental" as const };
  const connection = await connect(source, options);
  try {
    const { writer, context: reading, identity } = await beginSession(source, connection, options);
    if (connection.read === undefined) return;
    for (const stream of new Set(rejects.map((reject) => reject.stream))) {
      const ids = rejects.filter((reject) => reject.stream === stream).flatMap(({ id }) => (id === null ? [] : [id]));
      const key = { system: source.definition.system, tenant: identity.tenant, stream };
      for await (const page of connection.read.reread(stream, ids, reading)) await writer.reread(key, page);
    }
  } finally {
    await closeConnection(connection, context.signal);
  }
}

function isSame(left: StoredReject, right: StoredReject): boolean {
  return (
    left.stream === right.stream
    && left.id === right.id
    && left.key.system === right.key.system
    && left.key.tenant === right.key.tenant
  );
}
