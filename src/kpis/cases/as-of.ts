import type { Instant } from "../../model/index.ts";

/** The as-of, asked in a way that shows for which other as-ofs the answers would be the same. */
export interface AsOf {
  /** An instant has come: it is the as-of or earlier. */
  reached(at: Instant): boolean;
  /** An instant is over: it is earlier than the as-of. */
  passed(at: Instant): boolean;
  /** The as-of itself. What is made of it holds for no other. */
  value(): Instant;
}

export function fixedAsOf(asOf: Instant): AsOf {
  return { reached: (at) => at <= asOf, passed: (at) => at < asOf, value: () => asOf };
}
