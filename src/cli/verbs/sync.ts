import { mapAndLink, pullStep, tryAgainText, whenToTryAgain } from "../../sync/index.ts";
import type { PullReport } from "../../sync/index.ts";
import { syncDocument, toSyncPart } from "../documents/sync.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT, exitCodeOfPull } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions, OpenHub } from "../hub.ts";
import type { Machine } from "../terminal.ts";

export interface SyncVerbOptions extends GlobalOptions {
  readonly connection?: readonly string[];
  readonly stream?: readonly string[];
  readonly full: boolean;
  readonly sweep: boolean;
}

/** Pulls, maps and links. */
export async function syncVerb(machine: Machine, options: SyncVerbOptions): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run(options.sweep ? "sweep" : "sync", async (context) => {
      const pull = await pullStep(context, {
        ...(options.connection === undefined ? {} : { connections: options.connection }),
        ...(options.stream === undefined ? {} : { streams: options.stream }),
        mode: options.sweep ? "sweep" : options.full ? "full" : "incremental",
      });
      const { map, link } = await mapAndLink(context);
      const complete = pull.complete && map.complete;
      return { answer: { pull, map, link }, complete, summary: { mapped: map.mapped, rejected: map.rejected } };
    });
    if (options.json) writeDocument(machine.terminal, syncDocument, toSyncPart(result.answer));
    const { pull } = result.answer;
    await tellWhenToTryAgain(machine, hub, pull);
    const code = exitCodeOfPull(pull);
    return code === EXIT.complete && !result.complete ? EXIT.incomplete : code;
  } finally {
    await hub.close();
  }
}

/** For a reading that stopped to wait: when another try makes sense and how far it would get. */
export async function tellWhenToTryAgain(
  machine: Machine,
  { configuration, store }: Pick<OpenHub, "configuration" | "store">,
  pull: PullReport,
): Promise<void> {
  for (const again of await whenToTryAgain(configuration, store, pull)) {
    machine.terminal.err(`${tryAgainText(again)}\n`);
  }
}
