import { afterEach, describe, expect, test } from "@jest/globals";
import type { SourceRecord } from "../../src/model/index.ts";
import { LOAD, loadedWorld } from "../../src/sandbox/load/index.ts";
import type { Given } from "../../src/sandbox/load/index.ts";
import { createTechFlow } from "../../src/sandbox/scenario/index.ts";
import type { WorldSeed } from "../../src/sandbox/seeds.ts";
import { Reader } from "../connectors/asana/reader.ts";
import { tour } from "../contract/asana-tour.ts";
import { ASANA, asanaSeed } from "../support/asana-seed.ts";
import { startAsana } from "../support/asana-server.ts";
import { everyColumnBoard } from "../support/monday-every-column.ts";
import { mondayHub } from "../support/monday-hub.ts";
import { mondayBoardSeed, mondaySeed } from "../support/monday-seed.ts";
import { startMonday } from "../support/monday-server.ts";

const { world: BASE } = createTechFlow({ seed: 1, scale: 0.01, asOf: Date.parse("2026-11-02T11:00:00Z") });
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Records by stream and id, the last one of each. */
type Records = Readonly<Record<string, SourceRecord>>;
const byKey = (records: readonly SourceRecord[]): Records =>
  Object.fromEntries(records.map((record) => [`${record.stream}/${record.id}`, record]));

/** The world of the records, over the same border as `POST /load`. */
function worldOf(system: "asana" | "monday", tenant: string, records: Records): Partial<WorldSeed> {
  const streams: Record<string, unknown[]> = {};
  for (const { stream, id, content, member } of Object.values(records))
    (streams[stream] ??= []).push({ id, content, ...(member !== undefined && { member }) });
  const given: Given = LOAD.parse({ [system]: { tenant, records: JSON.parse(JSON.stringify(streams)) as unknown } });
  return loadedWorld(given, BASE).seeds;
}

describe("what is loaded comes back, whatever kind it is of", () => {
  test("cells of every column type, and subitems", async () => {
    const first = await startMonday(mondaySeed([mondayBoardSeed("7", 4)]), undefined, "demo");
    open.push(() => first.stop());
    const { full } = await everyColumnBoard(first);
    await first.data(
      `mutation { create_subitem(parent_item_id: ${full}, item_name: "Child", column_values: "{\\"status\\":{\\"index\\":1}}") { id } }`,
    );
    await first.data('mutation { move_item_to_group(item_id: 70001, group_id: "second") { id } }');
    const titles = await first.data<{ boards: { columns: { title: string }[] }[] }>("{ boards { columns { title } } }");
    const fields = [...new Set(titles.boards.flatMap(({ columns }) => columns.map(({ title }) => title)))];
    const read = async (server: typeof first): Promise<Records> => {
      const hub = await mondayHub(server, fields, {}, { subitems: ["Status", "Owner", "parent"] });
      return byKey((await hub.cycle()).pages.flatMap(({ records }) => records));
    };
    const before = await read(first);
    const { monday } = worldOf("monday", "9001", before);
    if (monday === undefined) throw new Error("there is no world");
    const second = await startMonday(monday, undefined, "demo");
    open.push(() => second.stop());
    expect(await read(second)).toEqual(before);
  });

  test("tasks, projects and stories of every kind", async () => {
    const first = await startAsana(asanaSeed(12), "demo");
    open.push(() => first.close());
    await tour(first, (method, path, data) => first.call(method, path, data));
    const read = async (server: typeof first): Promise<Records> => {
      const reader = new Reader(server);
      const names = ["text", "number", "enum", "multi", "date", "people", "reference", "formula", "id"];
      reader.selection = {
        projects: ["owner", "due_on", "start_on", "notes", "completed_by", "Opportunity ID", "Seats", ...names],
        tasks: [
          "assignee",
          "due_on",
          "due_at",
          "start_on",
          "tags",
          "notes",
          "approval_status",
          "completed_by",
          "Health",
          "Opportunity ID",
          ...names,
        ],
        sections: [],
        stories: ["text"],
      };
      await reader.run();
      expect(reader.rejects).toEqual([]);
      return Object.fromEntries(
        [...reader.records].flatMap(([stream, rows]) =>
          stream === "events"
            ? []
            : [...rows].map(([id, { content, member }]) => [
                `${stream}/${id}`,
                { stream, id, content, ...(member !== undefined && { member }) },
              ]),
        ),
      );
    };
    const before = await read(first);
    const { asana } = worldOf("asana", ASANA.workspace, before);
    if (asana === undefined) throw new Error("there is no world");
    const second = await startAsana(asana, "demo");
    open.push(() => second.close());
    expect(await read(second)).toEqual(before);
  });
});
