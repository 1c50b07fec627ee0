import type { SalesforceSeed, SalesforceValue } from "../seeds.ts";

/** How big an org is to look. */
export interface BigOrg {
  readonly opportunities: number;
  readonly seed: number;
  /** The first creation and the last modification, epoch milliseconds UTC. */
  readonly from: number;
  readonly to: number;
  /** How many rows share one SystemModstamp; 1 when left out. */
  readonly rowsPerStamp?: number;
  readonly values?: Readonly<Record<string, readonly SalesforceValue[]>>;
}

/**
 * The same org with that many opportunities on top, none of which is held in memory: they are worked out from the seed
 * when asked for, and what clients change lies over them.
 */
export function withOpportunities(org: SalesforceSeed, big: BigOrg): SalesforceSeed {
  const { opportunities, seed, from, to, rowsPerStamp, values } = big;
  const plan = {
    object: "Opportunity",
    count: opportunities,
    seed,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(rowsPerStamp === undefined ? {} : { rowsPerStamp }),
    ...(values === undefined ? {} : { values }),
  };
  return { ...org, generated: [...(org.generated ?? []).filter((each) => each.object !== "Opportunity"), plan] };
}
