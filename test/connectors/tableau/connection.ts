import { Shared } from "../../../src/connectors/kit/index.ts";
import { tableau } from "../../../src/connectors/tableau/index.ts";
import type { TableauSettings } from "../../../src/connectors/tableau/index.ts";
import type { Connection, Holds, Timer } from "../../../src/connectors/kit/index.ts";

export interface TestConnection {
  readonly connection: Connection;
  /** Waits asked for, in milliseconds; none is waited. */
  readonly sleeps: number[];
  /** Everything logged, as one text each. */
  readonly logged: string[];
}

/** A connection with an injected sleep that only takes notes. */
export async function connectTo(
  described: Readonly<Record<string, string>>,
  settings: Partial<TableauSettings> = {},
  onSleep: (ms: number) => Promise<void> = () => Promise.resolve(),
  shared = new Shared(),
  timer?: Timer,
  holds?: Holds,
): Promise<TestConnection> {
  const sleeps: number[] = [];
  const logged: string[] = [];
  const connection = await tableau.connect({
    name: "tableau-cloud",
    settings: tableau.settings.parse(settings),
    credentials: {
      BASE_URL: described["baseUrl"] ?? "",
      ...(described["site"] === undefined ? {} : { SITE: described["site"] }),
      ...proofOf(described),
    },
    dependencies: {
      clock: { now: () => Date.parse("2026-03-02T09:00:00Z") },
      wallNow: () => Date.parse("2026-03-02T09:00:00Z"),
      sleep: async (ms, signal) => {
        signal.throwIfAborted();
        sleeps.push(ms);
        await onSleep(ms);
      },
      random: () => 0.5,
      shared,
      ...(timer === undefined ? {} : { timer }),
      ...(holds === undefined ? {} : { holds }),
      ledger: {
        take: () => Promise.resolve(true),
        observe: () => undefined,
        state: () => Promise.resolve({ used: 0, limit: null, resetsAt: null }),
        reserve: () => undefined,
      },
      log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    },
  });
  return { connection, sleeps, logged };
}

/** The token where one is described, else the connected app. */
function proofOf(described: Readonly<Record<string, string>>): Record<string, string> {
  const { tokenName, tokenSecret = "", clientId = "", secretId = "", secret = "", userName = "" } = described;
  if (tokenName !== undefined) return { TOKEN_NAME: tokenName, TOKEN_SECRET: tokenSecret };
  return { APP_CLIENT_ID: clientId, APP_SECRET_ID: secretId, APP_SECRET: secret, USERNAME: userName };
}
