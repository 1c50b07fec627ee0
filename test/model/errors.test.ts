import { expect, test } from "@jest/globals";
import { assertNever, formatPlace, toProblem } from "../../src/model/index.ts";

test("an error nobody foresaw is HUB-1000 and keeps its message", () => {
  expect(toProblem(new TypeError("x is not a function"))).toEqual({
    code: "HUB-1000",
    message: "x is not a function",
    place: {},
  });
  expect(toProblem("torn")).toMatchObject({ code: "HUB-1000", message: "torn" });
});

test("a value outside its union is the program's own fault, HUB-1001", () => {
  const outside: unknown = "purple";
  expect(() => assertNever(outside as never)).toThrow(
    expect.objectContaining({ code: "HUB-1001", disposition: "stop-run" }),
  );
});

test("a place names a stream that is one partition once", () => {
  const place = { connection: "sf-main", stream: "Opportunity", partition: "Opportunity", request: "GET /query" };
  expect(formatPlace(place)).toBe("sf-main Opportunity GET /query");
});
