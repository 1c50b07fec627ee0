import { SaxesParser } from "saxes";
import { HubError } from "../../../model/index.ts";
import { readText, UNREADABLE } from "../read-text.ts";
import { noLog } from "../trouble.ts";

/** An element with all that is in it. Names are without their namespace's prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
  /** The line its opening tag ends in. */
  readonly line: number;
}

/** What a reader does with a document that is too large to be held. */
export interface XmlVisitor {
  /** True for elements whose children are given one by one. */
  readonly isOpen: (path: readonly string[]) => boolean;
  /** An open element begins; what it holds follows. */
  readonly enter: (path: readonly string[], element: Pick<XmlElement, "attributes" | "line">) => void;
  /** A whole element inside of open ones. `path` ends with its name. */
  readonly element: (path: readonly string[], element: XmlElement) => void;
  readonly leave: (path: readonly string[]) => void;
  /** The document is not well formed; what follows is read as well as it can be. */
  readonly trouble: (line: number, why: string) => void;
}

interface Growing {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
  readonly line: number;
}

/**
 * Reads an XML file in one pass. Only the elements at hand are held.
 * @param encoding of its bytes, where it says nothing or something else
 * @throws HubError HUB-2401 when it cannot be read, or is no `log`; HUB-2414 for bytes outside of its encoding, which no XML has
 */
export async function readXml(file: string, encoding: string | undefined, visitor: XmlVisitor): Promise<void> {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const path: string[] = [];
  const growing: Growing[] = [];
  let lastTrouble = 0;
  parser.on("error", ({ message }) => {
    // One slip makes the parser stumble several times in its line.
    if (parser.line === lastTrouble) return;
    lastTrouble = parser.line;
    visitor.trouble(parser.line, message.replace(/^.*?\d+:\d+: /u, ""));
  });
  parser.on("opentag", ({ name, attributes }) => {
    const local = name.replace(/^[^:]*:/u, "");
    path.push(local);
    if (path.length === 1 && local !== "log") throw noLog(file, `The XML holds a "${local}", not a log.`);
    const element = { name: local, attributes, line: parser.line };
    if (growing.length === 0 && visitor.isOpen(path)) visitor.enter(path, element);
    else growing.push({ ...element, children: [], text: "" });
  });
  parser.on("text", (text) => {
    const element = growing.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on("cdata", (text) => {
    const element = growing.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on("closetag", () => {
    const element = growing.pop();
    if (element === undefined) visitor.leave(path);
    else if (growing.length > 0) growing.at(-1)?.children.push(element);
    else visitor.element(path, element);
    path.pop();
  });
  for await (const text of readText(file, encoding)) {
    if (text.includes(UNREADABLE)) {
      const line = parser.line + text.slice(0, text.indexOf(UNREADABLE)).split("\n").length - 1;
      throw new HubError("HUB-2414", "The XML has bytes that are not in its encoding.", {
        disposition: "operator",
        place: { file, line },
        remedy: "Name its encoding with --encoding, such as windows-1252, or mend the file.",
      });
    }
    parser.write(text);
  }
  parser.close();
}
