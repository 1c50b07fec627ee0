import { knownPeople } from "../configuration/index.ts";
import { holdsAccounts, readAccount, resolvePeople } from "../matching/index.ts";
import type { ResolvedPeople, UserAccount } from "../matching/index.ts";
import type { RunContext } from "./context.ts";

/** Finds the person of people.yaml behind every user record of every connection. */
export async function resolveAccounts(context: RunContext): Promise<ResolvedPeople> {
  const { configuration, store, asOf } = context;
  const accounts: UserAccount[] = [];
  for (const { connection, system, tenant } of await store.records.pins()) {
    const configured = configuration.connections.get(connection);
    if (configured === undefined) continue;
    for (const { name: stream } of configured.connector.streams(configured.settings)) {
      if (!holdsAccounts(stream)) continue;
      for await (const page of store.records.live({ system, tenant, stream })) {
        for (const { id, content } of page) {
          const account = readAccount({ connection, system, tenant }, { stream, id, content });
          if (account !== null) accounts.push(account);
        }
      }
    }
  }
  return resolvePeople(knownPeople(configuration.people, configuration.calendar.localDay(asOf)), accounts);
}
