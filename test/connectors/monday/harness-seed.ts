import type { Draw } from "../../acceptance/harness.ts";
import type { MondayActivitySeed, MondayBoardSeed, MondayItemSeed, MondaySeed } from "../../../src/sandbox/seeds.ts";
import { mondayBoardSeed, mondaySeed } from "../../support/monday-seed.ts";

/** The instant the world starts at. */
export const SEED_AS_OF = Date.UTC(2026, 10, 23, 9);

export const BOARDS = ["7001", "7002"] as const;
export const GROUPS = ["topics", "second"] as const;

const DAY = 86_400_000;

/** An account with two boards whose items are spread over two groups, several on equal stamps, some archived. */
export function accountSeed(draw: Draw, records: number, otherTenant: boolean): MondaySeed {
  const stamps = Array.from({ length: Math.max(1, Math.ceil(records / 6)) }, () =>
    new Date(SEED_AS_OF - DAY - Math.floor(draw.next() * 30 * DAY)).toISOString().replace(/\.\d+Z$/u, ".000Z"),
  );
  const share = Math.ceil(records * 0.7);
  const boards = BOARDS.map((id, at): MondayBoardSeed => {
    const bare = mondayBoardSeed(id, 0, at === 0 ? "Launches" : "Requests");
    const items: MondayItemSeed[] = [];
    const activity: MondayActivitySeed[] = [];
    for (let n = 1; n <= (at === 0 ? share : records - share); n += 1) {
      const createdAt = draw.pick(stamps) ?? "";
      const item: MondayItemSeed = {
        id: String(Number(id) * 10_000 + n),
        name: `Item ${n}`,
        groupId: draw.pick(GROUPS) ?? "topics",
        creatorId: "101",
        createdAt,
        updatedAt: createdAt,
        state: draw.chance(0.05) ? "archived" : "active",
        values: { status: { index: draw.below(2) }, effort: String(draw.below(20)), reference: `EXT-${n}` },
      };
      items.push(item);
      activity.push(creation(item, id));
    }
    activity.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
    return { ...bare, items, activity };
  });
  const seed = mondaySeed(boards);
  return otherTenant ? { ...seed, account: { id: "9002", name: "Elsewhere", slug: "elsewhere" } } : seed;
}

function creation(item: MondayItemSeed, board: string): MondayActivitySeed {
  return {
    id: `00000000-0000-4000-a000-${item.id.padStart(12, "0").slice(-12)}`,
    event: "create_pulse",
    entity: "pulse",
    userId: "101",
    createdAt: item.createdAt,
    data: {
      board_id: Number(board),
      group_id: item.groupId,
      group_name: "Group",
      pulse_id: Number(item.id),
      pulse_name: item.name,
      column_values_json: JSON.stringify({ reference: item.values["reference"] }),
    },
  };
}
