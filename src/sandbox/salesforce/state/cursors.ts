import type { SandboxClock } from "../../kit/clock.ts";
import { SalesforceError } from "../errors.ts";
import { salesforceId } from "../ids.ts";
import type { QueryAnswer } from "../soql/index.ts";

const LIFE = 2 * 86_400_000;

interface Cursor {
  readonly answer: QueryAnswer;
  readonly userId: string;
  readonly pageSize: number;
  readonly openedAt: number;
}

/** Open query results. A locator is the cursor's id and the offset of the next row; it lives for two days (§5). */
export class Cursors {
  readonly #clock: SandboxClock;
  readonly #open = new Map<string, Cursor>();
  #count = 0;
  /** The most rows a page holds, whatever the client asks for. */
  pageCap = 2000;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  open(answer: QueryAnswer, userId: string, pageSize: number): string {
    this.#sweep();
    this.#count += 1;
    const id = salesforceId("01g", this.#count);
    this.#open.set(id, { answer, userId, pageSize, openedAt: this.#clock.now() });
    return id;
  }

  /** @throws SalesforceError INVALID_QUERY_LOCATOR for a foreign, unknown or expired locator */
  find(locator: string, userId: string): { readonly id: string; readonly cursor: Cursor; readonly offset: number } {
    const [id = "", at = ""] = locator.split("-");
    const cursor = this.#open.get(id);
    const known = cursor !== undefined && cursor.userId === userId && this.#clock.now() - cursor.openedAt < LIFE;
    if (!known || !/^\d+$/u.test(at) || Number(at) > cursor.answer.length) {
      throw new SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    }
    return { id, cursor, offset: Number(at) };
  }

  /** Expires all cursors. */
  clear(): void {
    this.#open.clear();
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [id, cursor] of this.#open) if (now - cursor.openedAt >= LIFE) this.#open.delete(id);
  }
}
