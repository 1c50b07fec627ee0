import { formatRecordKey, HubError, toIso } from "../../model/index.ts";
import type { RejectEntry } from "../../model/index.ts";
import { replayRejects } from "../../sync/index.ts";
import { rejectsDocument, rejectsReplayDocument, rejectsShowDocument } from "../documents/rejects.ts";
import type { RejectPart } from "../documents/rejects.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import { openHub } from "../hub.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openStoreToLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

/** Lists the records that could not be accepted; they are kept whole and are tried again when they change. */
export async function rejectsVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const rejects = await store.records.rejectList();
    if (options.json) writeDocument(machine.terminal, rejectsDocument, { rejects: rejects.map(toPart) });
    else machine.terminal.out(listText(rejects));
    return EXIT.complete;
  } finally {
    await store.close();
  }
}

/** Shows rejects of one record with their content. @throws HubError HUB-0007 when there is none. */
export async function showRejectVerb(machine: Machine, id: string, options: GlobalOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const entry = (await store.records.rejectList()).find((reject) => reject.id === id || keyOf(reject) === id);
    const all = entry?.id == null ? [] : await store.records.rejects(entry.id);
    const found = all.filter((reject) => reject.id === id || keyOf(reject) === id);
    if (found.length === 0) throw noSuchReject(id);
    if (options.json) {
      const rejects = found.map((reject) => ({ ...toPart(reject), content: reject.content }));
      writeDocument(machine.terminal, rejectsShowDocument, { rejects });
    } else {
      for (const reject of found) {
        machine.terminal.out(
          `${keyOf(reject) ?? reject.stream}, since ${toIso(reject.firstSeenAt)}\n`
            + formatProblems(machine.directory, [reject.problem])
            + `${JSON.stringify(reject.content, null, 2)}\n`,
        );
      }
    }
    return EXIT.complete;
  } finally {
    await store.close();
  }
}

/**
 * Tries rejects again, all or those of the records named; 3 when one is still refused.
 * @throws HubError HUB-0007 when a record named has none.
 */
export async function replayRejectsVerb(
  machine: Machine,
  ids: readonly string[],
  options: GlobalOptions,
): Promise<number> {
  const hub = await openHub(machine, options);
  try {
    const { result } = await hub.run("replay", async (context) => {
      const report = await replayRejects(context, chosenRejects(await context.store.records.rejectList(), ids));
      const complete = report.remaining.length === 0 && report.problems.length === 0;
      return { answer: report, complete, summary: { tried: report.tried, accepted: report.accepted } };
    });
    const { tried, accepted, remaining, problems } = result.answer;
    if (options.json) {
      writeDocument(machine.terminal, rejectsReplayDocument, {
        tried,
        accepted,
        remaining: remaining.map(toPart),
        problems: problems.map((problem) => ({ ...problem })),
      });
    } else {
      machine.terminal.out(
        formatProblems(machine.directory, problems)
          + `${accepted} of ${tried} rejected records were accepted.\n`
          + (remaining.length === 0 ? "" : listText(remaining)),
      );
    }
    return result.complete ? EXIT.complete : EXIT.incomplete;
  } finally {
    await hub.close();
  }
}

function chosenRejects(rejects: readonly RejectEntry[], ids: readonly string[]): readonly RejectEntry[] {
  if (ids.length === 0) return rejects;
  const unknown = ids.find((id) => !rejects.some((reject) => reject.id === id || keyOf(reject) === id));
  if (unknown !== undefined) throw noSuchReject(unknown);
  return rejects.filter((reject) => ids.some((id) => reject.id === id || keyOf(reject) === id));
}

function noSuchReject(id: string): HubError {
  return new HubError("HUB-0007", `No record "${id}" was rejected.`, {
    disposition: "operator",
    remedy: "`hub rejects` lists those that were.",
  });
}

function keyOf({ key, stream, id }: RejectEntry): string | null {
  return id === null ? null : formatRecordKey({ ...key, stream, id });
}

function toPart(reject: RejectEntry): RejectPart {
  return {
    key: keyOf(reject),
    system: reject.key.system,
    tenant: reject.key.tenant,
    stream: reject.stream,
    problem: { ...reject.problem },
    firstSeenAt: toIso(reject.firstSeenAt),
    run: reject.runId,
  };
}

function listText(rejects: readonly RejectEntry[]): string {
  if (rejects.length === 0) return "No record was rejected.\n";
  const rows = rejects.map((reject) => [
    reject.problem.code,
    keyOf(reject) ?? reject.stream,
    toIso(reject.firstSeenAt).slice(0, 19),
    reject.problem.message,
  ]);
  return (
    formatTable([{ title: "code" }, { title: "record" }, { title: "since" }, { title: "why" }], rows)
    + `${rejects.length} rejected. \`hub rejects show ID\` shows one with its content, \`hub rejects replay\` tries them again.\n`
  );
}
