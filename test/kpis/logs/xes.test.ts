import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { logStats } from "../../../src/kpis/index.ts";
import { eventsOf, logBench } from "./logs.ts";
import type { LogBench } from "./logs.ts";

let bench: LogBench;
beforeEach(async () => {
  bench = await logBench();
});
afterEach(() => bench.close());

const event = (activity: string, time: string, more = ""): string =>
  `<event><string key="concept:name" value="${activity}"/><date key="time:timestamp" value="${time}"/>${more}</event>`;
const trace = (name: string, ...events: readonly string[]): string =>
  `<trace>\n<string key="concept:name" value="${name}"/>\n${events.join("\n")}\n</trace>\n`;
const log = (...traces: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n${traces.join("")}</log>\n`;

describe("an XES log", () => {
  test("is read with its offsets, also gzipped", async () => {
    const text = log(
      trace("1", event("A", "2026-03-29T01:30:00.000+01:00"), event("B", "2026-03-29T03:30:00.000+02:00")),
      trace("2", event("A &amp; B", "2026-03-29T03:30:00Z", '<string key="org:resource" value="kim"/>')),
    );
    const { about } = await bench.import(await bench.file("log.xes.gz", gzipSync(text)));
    expect(about).toMatchObject({ format: "xes", events: 3, objects: 2, rejected: 0, zone: null });
    expect(await eventsOf(await bench.open())).toEqual([
      ["1", "A", "2026-03-29T00:30:00.000Z"],
      ["1", "B", "2026-03-29T01:30:00.000Z"],
      ["2", "A & B", "2026-03-29T03:30:00.000Z"],
    ]);
  });

  test("keeps types, nesting and its head", async () => {
    const nested = '<list key="items"><values><int key="n" value="007"/></values></list>';
    const head = '<extension name="Cost" prefix="cost" uri="u"/><classifier name="c" keys="concept:name"/>';
    const text = log(
      head,
      '<float key="version" value="1.50"/>',
      trace("1", event("A", "2026-03-01T00:00:00Z", nested)),
    );
    const { about } = await bench.import(await bench.file("log.xes", text));
    expect(about.xes).toMatchObject({
      extensions: [{ name: "Cost", prefix: "cost", uri: "u" }],
      classifiers: [{ name: "c", keys: "concept:name" }],
      attributes: [{ name: "version", type: "float", value: "1.50" }],
    });
    const [row] = await (await bench.open()).rows("SELECT attributes FROM event");
    expect(row?.["attributes"]).toBe('[["items","list","",null,[["","values","",null,[["n","int","007"]]]]]]');
  });

  test("tells what it could not use by its line, and reads on behind XML that is not well formed", async () => {
    const text = log(
      trace("1", '<event><date key="time:timestamp" value="2026-03-01T00:00:00Z"/></event>', event("A", "soon")),
      trace("2", event("B", "2026-03-01T00:00:00Z"), '<event><string key="x" value="a < b></event>'),
      trace("3", event("C", "2026-03-01T00:00:00Z")),
    );
    const { problems } = await bench.import(await bench.file("log.xes", text));
    expect(problems.slice(0, 2).map(({ code, place }) => [code, place.line])).toEqual([
      ["HUB-2403", 5],
      ["HUB-2404", 6],
    ]);
    expect(problems[2]).toMatchObject({ code: "HUB-2403", place: { line: 11 } });
    expect((await eventsOf(await bench.open())).map(([, activity]) => activity)).toContain("B");
  });

  test("counts traces without events apart", async () => {
    await bench.import(await bench.file("log.xes", log(trace("1", event("A", "2026-03-01T00:00:00Z")), trace("2"))));
    expect(await logStats(await bench.open(), null)).toMatchObject({ cases: 1, casesWithoutEvents: 1 });
  });

  test("that names a trace twice is told with HUB-2409", async () => {
    const { problems } = await bench.import(
      await bench.file("log.xes", log(trace("1", event("A", "2026-03-01T00:00:00Z")), trace("1"))),
    );
    expect(problems).toEqual([
      expect.objectContaining({ code: "HUB-2409", place: { file: join(bench.directory, "log.xes"), line: 7 } }),
    ]);
  });
});
