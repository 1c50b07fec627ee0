import { handoffKind } from "../../configuration/index.ts";
import type { Configuration } from "../../configuration/index.ts";
import { HubError, parseRecordKey, toProblem } from "../../model/index.ts";
import type { Handoff, Problem, StorePort } from "../../model/index.ts";
import { commandOf } from "./commands.ts";
import type { Due } from "./due.ts";

/** From how many errors on their share counts: one of two says nothing yet. */
const LEAST_ERRORS = 3;
/** From how many records on their share counts, for the same reason. */
const LEAST_RECORDS = 10;

/** Why operations are not begun: they stay planned. */
export interface Held extends Due {
  readonly problem: Problem;
}

export interface Braked {
  readonly free: readonly Due[];
  readonly held: readonly Held[];
}

export interface BrakeInput {
  readonly configuration: Configuration;
  readonly store: StorePort;
  readonly handoffs: ReadonlyMap<string, Handoff>;
  /** Connections that this run could not read in full. */
  readonly unread: ReadonlySet<string>;
  /** Creations of which something is missing in the system, by operation. */
  readonly refused: ReadonlyMap<string, Problem>;
  readonly tenantOf: (connection: string) => string | null;
}

/** Everything that can be told before the first write (reference §3.5, "Brakes"). */
export async function brake(due: readonly Due[], input: BrakeInput): Promise<Braked> {
  const held: Held[] = [];
  const keep = (operations: readonly Due[], why: (due: Due) => HubError | Problem | null): readonly Due[] =>
    operations.filter((each) => {
      const told = why(each);
      if (told !== null) held.push({ ...each, problem: told instanceof HubError ? toProblem(told) : told });
      return told === null;
    });
  const drifted = await driftedStreams(due, input);
  let free = keep(due, ({ operation }) => input.refused.get(operation.id) ?? drifted.get(operation.id) ?? null);
  free = keep(free, ({ operation: { action, connection } }) =>
    action === "create" && input.unread.has(connection) ? unreadConnection(connection) : null,
  );
  free = keep(free, overCreations(input));
  const shares = overShare(free, input);
  free = keep(free, ({ operation }) => shares.get(contractOf(operation.handoffId, input)) ?? null);
  const { mostOperations } = input.configuration.writes;
  free = keep(free, () => (free.length > mostOperations ? tooMany(free.length, mostOperations) : null));
  return { free, held };
}

/** What writes came to so far in this run. */
export interface Tally {
  sent: number;
  errors: number;
}

/** The brake that errors pull while writes go on; null while they may. */
export function errorBrake({ sent, errors }: Tally, { writes }: Configuration): Problem | null {
  if (errors < LEAST_ERRORS || errors <= sent * writes.mostErrors) return null;
  return toProblem(
    new HubError(
      "HUB-2613",
      `${String(errors)} of ${String(sent)} writes went wrong, more than ${percent(writes.mostErrors)}: the rest is not begun.`,
      {
        disposition: "stop-run",
        remedy: "Look at `hub writes`, mend the cause, and apply again: what is done is not repeated.",
      },
    ),
  );
}

function contractOf(handoffId: string, { handoffs }: BrakeInput): string {
  return handoffs.get(handoffId)?.contract ?? "";
}

/** By operation, the schema drift that is held against the stream it writes to. */
async function driftedStreams(
  due: readonly Due[],
  { configuration, store, tenantOf }: BrakeInput,
): Promise<ReadonlyMap<string, HubError>> {
  const found = new Map<string, HubError>();
  for (const { operation } of due) {
    const { connection, system, targetKey } = operation;
    const tenant = tenantOf(connection);
    const stream = targetKey === null ? streamOf(configuration, operation) : parseRecordKey(targetKey)?.stream;
    if (tenant === null || stream === undefined) continue;
    const drift = await store.shapes.held({ system, tenant, stream });
    const cause = drift?.frozen ?? drift?.quarantine;
    if (cause == null) continue;
    found.set(
      operation.id,
      new HubError("HUB-2614", `Nothing is written to ${stream}: ${cause.message}`, {
        disposition: "stop-stream",
        place: { connection, stream },
        ...(cause.remedy === undefined ? {} : { remedy: cause.remedy }),
      }),
    );
  }
  return found;
}

/** Undefined where no mapping says how: that is told when the operation is carried out. */
function streamOf(configuration: Configuration, operation: Due["operation"]): string | undefined {
  try {
    return commandOf(configuration, operation).stream;
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Creations beyond what each contract allows in one run. */
function overCreations(input: BrakeInput): (due: Due) => HubError | null {
  const most = new Map(
    input.configuration.compiled(handoffKind).map(({ name, createsPerRun }) => [name, createsPerRun] as const),
  );
  const begun = new Map<string, number>();
  return ({ operation }) => {
    if (operation.action !== "create") return null;
    const contract = contractOf(operation.handoffId, input);
    const limit = most.get(contract) ?? null;
    const count = (begun.get(contract) ?? 0) + 1;
    begun.set(contract, count);
    if (limit === null || count <= limit) return null;
    return new HubError(
      "HUB-2611",
      `${contract} creates at most ${String(limit)} in one run; this one waits for the next.`,
      {
        disposition: "stop-stream",
        remedy: "Apply again, or raise `limits: {creates_per_run}` of the contract.",
      },
    );
  };
}

/** By contract, when more of its linked records would change than a run should. */
function overShare(due: readonly Due[], input: BrakeInput): ReadonlyMap<string, HubError> {
  const { mostShare } = input.configuration.writes;
  const linked = new Map<string, number>();
  for (const { contract, link } of input.handoffs.values()) {
    if (link === "matched") linked.set(contract, (linked.get(contract) ?? 0) + 1);
  }
  const changing = new Map<string, Set<string>>();
  for (const { operation } of due) {
    if (operation.targetKey === null || operation.action === "link") continue;
    const contract = contractOf(operation.handoffId, input);
    changing.set(contract, (changing.get(contract) ?? new Set()).add(operation.targetKey));
  }
  const over = new Map<string, HubError>();
  for (const [contract, records] of changing) {
    const all = linked.get(contract) ?? 0;
    if (records.size <= Math.max(LEAST_RECORDS, all * mostShare)) continue;
    over.set(
      contract,
      new HubError(
        "HUB-2612",
        `${String(records.size)} of ${String(all)} linked records of ${contract} would change, more than ${percent(mostShare)}: none of them is.`,
        {
          disposition: "stop-stream",
          remedy:
            "See whether so much is meant to change; then approve fewer with --only, or raise `writes: {most_share}` in hub.yaml.",
        },
      ),
    );
  }
  return over;
}

function tooMany(count: number, most: number): HubError {
  return new HubError(
    "HUB-2610",
    `${String(count)} operations are due, more than ${String(most)} in one run: none is begun.`,
    {
      disposition: "stop-run",
      remedy: "Approve fewer at a time with --only, or raise `writes: {most_operations}` in hub.yaml.",
    },
  );
}

function unreadConnection(connection: string): HubError {
  return new HubError(
    "HUB-2615",
    `${connection} could not be read in full, so what is missing there may only be unread.`,
    {
      disposition: "stop-stream",
      place: { connection },
      remedy: "Mend what keeps it from being read (`hub certificate`), then apply again.",
    },
  );
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}
