import { describe, expect, test } from "@jest/globals";
import { BrokenCsv, CsvRecords } from "../../../src/connectors/salesforce/csv.ts";

const TEXT = '"Id","Name"\n"1","two\nlines, a ""quote"" and 💡"\r\n"2",""\n3,bare\n"4","last"';
const RECORDS = [
  ["Id", "Name"],
  ["1", 'two\nlines, a "quote" and 💡'],
  ["2", ""],
  ["3", "bare"],
  ["4", "last"],
];

function read(...pieces: readonly string[]): readonly (readonly string[])[] {
  const csv = new CsvRecords();
  return [...pieces.flatMap((piece) => csv.take(piece)), ...csv.end()];
}

describe("CSV that comes in pieces", () => {
  test("gives the same records wherever it is cut", () => {
    expect(read(TEXT)).toEqual(RECORDS);
    expect(read(...TEXT.split(""))).toEqual(RECORDS);
    for (let at = 1; at < TEXT.length; at += 1) expect(read(TEXT.slice(0, at), TEXT.slice(at))).toEqual(RECORDS);
    expect(read(`${TEXT}\n`)).toEqual(RECORDS);
    expect(read()).toEqual([]);
  });

  test.each([
    ["ends within quotes", '"a","b'],
    ["goes on after a closing quote", '"a"b,c\n'],
    ["has a quote within bare text", 'a"b,c\n'],
    ["has half a line end", "a\rb\n"],
  ])("is refused where it %s", (_title, text) => {
    expect(() => read(text)).toThrow(BrokenCsv);
    expect(() => read(...text.split(""))).toThrow(BrokenCsv);
  });
});
