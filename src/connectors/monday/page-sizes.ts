/**
 * How long the pages of each listing may be: half as long each time monday.com finds a question too complex. A page's
 * end is told by its cursor, never by its length, so that shorter ones lose nothing.
 */
export class PageSizes {
  readonly #most = new Map<string, number>();

  of(listing: string, asked: number): number {
    return Math.min(asked, this.#most.get(listing) ?? asked);
  }

  /** False when they are as short as can be. */
  halve(listing: string, asked: number): boolean {
    const now = this.of(listing, asked);
    if (now <= 1) return false;
    this.#most.set(listing, Math.floor(now / 2));
    return true;
  }
}
