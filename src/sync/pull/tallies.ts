import { addCounts, NO_RECORDS } from "../../model/index.ts";
import type { PageOutcome, RecordCounts } from "../../model/index.ts";

/**
 * What storing came to, stream by stream, over a whole connection: a page may carry records of several streams (a task
 * with its stories), and each certificate speaks of its own stream only.
 */
export class Tallies {
  readonly #counts = new Map<string, RecordCounts>();

  add(outcome: PageOutcome): void {
    for (const [stream, counts] of Object.entries(outcome.byStream)) {
      this.#counts.set(stream, addCounts(this.of(stream), counts));
    }
  }

  of(stream: string): RecordCounts {
    return this.#counts.get(stream) ?? NO_RECORDS;
  }
}
