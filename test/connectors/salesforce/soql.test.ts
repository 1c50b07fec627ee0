import { describe, expect, test } from "@jest/globals";
import { assert, constantFrom, oneof, property, string } from "fast-check";
import { tokenize } from "../../../src/sandbox/salesforce/soql/lexer.ts";
import { after, equals, fieldName, oneOf, quote, renderSoql } from "../../../src/connectors/salesforce/soql.ts";

describe("queries", () => {
  test("escape quotes, backslashes and line ends", () => {
    expect(quote("O'Neil \\ \n")).toBe(String.raw`'O\'Neil \\ \n'`);
  });

  test("carry any text to the other side whole, and end where it ends", () => {
    const texts = oneof(
      string({ unit: "binary" }),
      string({ unit: constantFrom("'", "\\", "\n", "\r", "\t", "%", "_", '"', " ", "OR", "a") }),
    );
    assert(
      property(texts, texts, (first, second) => {
        const where = [equals("Name", first), oneOf("Id", [second])];
        const tokens = tokenize(renderSoql({ object: "Lead", fields: ["Id"], where }));
        expect(tokens.filter(({ kind }) => kind === "string").map(({ text }) => text)).toEqual([first, second]);
        expect(tokens.length).toBe(
          tokenize(renderSoql({ object: "Lead", fields: ["Id"], where: [equals("Name", ""), oneOf("Id", [""])] }))
            .length,
        );
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test("take nothing but names unquoted", () => {
    expect(() => fieldName("Name FROM User")).toThrow(expect.objectContaining({ code: "HUB-1306" }));
  });

  test("refuse an empty list, which would select every row", () => {
    expect(() => oneOf("Id", [])).toThrow(expect.objectContaining({ code: "HUB-1318" }));
  });

  test("tell ties of a second apart by id", () => {
    const where = [after("SystemModstamp", 0, "a")];
    expect(renderSoql({ object: "Lead", fields: ["Id"], where, orderBy: ["SystemModstamp", "Id"] })).toBe(
      "SELECT Id FROM Lead WHERE (SystemModstamp > 1970-01-01T00:00:00.000Z OR (SystemModstamp = 1970-01-01T00:00:00.000Z AND Id > 'a')) ORDER BY SystemModstamp,Id",
    );
  });
});
