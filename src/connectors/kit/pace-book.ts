import { heldUntil, nextStarts } from "../../model/index.ts";
import type { Instant, PaceBook, PaceState } from "../../model/index.ts";

/** Start times for one process alone, where no store shares them. */
export class MemoryPaceBook implements PaceBook {
  readonly #paces = new Map<string, PaceState>();

  async perMinute(credential: string): Promise<number | null> {
    return this.#paces.get(credential)?.perMinute ?? null;
  }

  async setPerMinute(credential: string, perMinute: number): Promise<void> {
    this.#paces.set(credential, { perMinute, dueAt: this.#paces.get(credential)?.dueAt ?? 0 });
  }

  async starts(credential: string, calls: number, now: Instant): Promise<readonly Instant[] | null> {
    const pace = this.#paces.get(credential);
    if (pace === undefined) return null;
    const { starts, dueAt } = nextStarts(pace, calls, now);
    this.#paces.set(credential, { ...pace, dueAt });
    return starts;
  }

  async hold(credential: string, until: Instant): Promise<void> {
    const pace = this.#paces.get(credential);
    if (pace !== undefined) this.#paces.set(credential, { ...pace, dueAt: heldUntil(pace, until) });
  }
}
