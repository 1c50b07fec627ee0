import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { eventsOf, logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

const timesOf = async (times: readonly string[], options: Parameters<LogBench["import"]>[1] = {}) => {
  const lines = times.map((time) => `1,A,"${time}"\n`).join("");
  const file = await bench.file("log.csv", `case,activity,timestamp\n${lines}`);
  const imported = await bench.import(file, options);
  return { times: (await eventsOf(await bench.open())).map(([, , at]) => at), imported };
};
const berlin = { name: "Europe/Berlin", from: "asked" } as const;

describe("a CSV log", () => {
  test("is read by the usual names of its columns, which are told as guesses", async () => {
    const file = await bench.file(
      "log.csv",
      "Order;Case ID;Activity;Timestamp;User\nx;7;Pay;2026-03-01T10:00:00Z;kim\n",
    );
    const { about } = await bench.import(file);
    expect(about.csv).toMatchObject({
      columns: { case: "Case ID", activity: "Activity", time: "Timestamp", resource: "User", lifecycle: null },
      guessed: ["case", "activity", "time", "resource"],
      delimiter: ";",
    });
    expect(await eventsOf(await bench.open())).toEqual([["7", "Pay", "2026-03-01T10:00:00.000Z"]]);
  });

  test("is read by the columns that were named", async () => {
    const file = await bench.file("log.csv", "who,what,when\n7,Pay,2026-03-01T10:00:00Z\n");
    const { about } = await bench.import(file, { columns: { case: "who", activity: "what", time: "When" } });
    expect(about.csv).toMatchObject({ columns: { case: "who", activity: "what", time: "when" }, guessed: [] });
  });

  test("without a column for the case is refused with HUB-2402 and the columns there are", async () => {
    const file = await bench.file("log.csv", "who,activity,time\n7,Pay,2026-03-01T10:00:00Z\n");
    await expect(bench.import(file)).rejects.toMatchObject({
      code: "HUB-2402",
      remedy: expect.stringMatching(/--case.*"who", "activity", "time"/u),
    });
    await expect(bench.import(file, { columns: { case: "whom" } })).rejects.toMatchObject({
      code: "HUB-2402",
      remedy: 'Did you mean "who"?',
    });
  });

  test("may hold quotes, delimiters and line breaks in its fields, be gzipped, and begin with a mark", async () => {
    const text =
      '\uFEFFcase,activity,time,note\r\n1,"Pay, ""now""",2026-03-01T10:00:00Z,"two\r\nlines"\r\n2,B,2026-03-01T10:00:00Z,\r\n';
    await bench.import(await bench.file("log.csv.gz", gzipSync(text)));
    const log = await bench.open();
    expect((await eventsOf(log)).map(([, activity]) => activity)).toEqual(['Pay, "now"', "B"]);
    expect(await log.rows("SELECT attributes, line FROM event ORDER BY seq")).toEqual([
      { attributes: '[["note","string","two\\r\\nlines"]]', line: 2 },
      { attributes: null, line: 4 },
    ]);
  });

  test("gives each malformed line by its number, and all the others", async () => {
    const lines = [
      "case,activity,time",
      "1,A,2026-03-01T10:00:00Z",
      "1,B",
      ",C,2026-03-01T10:00:00Z",
      "1,,2026-03-01T10:00:00Z",
      "1,D,yesterday",
      "1,E,2026-02-30T10:00:00Z",
      '1,"F" x,2026-03-01T10:00:00Z',
      '1,"G,2026-03-01T10:00:00Z',
      "1,H,2026-03-01T11:00:00Z",
    ];
    const { about, problems } = await bench.import(await bench.file("log.csv", lines.join("\n")));
    expect(problems.map(({ code, place }) => [code, place.line])).toEqual([
      ["HUB-2403", 3],
      ["HUB-2403", 4],
      ["HUB-2403", 5],
      ["HUB-2404", 6],
      ["HUB-2404", 7],
      ["HUB-2403", 8],
      ["HUB-2403", 9],
    ]);
    expect(about).toMatchObject({ events: 2, rejected: 7 });
    expect((await eventsOf(await bench.open())).map(([, activity]) => activity)).toEqual(["A", "H"]);
  });

  test("ends at its first malformed line when nothing may be left out, and the earlier log stays", async () => {
    await bench.import(await bench.file("good.csv", "case,activity,time\n1,A,2026-03-01T10:00:00Z\n"));
    const bad = await bench.file("bad.csv", "case,activity,time\n2,B,2026-03-01T10:00:00Z\n2,B\n");
    await expect(bench.import(bad, { strict: true })).rejects.toMatchObject({ code: "HUB-2403", place: { line: 3 } });
    expect((await eventsOf(await bench.open())).map(([id]) => id)).toEqual(["1"]);
  });

  test("that is empty or not there is refused with HUB-2401", async () => {
    await expect(bench.import(await bench.file("empty.csv", ""))).rejects.toMatchObject({ code: "HUB-2401" });
    await expect(bench.import("/nowhere/log.csv")).rejects.toMatchObject({ code: "HUB-2401" });
  });
});

describe("times of a log", () => {
  test("keep the instant their offset says", async () => {
    const { times, imported } = await timesOf([
      "2026-03-29T01:30:00+01:00",
      "2026-03-29 03:30:00.25+0200",
      "2026-03-29T01:30:00-05",
      "2026-03-29 01:30 UTC",
    ]);
    expect(times).toEqual([
      "2026-03-29T00:30:00.000Z",
      "2026-03-29T01:30:00.250Z",
      "2026-03-29T06:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
    ]);
    expect(imported.about.zone).toBeNull();
  });

  test("without a zone are read in the zone asked for, and counted", async () => {
    const { times, imported } = await timesOf(
      ["2026-01-01 12:00:00", "2026-07-01 12:00:00", "2026-03-29 02:30:00", "2026-10-25 02:30:00"],
      { zone: berlin },
    );
    expect(times).toEqual([
      "2026-01-01T11:00:00.000Z",
      "2026-07-01T10:00:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-10-25T00:30:00.000Z",
    ]);
    expect(imported.about.zone).toEqual({ name: "Europe/Berlin", from: "asked", local: 4, twice: 1, skipped: 1 });
  });

  test("without a zone, where none is known, are refused with HUB-2405", async () => {
    await expect(timesOf(["2026-01-01 12:00:00"])).rejects.toMatchObject({ code: "HUB-2405" });
  });

  test("in a zone that does not exist are refused with HUB-2408", async () => {
    await expect(
      timesOf(["2026-01-01 12:00:00"], { zone: { name: "Mars/Base", from: "asked" } }),
    ).rejects.toMatchObject({
      code: "HUB-2408",
    });
  });

  test("are read in the forms that logs have", async () => {
    const { times } = await timesOf(
      [
        "13.01.2026 09:05",
        "2.1.2026 9:05:30",
        "2026/01/02 09:05",
        "2-Jan-2026 9:05 PM",
        "1767344700",
        "1767344700123",
        "2026-01-02",
      ],
      { zone: { name: "UTC", from: "asked" } },
    );
    expect(times).toEqual([
      "2026-01-13T09:05:00.000Z",
      "2026-01-02T09:05:30.000Z",
      "2026-01-02T09:05:00.000Z",
      "2026-01-02T21:05:00.000Z",
      "2026-01-02T09:05:00.000Z",
      "2026-01-02T09:05:00.123Z",
      "2026-01-02T00:00:00.000Z",
    ]);
  });

  test("that may begin with the day or the month are refused with HUB-2413 until somebody says which", async () => {
    const zone = { name: "UTC", from: "asked" } as const;
    await expect(timesOf(["03/04/2026 10:00"], { zone })).rejects.toMatchObject({ code: "HUB-2413" });
    expect((await timesOf(["03/04/2026 10:00"], { zone, dateOrder: "month first" })).times).toEqual([
      "2026-03-04T10:00:00.000Z",
    ]);
  });

  test("between points the day of a date comes first, whatever other dates do", async () => {
    const { times } = await timesOf(["01.03.2026 09:05", "3/13/2026 09:05"], { zone: berlin });
    expect(times).toEqual(["2026-03-01T08:05:00.000Z", "2026-03-13T08:05:00.000Z"]);
  });
});

describe("a CSV log that is not UTF-8", () => {
  const head = "case,activity,timestamp\n";
  const line = (activity: string): string => `1,${activity},2026-03-01T09:05:00Z\n`;
  const latin = Buffer.from(`${head}${line("Pay")}${line("R\u00FCckfrage")}${line("Ship")}`, "latin1");

  test("has lines that nobody can read: they are told and left out, the others are read", async () => {
    const { about, problems } = await bench.import(await bench.file("log.csv", latin));
    expect(problems).toMatchObject([{ code: "HUB-2414", place: { line: 3 } }]);
    expect(problems[0]?.remedy).toContain("--encoding");
    expect(about).toMatchObject({ events: 2, rejected: 1 });
  });

  test("is read whole in the encoding that is named", async () => {
    const file = await bench.file("log.csv", latin);
    expect((await bench.import(file, { encoding: "windows-1252" })).problems).toEqual([]);
    expect((await eventsOf(await bench.open())).map(([, activity]) => activity)).toEqual(["Pay", "Rückfrage", "Ship"]);
    await expect(bench.import(file, { encoding: "klingon" })).rejects.toMatchObject({ code: "HUB-2414" });
  });

  test("is told from one in which somebody before left the sign for what could not be read", async () => {
    const file = await bench.file("log.csv", `${head}${line("R\uFFFDckfrage")}`);
    expect((await bench.import(file)).problems).toEqual([]);
    expect((await eventsOf(await bench.open())).map(([, activity]) => activity)).toEqual(["R\uFFFDckfrage"]);
  });

  test("and is no text at all is refused as such", async () => {
    const file = await bench.file("log.csv", Buffer.from([0x89, 0x50, 0xff, 0x0a, 0xfe, 0x0a]));
    await expect(bench.import(file)).rejects.toMatchObject({ code: "HUB-2414", place: { line: 1 } });
  });
});

describe("a log in which no event can be used", () => {
  test.each([
    ["nothing but a header", "case,activity,timestamp\n", "There is no event in the file that can be used."],
    [
      "nothing but bad lines",
      "case,activity,timestamp\n1,A,tomorrow\n1,B,\n",
      'There is no event in the file that can be used. Of 2 left out, the first: "tomorrow" is no time.',
    ],
    [
      "a trace without events",
      '<log><trace><string key="concept:name" value="1"/></trace></log>',
      "There is no event in the file that can be used.",
    ],
  ])("because it has %s does not take the place of an earlier one", async (_how, text, message) => {
    await bench.import(await bench.file("log.csv", "case,activity,timestamp\n1,A,2026-03-01T09:05:00Z\n"));
    await expect(bench.import(await bench.file("next", text))).rejects.toMatchObject({ code: "HUB-2418", message });
    expect(await eventsOf(await bench.open())).toHaveLength(1);
  });
});
