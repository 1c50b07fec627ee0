import type { SandboxClock } from "../../kit/clock.ts";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/** Who a bearer token stands for. */
export interface Session {
  readonly token: string;
  readonly userId: string;
  /** What the token may be used for, as granted. */
  readonly scope: string;
  /** Wall time, epoch milliseconds. */
  readonly issuedAt: number;
}

/** The scope of flows that ask for none. */
export const USUAL_SCOPE = "id api";

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
  readonly #refresh = new Map<string, { readonly userId: string; readonly scope: string }>();
  #timeoutMs = 2 * 3_600_000;
  #rotate = false;

  constructor(orgId: () => string, clock: SandboxClock, random: () => number) {
    this.#orgId = orgId;
    this.#clock = clock;
    this.#random = random;
  }

  /** Opens a session; `lasting` ones expire only when told to. */
  open(userId: string, lasting = false, scope = USUAL_SCOPE): Session {
    const token = `${this.#orgId().slice(0, 15)}!AQ${secret(this.#random, 70)}`;
    const issuedAt = this.#clock.wallNow();
    const held: Held = { token, userId, scope, issuedAt, expiresAt: lasting ? null : issuedAt + this.#timeoutMs };
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
  grantRefresh(userId: string, scope = `${USUAL_SCOPE} refresh_token`): string {
    const token = `5Aep${secret(this.#random, 80)}`;
    this.#refresh.set(token, { userId, scope });
    return token;
  }

  /** Opens a session from a refresh token; a new refresh token comes along when rotation is on. */
  refresh(token: string): { readonly session: Session; readonly rotated: string | null } | undefined {
    const granted = this.#refresh.get(token);
    if (granted === undefined) return undefined;
    const { userId, scope } = granted;
    const session = this.open(userId, false, scope);
    if (!this.#rotate) return { session, rotated: null };
    this.#refresh.delete(token);
    return { session, rotated: this.grantRefresh(userId, scope) };
  }

  /** Whom a refresh token stands for. */
  refreshOwner(token: string): { readonly userId: string; readonly scope: string } | undefined {
    return this.#refresh.get(token);
  }

  /** How long a session lasts, in seconds. */
  get timeoutSeconds(): number {
    return this.#timeoutMs / 1000;
  }

  /** Changes the session timeout or refresh token rotation. */
  configure(settings: { readonly timeoutSeconds?: number | undefined; readonly rotate?: boolean | undefined }): void {
    if (settings.timeoutSeconds !== undefined) this.#timeoutMs = settings.timeoutSeconds * 1000;
    if (settings.rotate !== undefined) this.#rotate = settings.rotate;
  }
}
