import type { Handoff } from "../../../src/model/index.ts";
import { businessTime } from "./calendar.ts";
import type { ByHand, Entry } from "./tally.ts";
import type { World } from "./world.ts";

/** Why a handoff counts in no KPI (docs/kpis.md, Handoffs); null for those that do. */
export function leftOutOf({ historical, link, waiver }: Handoff): string | null {
  if (historical) return "before the contract began";
  if (link === "revoked") return "revoked";
  return waiver === null ? null : "waived";
}

/** Those that somebody handed over; nobody did with an orphan. */
export const handedOver = ({ handoffs }: World): readonly Handoff[] => handoffs.filter(({ link }) => link !== "orphan");

/** From the trigger until something happened to it; what was there before waited for nobody, what has not happened is open. */
function lengthsUntil(
  world: World,
  until: "createdAt" | "assignedAt" | "acceptedAt",
  clock: (from: number, to: number) => number,
): readonly Entry[] {
  return handedOver(world).flatMap((handoff) => {
    const { contract, triggeredAt, rejectedAt, [until]: reached } = handoff;
    if (triggeredAt === null) return [];
    const leftOut = leftOutOf(handoff) ?? (reached === null && rejectedAt !== null ? "rejected" : null);
    return [
      {
        at: triggeredAt,
        above: reached === null ? 0 : clock(triggeredAt, Math.max(triggeredAt, reached)),
        isOpen: leftOut === null && reached === null,
        leftOut,
        cuts: { contract },
      },
    ];
  });
}

const clockTime = (from: number, to: number): number => to - from;

/** How long handoffs wait, from the definitions of reference §2.2 (handoff latency, bounce, lead response) alone. */
export const WAITS: Readonly<Record<string, (world: World) => ByHand>> = {
  "handoff-latency": (world) => ({
    made: "median",
    cuts: ["contract"],
    isCutOnly: true,
    entries: lengthsUntil(world, "createdAt", businessTime),
  }),
  "handoff-system-delay": (world) => ({
    made: "median",
    cuts: ["contract"],
    isCutOnly: true,
    entries: lengthsUntil(world, "assignedAt", clockTime),
  }),
  "handoff-acceptance-time": (world) => ({
    made: "median",
    cuts: ["contract"],
    isCutOnly: true,
    entries: lengthsUntil(world, "acceptedAt", clockTime),
  }),

  "handoff-human-delay": (world) => ({
    made: "median",
    cuts: ["contract"],
    entries: handedOver(world).flatMap((handoff) => {
      const { contract, triggeredAt, assignedAt, acceptedAt, firstWorkAt } = handoff;
      if (assignedAt === null) return [];
      const taken = acceptedAt ?? firstWorkAt;
      const above = taken === null ? 0 : Math.max(0, taken - assignedAt);
      return [{ at: triggeredAt, above, isOpen: taken === null, leftOut: leftOutOf(handoff), cuts: { contract } }];
    }),
  }),

  "rep-response": (world) => ({
    made: "median",
    cuts: [],
    entries: handedOver(world).flatMap((handoff) => {
      const { contract, sourceKey, triggeredAt, assignedAt } = handoff;
      if (contract !== "marketing-to-sales" || triggeredAt === null || assignedAt === null) return [];
      const touches = world.touches.get(sourceKey ?? "")?.filter((at) => at <= world.asOf) ?? [];
      const touch = touches.find((at) => at >= triggeredAt) ?? null;
      const early = touches.some((at) => at < triggeredAt)
        ? "touched before it was qualified"
        : touch !== null && touch < assignedAt
          ? "touched before it was assigned"
          : null;
      const above = touch === null ? 0 : businessTime(assignedAt, Math.max(assignedAt, touch));
      return [{ at: assignedAt, above, isOpen: touch === null, leftOut: leftOutOf(handoff) ?? early }];
    }),
  }),

  "expansions-won": (world) => {
    const deals = new Map(
      world.journeys.flatMap((each) => (each.process === "opportunity" ? [[each.object.id, each]] : [])),
    );
    return {
      made: "share",
      cuts: [],
      entries: handedOver(world).flatMap((handoff) => {
        const deal = handoff.contract === "cs-to-sales" ? deals.get(handoff.targetKey ?? "") : undefined;
        if (deal === undefined) return [];
        const above = deal.outcome === "won" ? 1 : 0;
        return [{ at: deal.end, above, isOpen: deal.end === null, leftOut: leftOutOf(handoff) }];
      }),
    };
  },

  "bounces-each": (world) => ({
    made: "ratio",
    cuts: ["contract"],
    entries: handedOver(world).flatMap((handoff) => {
      const { contract, createdAt, returns = 0 } = handoff;
      if (createdAt === null || returns === 0) return [];
      return [{ at: createdAt, above: returns, leftOut: leftOutOf(handoff), cuts: { contract } }];
    }),
  }),
};
