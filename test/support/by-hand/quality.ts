import type { LinkedModel } from "../../../src/sync/index.ts";
import { leftOutOf } from "./waits.ts";
import type { World } from "./world.ts";

/** What a handoff to customer success needs of its deal (docs/techflow.md, handoffs). */
const NEEDS = ["amount", "csm", "go_live"] as const;

/** The shares of which reference §2.8 asks, each of the worst there is. */
export interface Quality {
  /** Leads of which the mapping knows the status ÷ leads. */
  readonly leadsMapped: number;
  readonly completeness: number;
  readonly linkCoverage: number;
}

const lowest = (shares: readonly number[]): number => Math.min(...shares);

/** Groups by a key that is not always there. */
function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, keyOf);
}

function shareOf<T>(items: readonly T[], isGood: (item: T) => boolean): number {
  return items.filter(isGood).length / items.length;
}

/** @param strange ids of the leads whose status no mapping knows */
export async function qualityOf(world: World, model: LinkedModel, strange: readonly string[]): Promise<Quality> {
  const leads = world.journeys.filter(({ process }) => process === "lead-to-opportunity");
  return {
    leadsMapped: shareOf(leads, ({ id }) => !strange.includes(id)),
    completeness: lowest([...dimensionsKnown(world), await needsMet(world, model)]),
    linkCoverage: lowest([
      ...[
        ...grouped(
          world.handoffs.filter(({ historical }) => !historical),
          ({ contract }) => contract,
        ).values(),
      ].map((some) => shareOf(some, ({ link }) => link !== "ambiguous")),
      shareOf(
        world.journeys.filter(({ process }) => process === "customer-onboarding"),
        ({ isJoined }) => isJoined,
      ),
    ]),
  };
}

/** Segment and region, of the cases that have an account to take them from, by process. */
function dimensionsKnown({ journeys, accounts }: World): readonly number[] {
  const owned = journeys.flatMap(({ process, object }) => {
    const account = accounts.get(object.references["account"] ?? "");
    if (account === undefined) return [];
    const segment = process === "customer-onboarding" ? object.object.attributes["segment"] : account.segment;
    return [{ process, known: [segment ?? null, account.region] }];
  });
  return [...grouped(owned, ({ process }) => process).values()].map((some) =>
    shareOf(
      some.flatMap(({ known }) => known),
      (value) => value !== null,
    ),
  );
}

/** What deals have of what customer success needs of them. */
async function needsMet({ handoffs }: World, model: LinkedModel): Promise<number> {
  const deals = new Map<string, Readonly<Record<string, unknown>>>();
  for await (const { id, object } of model.objects("opportunity")) deals.set(id, object.attributes);
  const needed = handoffs
    .filter(
      (handoff) => handoff.contract === "sales-to-cs" && handoff.sourceKey !== null && leftOutOf(handoff) === null,
    )
    .flatMap(({ sourceKey }) => NEEDS.map((name) => deals.get(sourceKey ?? "")?.[name] ?? null));
  return shareOf(needed, (value) => value !== null);
}
