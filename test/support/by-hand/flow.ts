import { businessTime, businessTimeAfter, sameTimeAfter } from "./calendar.ts";
import { lengthOf, quantile } from "./durations.ts";
import type { Journey } from "./journeys.ts";
import { returnsOf, staysOf, wentBack } from "./stays.ts";
import type { ByHand, Entry } from "./tally.ts";
import type { World } from "./world.ts";

/** Whose work a process is; an onboarding is its manager's team's. */
const TEAMS: Readonly<Record<string, string>> = {
  "lead-to-opportunity": "Marketing",
  opportunity: "Sales",
  "feature-delivery": "Product",
  "monthly-close": "Finance",
  hiring: "People Ops",
  "contract-review": "Legal",
  incident: "Support",
};
/** Stages in which nobody works on the case. */
const WAITING: Readonly<Record<string, readonly string[]>> = {
  "contract-review": ["Requested", "Approved"],
  "feature-delivery": ["Committed"],
};
/** Dollars for one unit (docs/techflow.md, corporate amount). */
const RATES: Readonly<Record<string, number>> = { USD: 1, EUR: 1.08, GBP: 1.27 };
const BUSINESS_DAY = 8 * 3_600_000;
const OLDER = "started before the history";
/** Fewer completed cases give no age to compare with (docs/kpis.md, work-item-age). */
const MIN_COMPLETED = 30;

type Ended = Journey & { readonly end: number };

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

export function cutsOf({ accounts }: World, { process, object }: Journey): NonNullable<Entry["cuts"]> {
  const account = accounts.get(object.references["account"] ?? "");
  const own = process === "customer-onboarding" ? text(object.object.attributes["segment"]) : null;
  return {
    process,
    team: TEAMS[process] ?? "Customer Success",
    segment: own ?? account?.segment ?? null,
    region: account?.region ?? null,
  };
}

const ended = ({ journeys }: World): readonly Ended[] =>
  journeys.flatMap((each) => (each.end === null ? [] : [{ ...each, end: each.end }]));
const open = ({ journeys }: World): readonly Journey[] => journeys.filter(({ end, isGone }) => end === null && !isGone);

/** When a case has to be done, of processes that say so. */
function termOf({ process, start }: Journey): number | null {
  if (process === "customer-onboarding") return sameTimeAfter(start, 30);
  return process === "monthly-close" ? businessTimeAfter(start, 6 * BUSINESS_DAY) : null;
}

/** What a deal is worth in dollars. */
function dollarsOf({ object }: Journey): number {
  const { amount } = object.object.attributes;
  if (typeof amount !== "object" || amount === null || !("currency" in amount)) return 0;
  return Math.round(amount.amount * (RATES[amount.currency] ?? Number.NaN) * 100) / 100;
}

/** What goes through the company, from the definitions of reference §2.2 and docs/kpis.md alone. */
export const FLOW: Readonly<Record<string, (world: World) => ByHand>> = {
  throughput: (world) => ({
    made: "count",
    cuts: ["process", "team"],
    entries: ended(world).map((each) => ({ at: each.end, above: 1, cuts: cutsOf(world, each) })),
  }),

  arrivals: (world) => ({
    made: "count",
    cuts: ["process", "team"],
    entries: world.journeys.map((each) => ({ at: each.start, above: 1, cuts: cutsOf(world, each) })),
  }),

  "won-amount": (world) => ({
    made: "sum",
    cuts: ["segment", "region", "category"],
    entries: ended(world)
      .filter(({ process, outcome }) => process === "opportunity" && outcome === "won")
      .map((each) => ({
        at: each.end,
        above: dollarsOf(each),
        cuts: { ...cutsOf(world, each), category: text(each.object.object.attributes["kind"]) },
      })),
  }),

  "open-cases": (world) => ({
    made: "count",
    cuts: ["process", "team"],
    entries: open(world).map((each) => ({ at: null, above: 1, cuts: cutsOf(world, each) })),
  }),

  "overdue-cases": (world) => ({
    made: "share",
    cuts: ["process"],
    entries: open(world).flatMap((each) => {
      const term = termOf(each);
      return term === null ? [] : [{ at: null, above: term < world.asOf ? 1 : 0, cuts: cutsOf(world, each) }];
    }),
  }),

  "due-times-kept": (world) => ({
    made: "share",
    cuts: ["process"],
    entries: world.journeys.flatMap((each) => {
      const term = termOf(each);
      if (term === null || each.isGone) return [];
      const above = each.end !== null && each.end <= term ? 1 : 0;
      return [{ at: term, above, isOpen: each.end === null && term >= world.asOf, cuts: cutsOf(world, each) }];
    }),
  }),

  "open-feature-age": (world) => ({
    made: "median",
    cuts: [],
    entries: open(world)
      .filter(({ process }) => process === "feature-delivery")
      .map((each) => ({ at: null, above: world.asOf - each.start, leftOut: each.isOlder ? OLDER : null })),
  }),

  "work-item-age": (world) => {
    const took = new Map<string, number[]>();
    for (const each of ended(world)) {
      if (!each.isOlder) took.set(each.process, [...(took.get(each.process) ?? []), lengthOf(each, each.end)]);
    }
    return {
      made: "share",
      cuts: ["process", "team", "segment"],
      entries: open(world).map((each) => {
        const mine = took.get(each.process) ?? [];
        const few = mine.length < MIN_COMPLETED ? "too few completed to compare with" : null;
        return {
          at: null,
          above: few === null && lengthOf(each, world.asOf) > quantile(mine, 0.85) ? 1 : 0,
          leftOut: each.isOlder ? OLDER : few,
          cuts: cutsOf(world, each),
        };
      }),
    };
  },

  "flow-efficiency": (world) => ({
    made: "ratio",
    cuts: ["process"],
    entries: ended(world).map((each) => {
      const waiting = WAITING[each.process];
      const elapsed = each.end - each.start;
      const stays = staysOf(each).filter(({ stage }) => waiting?.includes(stage) !== true);
      // A case stays in one stage at a time, so that their union is their sum.
      const active = stays.reduce((sum, { from, to }) => sum + Math.min(to ?? each.end, each.end) - from, 0);
      const immeasurable = waiting === undefined ? "no stage is named in which it waits" : null;
      return {
        at: each.end,
        above: active,
        below: elapsed,
        leftOut: immeasurable ?? (each.isOlder ? OLDER : null),
        cuts: cutsOf(world, each),
      };
    }),
  }),

  "rework-time": (world) => ({
    made: "median",
    cuts: ["process"],
    entries: ended(world).flatMap((each) => {
      const returns = returnsOf(staysOf(each));
      if (returns.length === 0) return [];
      const length = returns.reduce((sum, { from, to }) => sum + (to ?? each.end) - from, 0);
      return [{ at: each.end, above: length, leftOut: each.isOlder ? OLDER : null, cuts: cutsOf(world, each) }];
    }),
  }),

  "backward-moves": (world) => ({
    made: "share",
    cuts: ["process"],
    entries: ended(world).map((each) => ({
      at: each.end,
      above: wentBack(staysOf(each)) ? 1 : 0,
      leftOut: each.isOlder ? OLDER : null,
      cuts: cutsOf(world, each),
    })),
  }),

  // A stage that is entered again is a move back or forth, not a repeat in its place (reference §2.2, rework).
  "steps-done-again": (world) => ({
    made: "share",
    cuts: ["process"],
    entries: ended(world).map((each) => {
      const steps = each.moments.filter(({ event, undone }) => event.type === "step completed" && !undone);
      const isRepeated = steps.some(({ what }, index) => steps.findIndex((other) => other.what === what) < index);
      return {
        at: each.end,
        above: isRepeated ? 1 : 0,
        leftOut: each.isOlder ? OLDER : null,
        cuts: cutsOf(world, each),
      };
    }),
  }),

  "contract-review-legal-share": (world) => ({
    made: "ratio",
    cuts: [],
    entries: ended(world)
      .filter(({ process }) => process === "contract-review")
      .flatMap((each) =>
        staysOf(each).map(({ stage, from, to, isNoise }) => {
          const length = businessTime(from, to ?? each.end);
          // Approved it waits for the signatures, which sales brings.
          const above = stage === "Approved" ? 0 : length;
          return { at: each.end, above, below: length, leftOut: isNoise ? "bulk edit" : null };
        }),
      ),
  }),

  "stage-cycle-time": (world) => ({ made: "median", cuts: ["stage"], isCutOnly: true, entries: stageLengths(world) }),

  "development-time": (world) => ({
    made: "median",
    cuts: ["stage"],
    isCutOnly: true,
    entries: stageLengths(world).filter(({ cuts }) => cuts?.stage === "feature-delivery / Development"),
  }),
};

/** Time of each case in each stage, all visits together; what is still there is open. */
function stageLengths({ journeys }: World): readonly Entry[] {
  return journeys.flatMap((each) => {
    const stays = staysOf(each).filter(({ isNoise }) => !isNoise);
    return [...new Set(stays.map(({ stage }) => stage))].map((stage): Entry => {
      const mine = stays.filter((stay) => stay.stage === stage);
      const last = mine.at(-1)?.to ?? null;
      return {
        at: last,
        above: mine.reduce((sum, { from, to }) => sum + (to ?? from) - from, 0),
        isOpen: last === null,
        leftOut: each.isOlder ? OLDER : null,
        cuts: { stage: `${each.process} / ${stage}` },
      };
    });
  });
}

/**
 * |L − λW| ÷ L of some cases over a window, and how many went out in it; null when nothing was in progress (reference §2.2, Little's
 * law). Over a window with every case it is an identity, so that what is in progress until it is cancelled counts on both sides.
 */
export function littlesGap(
  cases: readonly Journey[],
  [from, to]: readonly [number, number],
): { readonly gap: number | null; readonly out: number } {
  const known = cases
    .filter(({ isOlder }) => !isOlder)
    .map(({ start, end, goneAt }) => ({ start, end: end ?? goneAt ?? Number.POSITIVE_INFINITY }));
  const length = to - from;
  const overlap = known.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)),
    0,
  );
  const took = known.flatMap(({ start, end }) => (end >= from && end < to ? [end - start] : []));
  if (overlap === 0) return { gap: null, out: took.length };
  const inProgress = overlap / length;
  const rate = took.length / length;
  const mean = took.reduce((sum, each) => sum + each, 0) / Math.max(1, took.length);
  return { gap: Math.abs(inProgress - rate * mean) / inProgress, out: took.length };
}
