import { describe, expect, test } from "@jest/globals";
import { acceptedPin, formatBindings, pinnedNames, resolveNames } from "../../src/configuration/index.ts";
import type { PinnedNames } from "../../src/configuration/index.ts";

const PINS: PinnedNames = { Open: { id: "1" }, Held: { id: "2" }, Done: { id: "3", means: "done" } };

type Shown = readonly (readonly [id: string, name: string, means?: string])[];

/** State by name, for the names pinned and `used`. */
function states(shown: Shown, pins: PinnedNames = PINS, used: readonly string[] = Object.keys(pins), byId = false) {
  const list = shown.map(([id, name, means]) => ({ id, name, ...(means === undefined ? {} : { means }) }));
  return Object.fromEntries(resolveNames(pins, used, list, byId).map(({ name, state }) => [name, state]));
}

const AS_PINNED: Shown = [
  ["1", "Open"],
  ["2", "Held"],
  ["3", "Done", "done"],
];

/** As pinned, but for one id. */
function but(id: string, name: string, means?: string): Shown {
  const changed: Shown[number] = means === undefined ? [id, name] : [id, name, means];
  return AS_PINNED.map((each) => (each[0] === id ? changed : each));
}

describe("names against their pins", () => {
  test("are unchanged while their ids carry them, however they are written", () => {
    expect(states(but("2", " HELD "))).toEqual({ Open: "unchanged", Held: "unchanged", Done: "unchanged" });
  });

  test("are renamed when their id has a name that is nobody else's", () => {
    expect(states(but("2", "Took place"))).toEqual({ Open: "unchanged", Held: "renamed", Done: "unchanged" });
    expect(states(but("3", "Finished", "done"))["Done"]).toBe("renamed");
  });

  test("are renamed once: an accepted name is unchanged, and one back to the old, too", () => {
    const pins = { ...PINS, Held: { id: "2", now: "Took place" } };
    expect(states(but("2", "Took place"), pins)["Held"]).toBe("unchanged");
    expect(states(AS_PINNED, pins)["Held"]).toBe("unchanged");
    expect(states(but("2", "Was held"), pins)["Held"]).toBe("renamed");
  });

  test("are refused when their id carries what another pin is called", () => {
    expect(states(but("2", "Open"))).toEqual({ Open: "unchanged", Held: "reused", Done: "unchanged" });
    const accepted = { ...PINS, Open: { id: "1", now: "New" } };
    expect(
      states(
        [
          ["1", "New"],
          ["2", "New"],
        ],
        accepted,
        ["Open", "Held"],
      )["Held"],
    ).toBe("reused");
  });

  test("are refused when two swapped", () => {
    expect(
      states(
        [
          ["1", "Held"],
          ["2", "Open"],
        ],
        PINS,
        ["Open", "Held"],
      ),
    ).toEqual({ Open: "reused", Held: "reused" });
  });

  test("are refused when the name went over to another id", () => {
    expect(states([...but("2", "Took place"), ["4", "Held"]])["Held"]).toBe("reused");
    expect(
      states([
        ["2", "Open"],
        ["3", "Done", "done"],
      ]),
    ).toMatchObject({ Open: "reused", Held: "reused" });
  });

  test("are refused when the id has another name and counts as something else", () => {
    expect(states(but("3", "Parked", "not done"))["Done"]).toBe("reused");
    expect(states(but("3", "Done", "not done"))["Done"]).toBe("unchanged");
  });

  test("are moved when only the id is another, and gone when nothing is left", () => {
    expect(
      states([
        ["1", "Open"],
        ["9", "Held"],
      ]),
    ).toEqual({ Open: "unchanged", Held: "moved", Done: "gone" });
  });

  test("are fresh when they are found, and left out when they are not or are two", () => {
    expect(
      states(
        [
          ["1", "Open"],
          ["2", "Held"],
          ["3", "Held"],
        ],
        {},
        ["open", "Held", "Nowhere"],
      ),
    ).toEqual({
      open: "fresh",
    });
  });

  test("are ids first where records hold ids", () => {
    const shown: Shown = [
      ["A", "B"],
      ["B", "Something"],
    ];
    const [binding] = resolveNames(
      {},
      ["B"],
      shown.map(([id, name]) => ({ id, name })),
      true,
    );
    expect(binding?.named).toEqual({ id: "B", name: "Something" });
    expect(binding === undefined ? null : acceptedPin(binding)).toEqual({ id: "B", now: "Something" });
  });

  test("of a pin that mappings no longer use stand in nobody's way", () => {
    expect(states(but("2", "Took place"), PINS, ["Took place", "Open"])).toEqual({
      Open: "unchanged",
      "Took place": "fresh",
    });
  });
});

describe("the lock file", () => {
  test("is the same text whatever the order, with ids as text and the project beside its list", () => {
    const open = { id: "1", means: "done" };
    const text = formatBindings(
      { crm: { tasks: { "section @12": { b: "0", a: open }, empty: {} } }, gone: {} },
      new Map([["crm/tasks/section @12", "Hiring\nin Berlin"]]),
    );
    expect(text).toMatch(/^# The ids behind/u);
    expect(text.slice(text.indexOf("crm:"))).toBe(
      'crm:\n  tasks:\n    section @12:\n      # Hiring in Berlin\n      a: { id: "1", means: done }\n      b: "0"\n',
    );
    expect(pinnedNames({ a: open, b: "0" })).toEqual({ a: open, b: { id: "0" } });
  });
});
