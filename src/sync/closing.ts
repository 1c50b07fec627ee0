import { abortable } from "../connectors/kit/index.ts";
import type { Connection } from "../connectors/kit/index.ts";

/** Closes a connection; a stopped run does not wait for a system to say goodbye. */
export async function closeConnection(connection: Connection, signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    // Nobody is left to tell; the login ends by itself.
    connection.close().catch(() => undefined);
    return;
  }
  await abortable(() => connection.close(), signal);
}
