import type { PageOutcome, RecordCounts } from "../../model/index.ts";

const NOTHING: RecordCounts = { inserted: 0, changed: 0, unchanged: 0, removed: 0, rejected: 0 };

/**
 * What storing came to, stream by stream, over a whole connection: a page may carry records of several streams (a task
 * with its stories), and each certificate speaks of its own stream only.
 */
export class Tallies {
  readonly #counts = new Map<string, RecordCounts>();

  add(outcome: PageOutcome): void {
    for (const [stream, counts] of Object.entries(outcome.byStream)) {
      const known = this.of(stream);
      this.#counts.set(stream, {
        inserted: known.inserted + counts.inserted,
        changed: known.changed + counts.changed,
        unchanged: known.unchanged + counts.unchanged,
        removed: known.removed + counts.removed,
        rejected: known.rejected + counts.rejected,
      });
    }
  }

  of(stream: string): RecordCounts {
    return this.#counts.get(stream) ?? NOTHING;
  }
}
