const MOST = 200;

/** One record a person had in hand. */
export interface Seen {
  readonly object: string;
  readonly id: string;
}

/** The records each user created, changed or read last, latest first. */
export class Recent {
  readonly #seen = new Map<string, readonly Seen[]>();

  touch(userId: string, object: string, id: string): void {
    const others = (this.#seen.get(userId) ?? []).filter((each) => each.id !== id);
    this.#seen.set(userId, [{ object, id }, ...others.slice(0, MOST - 1)]);
  }

  of(userId: string): readonly Seen[] {
    return this.#seen.get(userId) ?? [];
  }
}
