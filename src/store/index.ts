import { HubError } from "../model/index.ts";
import type { Clock, StorePort } from "../model/index.ts";
import { openSqliteStore } from "./sqlite/index.ts";

/**
 * Opens a store by URL: `sqlite:PATH`, or a bare path, or `:memory:`.
 * @throws HubError HUB-3005 for a kind of store this version does not offer.
 */
export function openStore(url: string, clock: Clock): StorePort {
  const scheme = /^([a-z]+):/u.exec(url)?.[1];
  if (scheme === undefined || url === ":memory:") return openSqliteStore(url, clock);
  if (scheme === "sqlite") return openSqliteStore(url.slice("sqlite:".length), clock);
  throw new HubError("HUB-3005", `A store of kind "${scheme}" is not offered.`, {
    disposition: "operator",
    remedy: "Use a file path, for example --db .hub/hub.sqlite.",
  });
}
