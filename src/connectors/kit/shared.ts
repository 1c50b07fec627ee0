/** One of each kind per process: what connections that know nothing of each other have to share. */
export class Shared {
  readonly #kept = new Map<unknown, object>();

  /** The one of a kind, made when it is first asked for. */
  of<Kind extends object>(kind: new () => Kind): Kind {
    const kept = this.#kept.get(kind);
    if (kept instanceof kind) return kept;
    const made = new kind();
    this.#kept.set(kind, made);
    return made;
  }
}
