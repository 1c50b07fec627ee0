import type { HeaderAttribute, XesHeader } from "../about.ts";
import { CASE_TYPE } from "../log.ts";
import type { LogAttribute, LogEvent, LogSink } from "../log.ts";
import { readMoment } from "../moment.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { timeProblem, unusable } from "../trouble.ts";
import { readXml } from "../xml/elements.ts";
import type { XmlElement } from "../xml/elements.ts";
import { ACTIVITY, LIFECYCLE, NAME, RESOURCE, TIME } from "./keys.ts";

/**
 * Reads an XES log (IEEE 1849 and its forerunners): traces become cases and objects of the type `case`, attributes keep their
 * types, order and nesting.
 * @throws HubError HUB-2401, and HUB-2405 for local times without a zone
 */
export async function readXes(file: string, options: ReadLogOptions, sink: LogSink): Promise<XesHeader> {
  const header = {
    extensions: new Array<XesHeader["extensions"][number]>(),
    globals: new Array<XesHeader["globals"][number]>(),
    classifiers: new Array<XesHeader["classifiers"][number]>(),
    attributes: new Array<HeaderAttribute>(),
  };
  let trace: Trace | null = null;
  let traces = 0;
  const endTrace = (): void => {
    if (trace === null) return;
    traces += 1;
    finishTrace(trace, traces, file, sink);
    trace = null;
  };
  await readXml(file, options.encoding, {
    isOpen: (path) => path.length === 1 || (path.length === 2 && path[1] === "trace"),
    enter: (path, { line }) => {
      if (path.length === 2) trace = { line, attributes: [], events: [] };
    },
    element: (path, element) => {
      if (trace !== null) {
        if (element.name === "event") {
          const event = toEvent(element, file, options, sink);
          if (event !== null) trace.events.push(event);
        } else trace.attributes.push(toAttribute(element));
      } else if (element.name === "event") sink.problem(unusable("The event belongs to no trace.", file, element.line));
      else if (path.length === 2) addToHeader(header, element);
    },
    leave: endTrace,
    trouble: (line, why) => sink.problem(unusable(`The XML is not well formed: ${why}`, file, line)),
  });
  endTrace();
  return header;
}

interface Trace {
  readonly line: number;
  readonly attributes: LogAttribute[];
  readonly events: LogEvent[];
}

function finishTrace({ line, attributes, events }: Trace, number: number, file: string, sink: LogSink): void {
  const name = attributes.find((attribute) => attribute.name === NAME)?.value ?? "";
  const caseId = name === "" ? `trace ${number}` : name;
  if (name === "") {
    sink.note({
      code: "HUB-2409",
      message: `A trace has no ${NAME}; it is called "${caseId}".`,
      place: { file, line },
    });
  }
  sink.object({ id: caseId, type: CASE_TYPE, attributes: withoutPlain(attributes, [NAME]), line });
  for (const event of events) sink.event({ ...event, caseId });
}

function toEvent(element: XmlElement, file: string, options: ReadLogOptions, sink: LogSink): LogEvent | null {
  const attributes = element.children.map(toAttribute);
  const value = (name: string): string | null => attributes.find((attribute) => attribute.name === name)?.value ?? null;
  const activity = value(ACTIVITY)?.trim() ?? "";
  if (activity === "") {
    sink.problem(unusable(`The event has no ${ACTIVITY}.`, file, element.line));
    return null;
  }
  const written = value(TIME) ?? "";
  const at = readMoment(written, { zone: options.zone, order: options.dateOrder ?? null });
  if (typeof at === "string") {
    sink.problem(timeProblem(at, written, file, element.line));
    return null;
  }
  return {
    id: null,
    caseId: null,
    activity,
    at,
    resource: value(RESOURCE),
    lifecycle: value(LIFECYCLE),
    attributes: withoutPlain(attributes, [ACTIVITY, TIME, RESOURCE, LIFECYCLE]),
    line: element.line,
  };
}

/** Without what has a place of its own, unless more hangs on it. */
function withoutPlain(attributes: readonly LogAttribute[], names: readonly string[]): readonly LogAttribute[] {
  return attributes.filter(({ name, children }) => children !== undefined || !names.includes(name));
}

function toAttribute({ name, attributes, children }: XmlElement): LogAttribute {
  return {
    name: attributes["key"] ?? "",
    type: name,
    value: attributes["value"] ?? "",
    ...(children.length === 0 ? {} : { children: children.map(toAttribute) }),
  };
}

function addToHeader(
  header: { [Part in keyof XesHeader]: XesHeader[Part][number][] },
  { name, attributes, children, ...rest }: XmlElement,
): void {
  switch (name) {
    case "extension":
      header.extensions.push({
        name: attributes["name"] ?? "",
        prefix: attributes["prefix"] ?? "",
        uri: attributes["uri"] ?? "",
      });
      break;
    case "global":
      header.globals.push({ scope: attributes["scope"] ?? "event", attributes: children.map(toAttribute) });
      break;
    case "classifier":
      header.classifiers.push({
        name: attributes["name"] ?? "",
        keys: attributes["keys"] ?? "",
        scope: attributes["scope"] ?? null,
      });
      break;
    default:
      header.attributes.push(toAttribute({ name, attributes, children, ...rest }));
  }
}
