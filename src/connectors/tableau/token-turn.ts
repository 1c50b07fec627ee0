import { HubError, MINUTE, SECOND } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { ConnectorDependencies } from "../kit/index.ts";

const LOOK_AGAIN_MS = SECOND;
/** As long as a look takes, which is what a run may have to wait for. */
const LONGEST_WAIT_MS = MINUTE;
/** How often a turn that goes on is kept. */
const KEEP_MS = 5 * MINUTE;

/**
 * A process's turn at a personal access token. A token has one login, on whatever site: another process that signs in with it ends ours
 * (reference tableau.md §1.2), so that all on a store take turns. A connected app's user has as many logins as wanted.
 */
export class TokenTurn {
  readonly #name: string | null;
  readonly #dependencies: Pick<ConnectorDependencies, "holds" | "sleep" | "wallNow">;
  #keptAt: Instant | null = null;

  constructor(
    baseUrl: string,
    tokenName: string | undefined,
    dependencies: Pick<ConnectorDependencies, "holds" | "sleep" | "wallNow">,
  ) {
    this.#name = tokenName === undefined ? null : `tableau ${baseUrl} ${tokenName}`;
    this.#dependencies = dependencies;
  }

  /** Waits for a turn, or keeps the one there is. @throws HubError HUB-5119 when another process does not end its own */
  async take(signal: AbortSignal): Promise<void> {
    const { holds, sleep, wallNow } = this.#dependencies;
    if (holds === undefined || this.#name === null) return;
    if (this.#keptAt !== null && wallNow() - this.#keptAt < KEEP_MS) return;
    for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
      const other = await holds.take(this.#name);
      if (other === null) break;
      if (waited >= LONGEST_WAIT_MS) throw othersTurn(other);
      await sleep(LOOK_AGAIN_MS, signal);
    }
    this.#keptAt = wallNow();
  }

  /** @param last whether nobody else in this process uses the token's login */
  async end(last: boolean): Promise<void> {
    this.#keptAt = null;
    if (last && this.#name !== null) await this.#dependencies.holds?.giveBack(this.#name);
  }
}

function othersTurn(other: string): HubError {
  return new HubError("HUB-5119", `Another hub (${other}) is signed in to Tableau with this token.`, {
    disposition: "retry-later",
    place: { system: "tableau" },
    remedy: "Wait until it has ended; signing in now would throw it out. Or give this one a token of its own.",
  });
}
