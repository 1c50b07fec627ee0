/** Rows in an order, built as they are asked for. */
export interface Source<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
  /** Whether the row at a place was possibly changed since an instant (epoch milliseconds); true when it costs to know. */
  mayHaveChangedSince?(index: number, instant: number): boolean;
}

/** Several sources one after the other. */
export class Chain<Row> implements Source<Row> {
  readonly #parts: readonly Source<Row>[];
  readonly length: number;

  constructor(parts: readonly Source<Row>[]) {
    this.#parts = parts;
    this.length = parts.reduce((sum, part) => sum + part.length, 0);
  }

  at(index: number): Row | undefined {
    let left = index;
    for (const part of this.#parts) {
      if (left < part.length) return part.at(left);
      left -= part.length;
    }
    return undefined;
  }

  mayHaveChangedSince(index: number, instant: number): boolean {
    let left = index;
    for (const part of this.#parts) {
      if (left < part.length) return part.mayHaveChangedSince?.(left, instant) ?? true;
      left -= part.length;
    }
    return false;
  }
}

/** Walks a source from its start. */
export function* each<Row>(source: Source<Row>): Generator<Row> {
  for (let i = 0; i < source.length; i += 1) {
    const row = source.at(i);
    if (row !== undefined) yield row;
  }
}
