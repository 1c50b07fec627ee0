import type { WorldSeed } from "../seeds.ts";
import { withOpportunities } from "../salesforce/index.ts";

/** How many records lie on top of the scenario's own; worked out when asked for, never held in memory. */
export interface BigWorld {
  readonly opportunities?: number;
  readonly tasks?: number;
  readonly items?: number;
}

const DAY_MS = 86_400_000;
const TASKS_PER_PROJECT = 20_000;
const FIRST_ITEM = 8_000_000_000;

/** The same company, grown: opportunities in its org, projects full of tasks, a board full of items. */
export function enlarge(world: WorldSeed, big: BigWorld, seed: number, asOf: number): WorldSeed {
  const { opportunities = 0, tasks = 0, items = 0 } = big;
  const from = asOf - 730 * DAY_MS;
  const to = asOf - DAY_MS;
  const { asana, monday } = world;
  const [board, ...boards] = monday.boards;
  return {
    ...world,
    salesforce:
      opportunities === 0 ? world.salesforce : withOpportunities(world.salesforce, { opportunities, seed, from, to }),
    asana:
      tasks === 0
        ? asana
        : {
            ...asana,
            generated: [
              {
                seed,
                projects: Math.max(1, Math.ceil(tasks / TASKS_PER_PROJECT)),
                tasks,
                sections: ["To do", "Doing", "Done"],
                teamGid: asana.teams[0]?.gid ?? "",
                customFieldGids: asana.customFields.slice(0, 3).map(({ gid }) => gid),
                from: new Date(from).toISOString(),
                to: new Date(to).toISOString(),
              },
            ],
          },
    monday:
      items === 0 || board === undefined
        ? monday
        : {
            ...monday,
            boards: [
              {
                ...board,
                generated: {
                  seed,
                  count: items,
                  firstId: FIRST_ITEM,
                  startAt: new Date(from).toISOString(),
                  stepMs: Math.floor((to - from) / (items + 100)),
                  userIds: monday.users.map(({ id }) => id),
                },
              },
              ...boards,
            ],
          },
  };
}
