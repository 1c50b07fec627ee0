import { dayAfter, localDay, sameTimeAfter, startOfDay } from "./calendar.ts";
import type { Counted } from "./counts.ts";
import { cutsOf } from "./flow.ts";
import type { Journey } from "./journeys.ts";
import type { ByHand } from "./tally.ts";
import type { World } from "./world.ts";

const DAY = 86_400_000;

type Ended = Journey & { readonly end: number };

const endedOf = ({ journeys }: World, wanted: string): readonly Ended[] =>
  journeys.flatMap((each) => (each.process === wanted && each.end !== null ? [{ ...each, end: each.end }] : []));

const accountOf = ({ object }: Journey): string | undefined => object.references["account"];

/** Calendar quarters from the first year of the company's history on, as instants at headquarters. */
const QUARTERS: readonly (readonly [opens: number, closes: number])[] = ["2025", "2026"].flatMap((year) =>
  ["01", "04", "07", "10"].map((month): readonly [number, number] => [
    startOfDay(`${year}-${month}-01`),
    startOfDay(
      month === "10" ? `${Number(year) + 1}-01-01` : `${year}-${String(Number(month) + 3).padStart(2, "0")}-01`,
    ),
  ]),
);

/** Customers from their first finished onboarding until they left: no term is running, and one ended without a renewal. */
function customersOf(
  world: World,
): ReadonlyMap<string, readonly [began: number, left: number | null, onboarding: Ended]> {
  const customers = new Map<string, readonly [number, number | null, Ended]>();
  for (const onboarding of endedOf(world, "customer-onboarding")) {
    const account = accountOf(onboarding);
    if (account === undefined) continue;
    const terms = world.journeys.filter((each) => each.process === "contract-term" && accountOf(each) === account);
    const isRunning = terms.some(({ end, isGone }) => end === null && !isGone);
    const losses = terms.flatMap(({ end, outcome }) => (end !== null && outcome !== "renewed" ? [end] : []));
    const left = isRunning || losses.length === 0 ? null : Math.max(...losses);
    const earlier = customers.get(account)?.[2];
    const first = earlier === undefined || onboarding.end < earlier.end ? onboarding : earlier;
    customers.set(account, [first.end, left, first]);
  }
  return customers;
}

/** What is counted of customers and deals, from the definitions of reference §2.2 alone. */
export const CUSTOMER_COUNTS: Readonly<Record<string, (world: World) => readonly Counted[]>> = {
  "win-rate": (world) =>
    endedOf(world, "opportunity").map(({ end, outcome }) => ({ at: end, above: outcome === "won" })),

  "qbr-held": (world) =>
    endedOf(world, "account-quarter").map(({ end, outcome }) => ({ at: end, above: outcome === "held" })),

  "qbr-cadence": (world) => {
    const held = endedOf(world, "account-quarter").filter(({ outcome }) => outcome === "held");
    return [...customersOf(world)].flatMap(([account, [began, left]]) =>
      QUARTERS.flatMap(([opens, closes]) => {
        if (closes > world.asOf) return [];
        const active = Math.min(left ?? closes, closes) - Math.max(began, opens);
        if (active < 60 * DAY) return [];
        const above = held.some((each) => accountOf(each) === account && each.end >= opens && each.end < closes);
        return [{ at: closes - DAY, above }];
      }),
    );
  },

  "renewal-lead": (world) =>
    world.journeys
      .filter(({ process }) => process === "contract-term")
      .flatMap(({ start, end, object, moments }) => {
        const { end: lastDay, months } = object.object.attributes;
        if (typeof lastDay !== "object" || lastDay === null || !("day" in lastDay)) return [];
        const due = dayAfter(startOfDay(lastDay.day), -90);
        const begun = moments.find(({ what }) => what === "opportunity created")?.at ?? null;
        const isBegun = begun !== null && localDay(begun) <= due;
        if (typeof months === "number" && months < 4) return [];
        if (due < localDay(start) || (end !== null && localDay(end) < due)) return [];
        // The day itself has to have passed, unless it was done before.
        if (!isBegun && due >= localDay(world.asOf)) return [];
        return [{ at: startOfDay(due), above: isBegun }];
      }),

  "expansions-handed-over": (world) =>
    world.journeys
      .filter(({ process }) => process === "expansion")
      .flatMap(({ moments }) => {
        const found = moments.find(({ what }) => what === "Identified")?.at;
        if (found === undefined || found + 30 * DAY > world.asOf) return [];
        const handed = moments.find(({ what }) => what === "Handed over")?.at ?? Number.POSITIVE_INFINITY;
        return handed < found ? [] : [{ at: found, above: handed <= found + 30 * DAY }];
      }),
};

/** Customers of today, and whether they ever went without a review for more than a hundred days (reference §2.2, QBR cadence). */
export function reviewGaps(world: World): ByHand {
  const held = endedOf(world, "account-quarter").filter(({ outcome }) => outcome === "held");
  return {
    made: "share",
    cuts: ["segment", "region"],
    entries: [...customersOf(world)].map(([account, [began, left, onboarding]]) => {
      const reviews = held.filter((each) => accountOf(each) === account && each.end > began).map(({ end }) => end);
      const points = [began, ...reviews.toSorted((a, b) => a - b), world.asOf];
      const isLong = points.some((at, index) => index > 0 && sameTimeAfter(points[index - 1] ?? at, 100) < at);
      return {
        at: null,
        above: isLong ? 1 : 0,
        leftOut: left === null ? null : "left",
        cuts: cutsOf(world, onboarding),
      };
    }),
  };
}
