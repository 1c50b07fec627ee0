/** Counts API calls in total and per root field, for tests of politeness. */
export class CallCounter {
  #total = 0;
  readonly #byOperation = new Map<string, number>();

  note(rootFields: readonly string[]): void {
    this.#total += 1;
    for (const field of rootFields) this.#byOperation.set(field, (this.#byOperation.get(field) ?? 0) + 1);
  }

  reset(): void {
    this.#total = 0;
    this.#byOperation.clear();
  }

  snapshot(): { total: number; byOperation: Record<string, number> } {
    return { total: this.#total, byOperation: Object.fromEntries(this.#byOperation) };
  }
}
