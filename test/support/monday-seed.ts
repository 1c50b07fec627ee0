import type { MondayActivitySeed, MondayBoardSeed, MondayItemSeed, MondaySeed } from "../../src/sandbox/seeds.ts";

/** The board most monday tests use: one status, one of each other seeded type, two groups, `count` items. */
export function mondayBoardSeed(id: string, count: number, name = "Launches"): MondayBoardSeed {
  const items: MondayItemSeed[] = [];
  const activity: MondayActivitySeed[] = [];
  for (let n = 1; n <= count; n += 1) {
    const createdAt = new Date(Date.UTC(2026, 0, 5, 8, 0, 0) + n * 60_000).toISOString();
    const item: MondayItemSeed = {
      id: String(Number(id) * 10_000 + n),
      name: `Item ${n}`,
      groupId: n % 2 === 0 ? "second" : "topics",
      creatorId: "101",
      createdAt,
      updatedAt: createdAt,
      state: "active",
      values: {
        status: { index: 0 },
        owner: { personsAndTeams: [{ id: 102, kind: "person" }] },
        due: { date: "2026-02-01" },
        span: { from: "2026-01-10", to: "2026-01-20" },
        effort: "3",
        reference: `EXT-${n}`,
        tier: { ids: [1, 2] },
        approved: { checked: true },
        deal: { url: "https://example.test/deal", text: "Deal" },
      },
    };
    items.push(item);
    activity.push({
      id: `00000000-0000-4000-a000-${item.id.padStart(12, "0").slice(-12)}`,
      event: "create_pulse",
      entity: "pulse",
      userId: "101",
      createdAt,
      data: {
        board_id: Number(id),
        group_id: item.groupId,
        group_name: "Group",
        pulse_id: Number(item.id),
        pulse_name: item.name,
        column_values_json: JSON.stringify({
          status: { label: { index: 0, text: "Working on it", is_done: false }, post_id: null },
        }),
      },
    });
  }
  return {
    id,
    name,
    workspaceId: "501",
    createdAt: "2026-01-05T08:00:00.000Z",
    groups: [
      { id: "topics", title: "Backlog", color: "#579bfc" },
      { id: "second", title: "Doing", color: "#00c875" },
    ],
    columns: [
      {
        id: "status",
        title: "Status",
        type: "status",
        labels: { "0": "Working on it", "1": "Done", "2": "Stuck" },
        doneIndexes: [1],
      },
      { id: "owner", title: "Owner", type: "people" },
      { id: "due", title: "Due", type: "date" },
      { id: "span", title: "Span", type: "timeline" },
      { id: "effort", title: "Effort", type: "numbers" },
      { id: "reference", title: "Reference", type: "text" },
      { id: "tier", title: "Tier", type: "dropdown", labels: { "1": "Gold", "2": "Silver" } },
      { id: "approved", title: "Approved", type: "checkbox" },
      { id: "deal", title: "Deal", type: "link" },
    ],
    items,
    activity,
  };
}

/** An account with three users (one inactive), one workspace and the given boards. */
export function mondaySeed(boards: readonly MondayBoardSeed[]): MondaySeed {
  const createdAt = "2025-06-01T00:00:00.000Z";
  return {
    account: { id: "9001", name: "Example", slug: "example" },
    tokenUserId: "101",
    users: [
      { id: "101", name: "Ira Integration", email: "ira@example.test", enabled: true, createdAt },
      { id: "102", name: "Ann Engineer", email: "ann@example.test", enabled: true, createdAt },
      { id: "103", name: "Bob Gone", email: "bob@example.test", enabled: false, createdAt },
    ],
    workspaces: [{ id: "501", name: "Product" }],
    boards,
  };
}
