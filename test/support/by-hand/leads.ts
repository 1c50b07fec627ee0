import { cutsOf } from "./flow.ts";
import type { Journey } from "./journeys.ts";
import { staysOf } from "./stays.ts";
import type { ByHand, Entry } from "./tally.ts";
import type { World } from "./world.ts";

const DAY = 86_400_000;
/** What each stage of a lead asks for before it (docs/techflow.md, rules of lead-to-opportunity). */
const ASKS: readonly (readonly [before: string, stage: string])[] = [
  ["MQL", "SAL"],
  ["SAL", "SQL"],
  ["SQL", "Converted"],
];

const leads = ({ journeys }: World): readonly Journey[] =>
  journeys.filter(({ process }) => process === "lead-to-opportunity");

/** What becomes of leads, from the definitions of reference §2.2 (MQL to SQL) and §2.6 alone. */
export const LEADS: Readonly<Record<string, (world: World) => ByHand>> = {
  "mql-to-sql-again": (world) => ({
    made: "share",
    cuts: [],
    entries: leads(world).flatMap((lead) => {
      const stays = staysOf(lead).filter(({ isNoise }) => !isNoise);
      const mqls = stays.filter(({ stage }) => stage === "MQL").map(({ from }) => from);
      const sqls = stays.filter(({ stage }) => stage === "SQL").map(({ from }) => from);
      return mqls.slice(1).map((at, index): Entry => {
        const next = mqls[index + 2] ?? Number.POSITIVE_INFINITY;
        const above = sqls.some((sql) => sql >= at && sql < next && sql <= at + 30 * DAY) ? 1 : 0;
        const leftOut = lead.isOlder ? "started before the history" : null;
        return { at, above, isOpen: at + 30 * DAY > world.asOf, leftOut };
      });
    }),
  }),

  "lead-stage-skip": (world) => ({
    made: "share",
    cuts: ["segment"],
    entries: leads(world)
      .filter(({ isGone }) => !isGone)
      .flatMap((lead) => ASKS.flatMap(([before, stage]) => stepOf(world, lead, before, stage))),
  }),
};

/** One step of a lead, decided when it went wrong, or when the lead came to its end without that. */
function stepOf(world: World, lead: Journey, before: string, stage: string): readonly Entry[] {
  const cuts = cutsOf(world, lead);
  const reached = lead.moments.find(({ what }) => what === stage)?.at;
  if (reached === undefined) return [];
  const second = (at: number): number => Math.floor(at / 1000);
  const firsts = lead.moments.filter(({ what }) => what === before).map(({ at }) => at);
  const isKept = firsts.some((at) => second(at) <= second(reached));
  if (isKept) return lead.end === null ? [] : [{ at: lead.end, above: 0, cuts }];
  // One that comes after all is out of order, not skipped.
  return [{ at: reached, above: firsts.length === 0 ? 1 : 0, cuts }];
}
