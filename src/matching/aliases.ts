/** What an administrator knows that records do not say. */
export interface Aliases {
  /** A domain that was given up or redirects → the one in use. */
  readonly domains: ReadonlyMap<string, string>;
  /** A former or other name → the one in use; both as people write them. */
  readonly companies: ReadonlyMap<string, string>;
}

export const NO_ALIASES: Aliases = { domains: new Map(), companies: new Map() };
