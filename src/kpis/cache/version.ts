import { hashText } from "../../model/index.ts";
import type { ProcessDefinition } from "../definitions/process.ts";
import type { Star } from "../star/star.ts";

/** A procedure with all its versions, as a short text that differs when anything in it does. */
export function procedureText(versions: readonly ProcessDefinition[]): string {
  return hashText(asText(versions)).slice(0, 8);
}

/**
 * Keeps what the star holds if it was made under the same circumstances, and lets go of all of it otherwise.
 * @param circumstances everything that all cases depend on
 */
export async function keepVersion(star: Star, circumstances: readonly unknown[]): Promise<void> {
  const version = hashText(asText(circumstances));
  const [row] = await star.query("SELECT version FROM kept_version");
  if (row?.["version"] === version) return;
  await star.letGo();
  star.append("kept_version", { version });
  star.flush();
}

function asText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Map || each instanceof Set ? [...each] : each));
}
