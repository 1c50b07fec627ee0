import { describe, expect, test } from "@jest/globals";
import { reconcile } from "../../src/handoffs/index.ts";
import type { LinkedObject } from "../../src/model/index.ts";
import { contractFile, epic, feature, hours, input, lead, states } from "./world.ts";

const engineering = contractFile("product-to-engineering");
const sales = contractFile("marketing-to-sales");
const QUEUE = { person: "00G" };
const DANA = { person: "dana" };
const ROBOT = { person: "robot" };

describe("a feature committed to", () => {
  test.each<
    [
      fact: string,
      features: readonly LinkedObject[],
      epics: readonly LinkedObject[],
      asOf: number,
      states: readonly string[],
    ]
  >([
    [
      "is matched by the epic's field",
      [feature()],
      [epic({ attributes: { item_id: "77" } })],
      300,
      ["#1 matched on_time in_sync none → matched [990]"],
    ],
    [
      "is matched by the item's column",
      [feature({ attributes: { engineering_epic: " 990 " } })],
      [epic()],
      300,
      ["#1 matched on_time in_sync none → matched [990]"],
    ],
    [
      "is matched by the feature's key",
      [feature()],
      [epic({ attributes: { feature_key: "f-012" } })],
      300,
      ["#1 matched on_time in_sync none → matched [990]"],
    ],
    [
      "follows what the epic says of itself against another item's column",
      [feature({ attributes: { engineering_epic: "990", feature_key: null, name: "Other" } }), feature({ id: "78" })],
      [epic({ attributes: { item_id: "78" } })],
      300,
      ["#1 matched on_time in_sync none → matched [990]", "#1 missing late unknown none → missing"],
    ],
    [
      "has drifted when the names differ",
      [feature()],
      [epic({ attributes: { item_id: "77", name: "Light mode" } })],
      300,
      ["#1 matched on_time drifted none → drifted [990]"],
    ],
    ["is due by business days", [feature()], [], 56, ["#1 expected pending unknown none → expected"]],
    ["is late after three business days", [feature()], [], 73, ["#1 expected late unknown none → late"]],
    ["is ambiguous by name alone", [feature()], [epic()], 300, ["#1 ambiguous on_time unknown none → ambiguous"]],
    [
      "is accepted when the epic enters a sprint",
      [feature()],
      [
        epic({
          attributes: { item_id: "77" },
          stages: [
            ["Backlog", 5],
            ["In sprint", 50, null],
          ],
        }),
      ],
      300,
      ["#1 matched on_time in_sync accepted → matched [990]"],
    ],
    [
      "is accepted when a person assigns it",
      [feature()],
      [epic({ attributes: { item_id: "77" }, history: [["assignee", DANA, 20]] })],
      300,
      ["#1 matched on_time in_sync accepted → matched [990]"],
    ],
    [
      "is not accepted when a rule or a bot assigns it",
      [feature()],
      [
        epic({
          attributes: { item_id: "77" },
          history: [
            ["assignee", DANA, 20, null],
            ["assignee", DANA, 21, "robot"],
          ],
        }),
      ],
      300,
      ["#1 matched on_time in_sync none → matched [990]"],
    ],
    [
      "is revoked when it goes back to planning",
      [
        feature({
          stages: [
            ["Committed", 0],
            ["Planning", 9],
          ],
        }),
      ],
      [],
      300,
      ["#1 revoked late unknown none → revoked"],
    ],
    [
      "is revoked when its item is archived",
      [feature({ removed: { at: hours(9), cause: "archived" } })],
      [],
      300,
      ["#1 revoked late unknown none → revoked"],
    ],
    [
      "goes on when it is developed",
      [
        feature({
          stages: [
            ["Committed", 0],
            ["Development", 9],
          ],
        }),
      ],
      [epic({ attributes: { item_id: "77" } })],
      300,
      ["#1 matched on_time in_sync none → matched [990]"],
    ],
    [
      "that is only planned leaves an epic of its name no orphan",
      [feature({ stages: [["Planning", 0]] })],
      [epic()],
      300,
      [],
    ],
  ])("%s", (_fact, features, epics, asOf, expected) => {
    expect([...states(engineering, input(features, epics, hours(asOf)))].sort()).toEqual([...expected].sort());
  });

  test("and an epic nobody committed to are told apart: the epic is an orphan", () => {
    const found = reconcile(
      engineering,
      input([feature()], [epic({ attributes: { name: "Spring cleaning" } })], hours(300)),
    );
    expect(found.map(({ label }) => label).sort()).toEqual(["missing", "orphan"]);
  });
});

describe("a lead that marketing qualified", () => {
  test.each<[fact: string, lead: LinkedObject, asOf: number, states: readonly string[]]>([
    [
      "held by a person already is there at once",
      lead({ stages: [["MQL", 0]] }),
      2,
      ["#1 matched on_time in_sync none → matched [00Q]"],
    ],
    [
      "in the queue is waited for",
      lead({ attributes: { owner: QUEUE }, stages: [["MQL", 0]] }),
      1,
      ["#1 expected pending unknown none → expected"],
    ],
    [
      "in the queue is missing after the grace",
      lead({ attributes: { owner: QUEUE }, stages: [["MQL", 0]] }),
      5.1,
      ["#1 missing late unknown none → missing"],
    ],
    [
      "taken in time is on time",
      lead({
        stages: [["MQL", 0]],
        history: [
          ["owner", QUEUE, -5],
          ["owner", DANA, 0.5],
        ],
      }),
      9,
      ["#1 matched on_time in_sync none → matched [00Q]"],
    ],
    [
      "taken later is late",
      lead({
        stages: [["MQL", 0]],
        history: [
          ["owner", QUEUE, -5],
          ["owner", DANA, 2],
        ],
      }),
      9,
      ["#1 matched late in_sync none → late [00Q]"],
    ],
    [
      "given to a service account is not taken",
      lead({
        attributes: { owner: ROBOT },
        stages: [["MQL", 0]],
        history: [
          ["owner", QUEUE, -5],
          ["owner", ROBOT, 0.5],
        ],
      }),
      9,
      ["#1 missing late unknown none → missing"],
    ],
    [
      "is accepted by a person",
      lead({
        stages: [
          ["MQL", 0],
          ["SAL", 3],
        ],
      }),
      9,
      ["#1 matched on_time in_sync accepted → matched [00Q]"],
    ],
    [
      "is not accepted by automation",
      lead({
        stages: [
          ["MQL", 0],
          ["SAL", 3, "robot"],
        ],
      }),
      9,
      ["#1 matched on_time in_sync none → matched [00Q]"],
    ],
    [
      "is rejected before it was accepted",
      lead({
        stages: [
          ["MQL", 0],
          ["Recycled", 3],
        ],
      }),
      9,
      ["#1 matched on_time in_sync rejected → rejected [00Q]"],
    ],
    [
      "is not rejected any more once accepted",
      lead({
        stages: [
          ["MQL", 0],
          ["SAL", 2],
          ["Recycled", 3],
        ],
      }),
      9,
      ["#1 matched on_time in_sync accepted → matched [00Q]"],
    ],
    [
      "opens anew only after a decision",
      lead({
        stages: [
          ["MQL", 0],
          ["Working", 1],
          ["MQL", 2],
          ["Recycled", 3],
          ["MQL", 4],
        ],
      }),
      9,
      ["#1 matched on_time in_sync rejected → rejected [00Q]", "#2 matched on_time in_sync none → matched [00Q]"],
    ],
    [
      "is revoked when it is deleted",
      lead({ stages: [["MQL", 0]], removed: { at: hours(3), cause: "deleted" } }),
      9,
      ["#1 revoked on_time unknown none → revoked [00Q]"],
    ],
  ])("%s", (_fact, made, asOf, expected) => {
    expect(states(sales, input([made], [], hours(asOf)))).toEqual(expected);
  });
});
