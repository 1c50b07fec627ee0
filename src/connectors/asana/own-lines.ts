import type { JsonObject } from "../../model/index.ts";
import { textOf } from "./values.ts";

/** Lines of the notes that are the hub's own: markers, and the job that still makes a project. */
const OWN_LINE = /^hub(?:-job)?:\S+$/u;
const JOB_LINE = /^hub-job:(\d+)$/u;

export const jobLine = (job: string): string => `hub-job:${job}`;

/** Notes with further lines of the hub's own below what stands there; those that are there stay. */
export function withLines(notes: string, lines: readonly string[]): string {
  const present = new Set(linesOf(notes));
  const added = lines.filter((line) => !present.has(line));
  if (added.length === 0) return notes;
  const before = notes.trimEnd();
  const gap = before === "" ? "" : OWN_LINE.test(linesOf(before).at(-1) ?? "") ? "\n" : "\n\n";
  return `${before}${gap}${added.join("\n")}`;
}

/** Notes without some of the hub's own lines. */
export function withoutLines(notes: string, gone: (line: string) => boolean): string {
  const kept = notes.split("\n").filter((line) => !(OWN_LINE.test(line.trim()) && gone(line.trim())));
  return kept.join("\n").trimEnd();
}

export const isJobLine = (line: string): boolean => JOB_LINE.test(line);

/** The hub's own lines, which a change of the notes leaves. */
export function ownLines(notes: string): readonly string[] {
  return linesOf(notes).filter((line) => OWN_LINE.test(line));
}

/** The job that makes a project, as its notes name it. */
export function jobIn(notes: string): string | null {
  for (const line of linesOf(notes)) {
    const job = JOB_LINE.exec(line)?.[1];
    if (job !== undefined) return job;
  }
  return null;
}

/** The lines of a text, without the blanks around them. */
export const linesOf = (notes: string): readonly string[] => notes.split("\n").map((line) => line.trim());

/**
 * Notes as they are to be written once their text was edited; their formatting stays, because the hub's lines stand between
 * it as plain text (reference asana.md §16).
 */
export function editedNotes(
  current: JsonObject,
  edit: (text: string, quote: (text: string) => string) => string,
): Readonly<Record<string, string>> {
  const rich = /^\s*<body>([\s\S]*)<\/body>\s*$/u.exec(textOf(current["html_notes"]) ?? "")?.[1];
  return rich === undefined
    ? { notes: edit(textOf(current["notes"]) ?? "", (text) => text) }
    : { html_notes: `<body>${edit(rich, escaped)}</body>` };
}

/** A text as it stands in rich notes. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
