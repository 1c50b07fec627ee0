import type { Canonical, HandoffBase } from "../../model/index.ts";
import type { Bases } from "../input.ts";
import { Shelf } from "./shelf.ts";

/** What was agreed on in many handoffs, kept small; each is read when it is asked for. */
export class KeptBases implements Bases, Iterable<HandoffBase> {
  readonly #numbers = new Map<string, number>();
  readonly #shelf = new Shelf();

  /** A handoff is added once. */
  add({ handoffId, fields }: HandoffBase): void {
    this.#numbers.set(handoffId, this.#shelf.add(JSON.stringify(fields)));
  }

  get(handoffId: string): HandoffBase["fields"] | undefined {
    const number = this.#numbers.get(handoffId);
    const text = number === undefined ? undefined : this.#shelf.at(number);
    return text === undefined ? undefined : (JSON.parse(text) as Readonly<Record<string, Canonical>>);
  }

  *[Symbol.iterator](): Iterator<HandoffBase> {
    for (const handoffId of this.#numbers.keys()) yield { handoffId, fields: this.get(handoffId) ?? {} };
  }
}
