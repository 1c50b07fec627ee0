import { THRESHOLDS } from "./assign.ts";
import type { Thresholds } from "./assign.ts";
import { NO_ALIASES } from "./aliases.ts";
import type { Aliases } from "./aliases.ts";
import { COMPANIES } from "./companies.ts";
import type { Chances } from "./fellegi-sunter.ts";

/** How references by words find what they mean. */
export interface MatchingRules {
  readonly thresholds: Thresholds;
  /** `type.attribute` of attributes that hold a company's name: references by them are also found by likeness. */
  readonly companies: ReadonlySet<string>;
  /** `type.attribute` of attributes that hold a company's domain: free mail refers to nothing. */
  readonly domains: ReadonlySet<string>;
  readonly aliases: Aliases;
  /** Chances of comparing two companies. */
  readonly chances: Chances;
}

/** Words mean what carries exactly them. */
export const PLAIN_RULES: MatchingRules = {
  thresholds: THRESHOLDS,
  companies: new Set(),
  domains: new Set(),
  aliases: NO_ALIASES,
  chances: COMPANIES.chances,
};

/** The known chances with those of some levels replaced. */
export function withChances(known: Chances, changes: Chances): Chances {
  return Object.fromEntries(Object.entries(known).map(([field, levels]) => [field, { ...levels, ...changes[field] }]));
}
