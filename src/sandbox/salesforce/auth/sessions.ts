import type { SandboxClock } from "../../kit/clock.ts";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/** Who a bearer token stands for. */
export interface Session {
  readonly token: string;
  readonly userId: string;
}

interface Held extends Session {
  /** Wall time after which the token is refused; null for the one handed out at start. */
  expiresAt: number | null;
}

/** Opaque text of the given length from the sandbox's own random numbers. */
export function secret(random: () => number, length: number): string {
  let text = "";
  while (text.length < length) text += CHARACTERS.charAt(Math.floor(random() * CHARACTERS.length));
  return text;
}

/** Access and refresh tokens. Access tokens live for the org's session timeout, in wall time (reference §3). */
export class Sessions {
  readonly #clock: SandboxClock;
  readonly #random: () => number;
  readonly #orgId: () => string;
  readonly #held = new Map<string, Held>();
  readonly #refresh = new Map<string, string>();
  #timeoutMs = 2 * 3_600_000;
  #rotate = false;

  constructor(orgId: () => string, clock: SandboxClock, random: () => number) {
    this.#orgId = orgId;
    this.#clock = clock;
    this.#random = random;
  }

  /** Opens a session; `lasting` ones expire only when told to. */
  open(userId: string, lasting = false): Session {
    const token = `${this.#orgId().slice(0, 15)}!AQ${secret(this.#random, 70)}`;
    const held: Held = { token, userId, expiresAt: lasting ? null : this.#clock.wallNow() + this.#timeoutMs };
    this.#held.set(token, held);
    return held;
  }

  /** The session behind a token, or undefined when it is unknown or over. */
  find(token: string): Session | undefined {
    const held = this.#held.get(token);
    if (held === undefined) return undefined;
    if (held.expiresAt !== null && held.expiresAt <= this.#clock.wallNow()) {
      this.#held.delete(token);
      return undefined;
    }
    return held;
  }

  /** Ends a session or withdraws a refresh token; false when there is no such token. */
  revoke(token: string): boolean {
    return this.#held.delete(token) || this.#refresh.delete(token);
  }

  /** Ends all sessions, so that each client meets a 401 on its next call. */
  expireAll(): void {
    this.#held.clear();
  }

  /** Issues a refresh token for a user. */
  grantRefresh(userId: string): string {
    const token = `5Aep${secret(this.#random, 80)}`;
    this.#refresh.set(token, userId);
    return token;
  }

  /** Opens a session from a refresh token; a new refresh token comes along when rotation is on. */
  refresh(token: string): { readonly session: Session; readonly rotated: string | null } | undefined {
    const userId = this.#refresh.get(token);
    if (userId === undefined) return undefined;
    if (!this.#rotate) return { session: this.open(userId), rotated: null };
    this.#refresh.delete(token);
    return { session: this.open(userId), rotated: this.grantRefresh(userId) };
  }

  /** Changes the session timeout or refresh token rotation. */
  configure(settings: { readonly timeoutSeconds?: number | undefined; readonly rotate?: boolean | undefined }): void {
    if (settings.timeoutSeconds !== undefined) this.#timeoutMs = settings.timeoutSeconds * 1000;
    if (settings.rotate !== undefined) this.#rotate = settings.rotate;
  }
}
