/** What was written of a log. */
export interface Exported {
  /** XES and CSV: an event of several cases once for each. */
  readonly events: number;
  /** XES and CSV: cases. */
  readonly objects: number;
  /** What the format could not say, in sentences. */
  readonly told: readonly string[];
}
