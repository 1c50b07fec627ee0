/** Counts API calls by operation, so that tests can measure politeness. */
export class CallCounter {
  #total = 0;
  readonly #operations = new Map<string, number>();

  count(operation: string): void {
    this.#total += 1;
    this.#operations.set(operation, (this.#operations.get(operation) ?? 0) + 1);
  }

  report(): { readonly total: number; readonly operations: Readonly<Record<string, number>> } {
    return { total: this.#total, operations: Object.fromEntries(this.#operations) };
  }

  reset(): void {
    this.#total = 0;
    this.#operations.clear();
  }
}
