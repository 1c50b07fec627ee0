import type { HeaderAttribute, XesHeader } from "../about.ts";
import type { Exported } from "../exported.ts";
import type { LogReader } from "../log-reader.ts";
import { writeInstant } from "../moment.ts";
import { writeTextFile } from "../text-file.ts";
import { tracesOf } from "../traces.ts";
import { escapeXml } from "../xml/escape.ts";
import { ACTIVITY, LIFECYCLE, NAME, RESOURCE, TIME } from "./keys.ts";

/** The head of a log that did not come from XES. */
const HEADER: XesHeader = {
  extensions: [
    { name: "Concept", prefix: "concept", uri: "http://www.xes-standard.org/concept.xesext" },
    { name: "Time", prefix: "time", uri: "http://www.xes-standard.org/time.xesext" },
    { name: "Organizational", prefix: "org", uri: "http://www.xes-standard.org/org.xesext" },
    { name: "Lifecycle", prefix: "lifecycle", uri: "http://www.xes-standard.org/lifecycle.xesext" },
  ],
  globals: [],
  classifiers: [{ name: "Activity", keys: ACTIVITY, scope: null }],
  attributes: [],
};

/** XES's element for each type of value. */
const ELEMENTS: Readonly<Record<string, string>> = {
  time: "date",
  date: "date",
  int: "int",
  integer: "int",
  float: "float",
  boolean: "boolean",
  id: "id",
  list: "list",
  container: "container",
  values: "values",
};

/**
 * Writes XES (IEEE 1849), a trace per case.
 * @throws HubError HUB-2411, HUB-2412
 */
export async function writeXes(log: LogReader, path: string, caseType?: string): Promise<Exported> {
  const written = { events: 0, objects: 0 };
  const traces = await tracesOf(log, caseType);
  const header = log.about.xes ?? HEADER;
  await writeTextFile(path, async (file) => {
    await file.write('<?xml version="1.0" encoding="UTF-8"?>\n');
    await file.write(
      '<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">\n',
    );
    await file.write(headerText(header));
    for await (const { id, attributes, events } of traces.all()) {
      written.objects += 1;
      written.events += events.length;
      await file.write(`<trace>\n${plain("string", NAME, id, attributes)}${attributes.map(attributeText).join("")}`);
      for (const event of events) {
        const { activity, at, resource, lifecycle, attributes: own } = event;
        await file.write(
          `<event>\n${plain("string", ACTIVITY, activity, own)}${plain("date", TIME, writeInstant(at), own)}`
            + `${plain("string", RESOURCE, resource, own)}${plain("string", LIFECYCLE, lifecycle, own)}`
            + plain("string", "identity:id", event.id, own)
            + `${own.map(attributeText).join("")}</event>\n`,
        );
      }
      await file.write("</trace>\n");
    }
    await file.write("</log>\n");
  });
  return { ...written, told: traces.told };
}

/** An attribute with a place of its own, unless it is among the others because more hangs on it. */
function plain(element: string, key: string, value: string | null, others: readonly HeaderAttribute[]): string {
  if (value === null || others.some(({ name }) => name === key)) return "";
  return `<${element} key="${key}" value="${escapeXml(value)}"/>\n`;
}

function attributeText({ name, type, value, children }: HeaderAttribute): string {
  const element = ELEMENTS[type] ?? "string";
  const key = element === "values" ? "" : ` key="${escapeXml(name)}"`;
  const isList = element === "values" || element === "list" || element === "container";
  const start = `<${element}${key}${isList && value === "" ? "" : ` value="${escapeXml(value)}"`}`;
  return children === undefined ? `${start}/>\n` : `${start}>\n${children.map(attributeText).join("")}</${element}>\n`;
}

function headerText({ extensions, globals, classifiers, attributes }: XesHeader): string {
  const quote = escapeXml;
  return [
    ...extensions.map(
      ({ name, prefix, uri }) => `<extension name="${quote(name)}" prefix="${quote(prefix)}" uri="${quote(uri)}"/>\n`,
    ),
    ...globals.map(
      ({ scope, attributes: defaults }) =>
        `<global scope="${quote(scope)}">\n${defaults.map(attributeText).join("")}</global>\n`,
    ),
    ...classifiers.map(
      ({ name, keys, scope }) =>
        `<classifier name="${quote(name)}"${scope === null ? "" : ` scope="${quote(scope)}"`} keys="${quote(keys)}"/>\n`,
    ),
    ...attributes.map(attributeText),
  ].join("");
}
