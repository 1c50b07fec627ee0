import { expect, test } from "@jest/globals";
import { parseInstant } from "../../src/model/index.ts";

test.each([
  ["2024-03-01T10:20:30.000+0000", "2024-03-01T10:20:30.000Z"],
  ["2024-03-01T10:20:30Z", "2024-03-01T10:20:30.000Z"],
  ["2024-03-01T10:20-07:00", "2024-03-01T17:20:00.000Z"],
])("reads %s", (text, iso) => {
  expect(parseInstant(text)).toBe(Date.parse(iso));
});

test.each(["2024-03-01", "2024-03-01T10:20:30", "yesterday", ""])("does not take %j for an instant", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});
