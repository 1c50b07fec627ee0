import { formatRecordKey, HubError, toIso } from "../../model/index.ts";
import type { StoredReject } from "../../model/index.ts";
import { rejectsDocument, rejectsShowDocument } from "../documents/rejects.ts";
import type { RejectPart } from "../documents/rejects.ts";
import { writeDocument } from "../documents/write.ts";
import { EXIT } from "../exit-codes.ts";
import type { GlobalOptions } from "../hub.ts";
import { formatProblems, openStoreToLook } from "../look.ts";
import { formatTable } from "../table.ts";
import type { Machine } from "../terminal.ts";

/** Lists the records that could not be accepted; they are kept whole and are tried again when they change. */
export async function rejectsVerb(machine: Machine, options: GlobalOptions): Promise<number> {
  const store = openStoreToLook(machine, options);
  try {
    const rejects = await store.records.rejects();
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
    const found = (await store.records.rejects()).filter((reject) => reject.id === id || keyOf(reject) === id);
    if (found.length === 0) {
      throw new HubError("HUB-0007", `No record "${id}" was rejected.`, {
        disposition: "operator",
        remedy: "`hub rejects` lists those that were.",
      });
    }
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

function keyOf({ key, stream, id }: StoredReject): string | null {
  return id === null ? null : formatRecordKey({ ...key, stream, id });
}

function toPart(reject: StoredReject): RejectPart {
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

function listText(rejects: readonly StoredReject[]): string {
  if (rejects.length === 0) return "No record was rejected.\n";
  const rows = rejects.map((reject) => [
    reject.problem.code,
    keyOf(reject) ?? reject.stream,
    toIso(reject.firstSeenAt).slice(0, 19),
    reject.problem.message,
  ]);
  return (
    formatTable([{ title: "code" }, { title: "record" }, { title: "since" }, { title: "why" }], rows)
    + `${rejects.length} rejected. \`hub rejects show ID\` shows one with its content.\n`
  );
}
