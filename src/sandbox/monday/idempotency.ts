import type { SandboxClock } from "../kit/clock.ts";

export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const LIFE = 30 * 60_000;
const LARGEST = 1_000_000;

/** Answers of mutations by user and `Idempotency-Key`, kept 30 minutes (reference monday.md §9). */
export class IdempotencyCache {
  readonly #clock: SandboxClock;
  readonly #answers = new Map<string, { answer: StoredAnswer; until: number }>();
  readonly #running = new Set<string>();

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** The stored answer, `running` while the first call is under way, or null: then the caller runs it. */
  begin(key: string): StoredAnswer | "running" | null {
    if (this.#running.has(key)) return "running";
    const found = this.#answers.get(key);
    if (found !== undefined && found.until > this.#clock.now()) return found.answer;
    this.#running.add(key);
    return null;
  }

  end(key: string, answer: StoredAnswer | null): void {
    this.#running.delete(key);
    const oldest = this.#answers.size > 10_000 ? this.#answers.keys().next().value : undefined;
    if (oldest !== undefined) this.#answers.delete(oldest);
    if (answer !== null && answer.body.length <= LARGEST) {
      this.#answers.set(key, { answer, until: this.#clock.now() + LIFE });
    }
  }
}
