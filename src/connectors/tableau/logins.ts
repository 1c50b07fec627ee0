import type { Session } from "./sign-in.ts";

interface Login {
  /** Connections that use it. */
  holders: number;
  session: Promise<Session> | undefined;
}

/** Whether nobody else uses the login; the last one gets it to end, where it is live. */
export interface Released {
  readonly last: boolean;
  readonly session: Session | undefined;
}

/**
 * The live logins of this process, one per token: a second sign-in with the same token would end the first (reference
 * tableau.md §1.2), so connections that hold the same token hold the same login, and whoever signs in does so for all.
 */
export class Logins {
  readonly #logins = new Map<string, Login>();

  /** Counts a connection in. Give it back by `release`. */
  hold(credential: string): void {
    const login = this.#logins.get(credential) ?? { holders: 0, session: undefined };
    login.holders += 1;
    this.#logins.set(credential, login);
  }

  /** The live login of a credential. Who asks while another signs in waits for that; where it fails they try themselves. */
  async session(credential: string, signIn: () => Promise<Session>): Promise<Session> {
    const login = this.#logins.get(credential);
    if (login === undefined) return signIn();
    if (login.session !== undefined) {
      const others = await login.session.catch(() => undefined);
      if (others !== undefined) return others;
    }
    const pending = (login.session ??= signIn());
    try {
      return await pending;
    } catch (error) {
      if (login.session === pending) login.session = undefined;
      throw error;
    }
  }

  /** Drops a dead login unless somebody has replaced it already. */
  async forget(credential: string, dead: Session): Promise<void> {
    const login = this.#logins.get(credential);
    const current = login?.session;
    if (login === undefined || current === undefined) return;
    if ((await current).token === dead.token && login.session === current) login.session = undefined;
  }

  /** Counts a connection out. */
  async release(credential: string): Promise<Released> {
    const login = this.#logins.get(credential);
    if (login === undefined) return { last: false, session: undefined };
    login.holders -= 1;
    if (login.holders > 0) return { last: false, session: undefined };
    this.#logins.delete(credential);
    return { last: true, session: await login.session?.catch(() => undefined) };
  }
}
