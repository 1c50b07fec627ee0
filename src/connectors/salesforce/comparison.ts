import type { JsonObject } from "../../model/index.ts";
import type { Row } from "./answers.ts";

type Known = AsyncIterable<readonly { readonly id: string; readonly content: JsonObject }[]>;

/** Ids that are listed and not met among the known ones yet; more than this are read without waiting for them. */
const MOST_WAITING = 20_000;

/**
 * Compares a listing with what is known while both come in pages. Both are in nearly the same order (ids grow), so only
 * what is out of step is held; the result does not depend on any order.
 */
export class Comparison {
  readonly #known: AsyncIterator<readonly { readonly id: string; readonly content: JsonObject }[]>;
  readonly #fields: readonly string[];
  /** Known and not listed so far, by id, with what they are compared by. */
  readonly #unlisted = new Map<string, string>();
  /** Listed and not known so far. */
  readonly #unknown = new Map<string, string>();
  /** Read by this sweep: the store lists what it was just given, too. */
  readonly #read = new Set<string>();
  #listed = 0;
  #taken = 0;
  #ended = false;

  /** @param fields compared beside the id, paths included */
  constructor(known: Known, fields: readonly string[]) {
    this.#known = known[Symbol.asyncIterator]();
    this.#fields = fields;
  }

  /** Takes listed rows; returns the ids of those, and of former ones, that have to be read whole. */
  async differing(rows: readonly Row[]): Promise<readonly string[]> {
    const differing: string[] = [];
    for (const row of rows) {
      const sign = this.#sign(row);
      const known = this.#unlisted.get(row.Id);
      if (known === undefined) this.#unknown.set(row.Id, sign);
      else {
        this.#unlisted.delete(row.Id);
        if (known !== sign) differing.push(row.Id);
      }
    }
    this.#listed += rows.length;
    while (!this.#ended && this.#taken < this.#listed) await this.#take(differing);
    if (this.#unknown.size > MOST_WAITING) this.#giveUpWaiting(differing);
    return this.#remember(differing);
  }

  /** After the last listed row: compares what is left of the known ones; returns ids to read whole. */
  async rest(): Promise<readonly string[]> {
    const differing: string[] = [];
    while (!this.#ended) await this.#take(differing);
    this.#giveUpWaiting(differing);
    return this.#remember(differing);
  }

  /** Known ids that were not listed. */
  missing(): readonly string[] {
    return [...this.#unlisted.keys()];
  }

  async #take(differing: string[]): Promise<void> {
    const page = await this.#known.next();
    if (page.done === true) {
      this.#ended = true;
      return;
    }
    for (const { id, content } of page.value) {
      this.#taken += 1;
      if (this.#read.has(id)) continue;
      const sign = this.#sign(content);
      const listed = this.#unknown.get(id);
      if (listed === undefined) this.#unlisted.set(id, sign);
      else {
        this.#unknown.delete(id);
        if (listed !== sign) differing.push(id);
      }
    }
  }

  #giveUpWaiting(differing: string[]): void {
    differing.push(...this.#unknown.keys());
    this.#unknown.clear();
  }

  #remember(ids: readonly string[]): readonly string[] {
    for (const id of ids) this.#read.add(id);
    return ids;
  }

  #sign(content: JsonObject): string {
    const [only] = this.#fields;
    const value = only === undefined ? null : content[only];
    if (this.#fields.length === 1 && typeof value === "string") return value;
    return JSON.stringify(this.#fields.map((field) => at(content, field) ?? null));
  }
}

function at(content: JsonObject, path: string): unknown {
  let value: unknown = content;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as JsonObject)[name];
  }
  return value;
}
