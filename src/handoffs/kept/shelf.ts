/** Texts that are written out together. */
const BATCH = 512;

interface Batch {
  readonly bytes: Buffer;
  /** Where each text begins, and where the last one ends. */
  readonly starts: Uint32Array;
}

/**
 * Keeps texts as bytes outside the heap, each read back by its number. A hundred thousand objects held as such would be
 * a gigabyte of small things, gone through again at each collection of garbage.
 */
export class Shelf {
  readonly #batches: Batch[] = [];
  #open: string[] = [];

  get length(): number {
    return this.#batches.length * BATCH + this.#open.length;
  }

  /** @returns the text's number: they count from 0. */
  add(text: string): number {
    const number = this.length;
    if (this.#open.push(text) === BATCH) {
      this.#batches.push(writtenOut(this.#open));
      this.#open = [];
    }
    return number;
  }

  at(number: number): string | undefined {
    const batch = this.#batches[Math.floor(number / BATCH)];
    const place = number % BATCH;
    if (batch === undefined) return this.#open[number - this.#batches.length * BATCH];
    return batch.bytes.toString("utf8", batch.starts[place], batch.starts[place + 1]);
  }
}

function writtenOut(texts: readonly string[]): Batch {
  const starts = new Uint32Array(texts.length + 1);
  for (const [at, text] of texts.entries()) starts[at + 1] = (starts[at] ?? 0) + Buffer.byteLength(text);
  return { bytes: Buffer.from(texts.join("")), starts };
}
