import type { LogAttribute, LogSink, Moment } from "../log.ts";
import { readMoment } from "../moment.ts";
import type { ReadLogOptions } from "../read-options.ts";
import { timeProblem, unusable } from "../trouble.ts";

/** When an attribute's value holds from the beginning. */
export const EPOCH: Moment = { micros: 0n, offset: 0, dayOnly: false };

/** Data types OCEL has a word for. */
export const DATA_TYPES = ["string", "time", "integer", "float", "boolean"] as const;

/** An event or an object as any of OCEL's three forms says it; everything is still text. */
export interface RawThing {
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** Of an event. */
  readonly time?: string | undefined;
  readonly attributes: readonly { readonly name: string; readonly value: string; readonly time?: string | undefined }[];
  readonly relations: readonly { readonly to: string; readonly qualifier: string }[];
  readonly line: number | null;
}

/** Checks what one of OCEL's forms says and hands it on. */
export interface OcelPutter {
  declare(kind: "event" | "object", type: string, attributes: readonly { name: string; type: string }[]): void;
  event(raw: RawThing): void;
  object(raw: RawThing): void;
}

const RESOURCES = ["org:resource", "resource", "Resource"];
const LIFECYCLES = ["lifecycle:transition", "lifecycle"];

export function ocelPutter(file: string, options: ReadLogOptions, sink: LogSink): OcelPutter {
  const declared = new Map<string, string>();
  const reading = { zone: options.zone, order: options.dateOrder ?? null };
  const typeOf = (kind: string, type: string, name: string): string =>
    declared.get(`${kind}\0${type}\0${name}`) ?? "string";

  function moment(written: string, line: number | null): Moment | null {
    const at = readMoment(written, reading);
    if (typeof at !== "string") return at;
    sink.problem(timeProblem(at, written, file, line));
    return null;
  }

  /** Says what is missing; null when something is. */
  function named({ id, type, line }: RawThing, word: string): { readonly id: string; readonly type: string } | null {
    if (id !== undefined && type !== undefined) return { id, type };
    sink.problem(
      unusable(
        `The ${word} ${id === undefined ? "" : `"${id}" `}has no ${id === undefined ? "id" : "type"}.`,
        file,
        line,
      ),
    );
    return null;
  }

  return {
    declare(kind, type, attributes) {
      sink.declare({ kind, type, attribute: null, dataType: null });
      for (const attribute of attributes) {
        declared.set(`${kind}\0${type}\0${attribute.name}`, attribute.type);
        sink.declare({ kind, type, attribute: attribute.name, dataType: attribute.type });
      }
    },
    event(raw) {
      const known = named(raw, "event");
      if (known === null) return;
      const at = moment(raw.time ?? "", raw.line);
      if (at === null) return;
      const value = (names: readonly string[]): string | null =>
        raw.attributes.find(({ name }) => names.includes(name))?.value ?? null;
      sink.event({
        id: known.id,
        caseId: null,
        activity: known.type,
        at,
        resource: value(RESOURCES),
        lifecycle: value(LIFECYCLES),
        attributes: raw.attributes.map(({ name, value }) => ({ name, type: typeOf("event", known.type, name), value })),
        line: raw.line,
      });
      for (const { to, qualifier } of raw.relations)
        sink.eventObject({ from: known.id, to, qualifier, line: raw.line });
    },
    object(raw) {
      const known = named(raw, "object");
      if (known === null) return;
      const attributes: LogAttribute[] = [];
      for (const { name, value, time } of raw.attributes) {
        const at = time === undefined ? EPOCH : moment(time, raw.line);
        if (at !== null) attributes.push({ name, type: typeOf("object", known.type, name), value, at });
      }
      sink.object({ ...known, attributes, line: raw.line });
      for (const { to, qualifier } of raw.relations)
        sink.objectObject({ from: known.id, to, qualifier, line: raw.line });
    },
  };
}
