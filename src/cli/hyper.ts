import { findHyper, hyperDirectory, installHyper } from "../extracts/index.ts";
import { HubError } from "../model/index.ts";
import type { Machine } from "./terminal.ts";

/**
 * The Hyper engine of this machine; null when there is none.
 * @param fetch fetches it when it is not there yet; when that fails it says so once and goes on without.
 */
export async function hyperEngine(machine: Machine, fetch: boolean): Promise<string | null> {
  const options = { directory: hyperDirectory(machine.directory), environment: machine.environment };
  const found = await findHyper(options);
  if (found !== undefined || !fetch) return found ?? null;
  machine.terminal.err("Fetching the Hyper engine, once (about 90 MB) …\n");
  try {
    return await installHyper({ ...options, signal: machine.signal });
  } catch (error) {
    machine.signal.throwIfAborted();
    if (!(error instanceof HubError)) throw error;
    machine.terminal.err(`${error.code} ${error.message}\nGoing on without .hyper files.\n`);
    return null;
  }
}
