import { SECOND } from "../../model/index.ts";
import type { RunContext } from "../context.ts";

/** Waits until a system surely shows what was written. Nothing else moves meanwhile, so it is told and logged. */
export async function waitUntilShown(
  { configuration, dependencies, progress, signal }: RunContext,
  { connection, system }: { readonly connection: string; readonly system: string },
  ms: number,
): Promise<void> {
  const title = configuration.connections.get(connection)?.connector.title ?? system;
  const seconds = Math.ceil(ms / SECOND);
  const what = `waiting for ${title}'s search`;
  progress({ kind: "wait", step: "apply", connection, what, seconds });
  dependencies.log("info", what, { connection, seconds });
  await dependencies.sleep(ms, signal);
}
