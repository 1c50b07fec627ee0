import type { LogSink } from "../log.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { unusable } from "../trouble.ts";
import { readXml } from "../xml/elements.ts";
import type { XmlElement } from "../xml/elements.ts";
import { ocelPutter } from "./put.ts";
import type { RawThing } from "./put.ts";

const LISTS = ["object-types", "event-types", "objects", "events"];

/**
 * Reads OCEL 2.0 in XML. Relations may stand as `relationship` or as `object`: the published schema and its own example differ.
 * @throws HubError HUB-2401, HUB-2405
 */
export async function readOcelXml(file: string, options: ReadLogOptions, sink: LogSink): Promise<void> {
  const put = ocelPutter(file, options, sink);
  await readXml(file, options.encoding, {
    isOpen: (path) => path.length === 1 || (path.length === 2 && LISTS.includes(path[1] ?? "")),
    enter: () => {},
    element: (path, element) => {
      switch (path[1]) {
        case "object-types":
        case "event-types": {
          const attributes = inside(element, "attributes").map((child) => ({
            name: child.attributes["name"] ?? "",
            type: child.attributes["type"] ?? "string",
          }));
          put.declare(path[1] === "event-types" ? "event" : "object", element.attributes["name"] ?? "", attributes);
          break;
        }
        case "objects":
          put.object(toThing(element));
          break;
        case "events":
          put.event(toThing(element));
          break;
        default:
      }
    },
    leave: () => {},
    trouble: (line, why) => sink.problem(unusable(`The XML is not well formed: ${why}`, file, line)),
  });
}

function toThing(element: XmlElement): RawThing {
  return {
    id: element.attributes["id"],
    type: element.attributes["type"],
    time: element.attributes["time"],
    attributes: inside(element, "attributes").map((child) => ({
      name: child.attributes["name"] ?? "",
      value: child.attributes["value"] ?? child.text,
      time: child.attributes["time"],
    })),
    relations: inside(element, "objects").map((child) => ({
      to: child.attributes["object-id"] ?? child.attributes["id"] ?? "",
      qualifier: child.attributes["qualifier"] ?? child.attributes["relationship"] ?? "",
    })),
    line: element.line,
  };
}

function inside(element: XmlElement, list: string): readonly XmlElement[] {
  return element.children.flatMap((child) => (child.name === list ? child.children : []));
}
