import { handoffKind } from "../../configuration/index.ts";
import { toIso } from "../../model/index.ts";
import type { MatchDecision } from "../../model/index.ts";
import { matchQueue, readMatchDecision } from "../../sync/index.ts";
import type { QueuedPair } from "../../sync/index.ts";
import { matchDecisionDocument, matchListDocument, toMatchDecision, toMatchList } from "../documents/match.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { openStoreToLook } from "../look.ts";
import { weightText } from "../match-text.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

/** Lists the candidates that wait for a person, each with what its likelihood is made of, and what persons have said. */
export async function matchListVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const queue = await matchQueue(store);
    const decisions = await store.handoffs.matchDecisions();
    if (options.json) writeDocument(machine.terminal, matchListDocument, toMatchList(queue, decisions));
    else machine.terminal.out(listText(queue, decisions));
    return EXIT.complete;
  } finally {
    await store.close();
  }
}

export interface MatchWordOptions extends GlobalOptions {
  readonly by: string;
  readonly reason?: string;
}

/** Records a person's word that two records belong together, or do not; it outranks every later run. */
export async function matchWordVerb(
  machine: Machine,
  kind: MatchDecision["kind"],
  a: string,
  b: string,
  { by, reason = "", ...options }: MatchWordOptions,
): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const contracts = hub.configuration.compiled(handoffKind);
    const said = { kind, a, b, by, reason, at: hub.asOf };
    const read = await readMatchDecision(hub.store, contracts, said);
    await hub.run("match", async ({ store, fence }) => {
      await store.handoffs.recordMatchDecision(fence, read.decision);
      return { answer: null, complete: true, summary: { source: read.source.key, target: read.target.key } };
    });
    if (options.json) {
      writeDocument(machine.terminal, matchDecisionDocument, toMatchDecision(read.decision, read.source, read.target));
    } else {
      const belong = kind === "confirm" ? "belongs to" : "does not belong to";
      machine.terminal.out(
        `The ${read.target.type} "${read.target.name}" ${belong} the ${read.source.type} "${read.source.name}", says ${by}.\nThe next run counts it so, and every one after it.\n`,
      );
    }
    return EXIT.complete;
  } finally {
    await hub.close();
  }
}

function listText(queue: readonly QueuedPair[], decisions: readonly MatchDecision[]): string {
  if (queue.length === 0 && decisions.length === 0) return "No match waits for anybody.\n";
  const table = formatTable(
    [
      { title: "handoff" },
      { title: "likely", align: "right" },
      { title: "source" },
      { title: "candidate" },
      { title: "why" },
    ],
    queue.map(({ handoff, source, target, evidence }) => [
      handoff.id.slice(0, 10),
      `${Math.round(evidence.confidence * 100)} %`,
      `${source.name} (${shortId(source.key)})`,
      `${target.name} (${shortId(target.key)})`,
      [evidence.why, ...(evidence.breakdown ?? []).map(weightText)].join("; "),
    ]),
  );
  const said = decisions.map(
    ({ kind, a, b, by, at, reason }) =>
      `  ${toIso(at).slice(0, 10)} ${by} ${kind === "confirm" ? "confirmed" : "rejected"} ${a} = ${b}${reason === "" ? "" : `: ${reason}`}\n`,
  );
  return [
    queue.length === 0 ? "" : table,
    `${queue.length} candidates; hub match confirm|reject SOURCE CANDIDATE --by NAME settles one\n`,
    ...(said.length === 0 ? [] : ["\nSaid so far:\n", ...said]),
  ].join("");
}

function shortId(key: string): string {
  return key.split("/").slice(3).join("/");
}
