import type { Configuration } from "../configuration/index.ts";
import { toIso } from "../model/index.ts";
import type { Instant, StorePort } from "../model/index.ts";
import type { PullReport } from "./pull/index.ts";
import { neededStreams } from "./pull/streams.ts";

/** A connection whose reading stopped to wait, and what another try can expect. */
export interface TryAgain {
  readonly connection: string;
  /** When another try makes sense; null where the system did not say. */
  readonly at: Instant | null;
  /** Calls that can be made then, outside the reserve; null where no limit is known. */
  readonly callsThen: number | null;
  /** Streams that were not read to their end. */
  readonly streamsLeft: readonly string[];
  /** Calls that the last complete reading of those streams took; null when there was none. */
  readonly callsLeft: number | null;
}

/** What a reading that stopped to wait (exit 75) leaves to do, by connection. */
export async function whenToTryAgain(
  configuration: Configuration,
  store: StorePort,
  report: PullReport,
): Promise<readonly TryAgain[]> {
  const stopped = report.connections.filter(({ stop }) => stop?.disposition === "retry-later");
  if (stopped.length === 0) return [];
  const accounts = await store.ledger.accounts();
  const past = await Promise.all((await store.runs.certified(10)).map((run) => store.records.certificates(run.id)));
  return stopped.flatMap(({ connection, stop, certificates }) => {
    const configured = configuration.connections.get(connection);
    if (configured === undefined) return [];
    const read = new Set(certificates.filter(({ complete }) => complete).map(({ stream }) => stream));
    const streamsLeft = neededStreams(
      configured.connector.streams(configured.settings),
      new Set(configuration.mappings.streams(connection)),
    )
      .map(({ name }) => name)
      .filter((name) => !read.has(name));
    const lasts = streamsLeft.map(
      (name) =>
        past.flat().find((each) => each.connection === connection && each.stream === name && each.complete)?.calls,
    );
    // A credential's name begins with its system; with several of one system nobody can say which it was.
    const [account, ...others] = accounts.filter(({ credential }) => credential.startsWith(`${configured.system} `));
    const callsThen =
      account === undefined || others.length > 0 || account.limit === null
        ? null
        : Math.floor(account.limit * (1 - account.reserve));
    const callsLeft = lasts.reduce<number | null>(
      (sum, calls) => (sum === null || calls === undefined ? null : sum + calls),
      0,
    );
    return [{ connection, at: stop?.retryAt ?? null, callsThen, streamsLeft, callsLeft }];
  });
}

/** `salesforce-prod: try again from 2026-…; 70,000 calls can be made then, enough for what is left (Task, Event).` */
export function tryAgainText({ connection, at, callsThen, streamsLeft, callsLeft }: TryAgain): string {
  const from = at === null ? "later" : `from ${toIso(at)}`;
  const calls = callsThen === null ? "" : `; ${callsThen.toLocaleString("en-US")} calls can be made then`;
  const enough =
    callsThen === null || callsLeft === null
      ? ""
      : callsLeft <= callsThen
        ? ", enough for what is left"
        : `, about ${String(Math.round((callsThen / callsLeft) * 100))} % of what is left`;
  return `${connection}: what was read is stored. Try again ${from}${calls}${enough} (${streamsLeft.join(", ")}).`;
}
