import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../model/index.ts";
import { openStore } from "../store/index.ts";
import { withRun } from "../sync/index.ts";
import type { LookContext, ProgressListener, RunContext } from "../sync/index.ts";
import type { Machine } from "./terminal.ts";

/**
 * Runs work on a copy of the store as of what a clock says, and throws the copy away: what would come of a change is found out
 * by doing it where nothing is kept.
 */
export async function onCopiedStore<Answer>(
  machine: Machine,
  look: LookContext,
  clock: Clock,
  progress: ProgressListener,
  work: (copy: RunContext) => Promise<Answer>,
): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), "hub-preview-"));
  try {
    const path = join(directory, "copy.sqlite");
    await look.store.copyTo(path);
    const store = openStore(path, clock);
    try {
      const { configuration } = look;
      const asOf = clock.now();
      const start = {
        kind: "preview",
        startedAt: asOf,
        asOf,
        configurationHash: configuration.hash,
        configuration: configuration.content,
        owner: `${hostname()}:${process.pid}`,
        isAlive: () => true,
        wallNow: machine.wallNow,
      };
      const { result } = await withRun(
        store,
        start,
        () => clock.now(),
        async (fence) => {
          const dependencies = { ...look.dependencies, clock, ledger: store.ledger };
          const answer = await work({ ...look, store, fence, asOf, dependencies, progress });
          return { answer, complete: true, summary: null };
        },
      );
      return result.answer;
    } finally {
      await store.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
