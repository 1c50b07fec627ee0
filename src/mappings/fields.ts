import { assertNever, parseInstant } from "../model/index.ts";
import type { Canonical, FieldValue, Instant, NativeReference } from "../model/index.ts";
import type { MappingProblem, NodePath } from "./problems.ts";
import { dayOf } from "./rates.ts";
import type { MoneyConverter } from "./rates.ts";
import { FIELD_KINDS } from "./schema.ts";
import type { FieldKind, FieldSpec } from "./schema.ts";
import { compileValueMap } from "./value-map.ts";
import { isList, isOption, isPerson, isRecord, textOf } from "./values.ts";
import type { Fields } from "./values.ts";

/** Told of every value that a map or a kind does not know. */
export type UnmappedSink = (field: string, value: string) => void;

/** One attribute or reference of an object, ready to be read from records. */
export interface FieldReader {
  readonly name: string;
  /** `plain` is whatever the system gives. */
  readonly kind: FieldKind | "plain";
  /** The source fields it is made of. */
  readonly sources: readonly string[];
  /** For `ref`: the stream when the file names one; for `key`: the object type and attribute looked for. */
  readonly target: { readonly stream: string | null } | { readonly type: string; readonly by: string } | null;
  /** Our names of a value map; null when any value may come. */
  readonly names: readonly string[] | null;
  /** Undefined when this is (or, for a plain field, turns out to be) a reference. */
  readonly read: (fields: Fields, at: Instant, unmapped: UnmappedSink) => Canonical | undefined;
  readonly refer: ((fields: Fields) => NativeReference | undefined) | null;
}

export interface FieldTools {
  readonly zone: string;
  readonly money: MoneyConverter;
  readonly report: (problem: MappingProblem) => void;
}

/** Compiles one line of `fields:`; specs have passed the schema, so exactly one kind is present. */
export function compileField(name: string, spec: FieldSpec, path: NodePath, tools: FieldTools): FieldReader {
  const base = { name, target: null, names: null, refer: null };
  if (typeof spec === "string") {
    return {
      ...base,
      kind: "plain",
      sources: [spec],
      read: (fields) => plain(fields[spec]),
      refer: (fields) => recordReference(fields[spec], null),
    };
  }
  const kind = FIELD_KINDS.find((each) => spec[each] !== undefined) ?? "text";
  const source = kind === "key" ? (spec.key?.value ?? "") : kind === "is" ? "" : String(spec[kind]);
  const sources = source === "" ? [] : [source];
  const reader = (
    read: (value: FieldValue | undefined, at: Instant, unmapped: UnmappedSink) => Canonical,
  ): FieldReader => ({
    ...base,
    kind,
    sources,
    read: (fields, at, unmapped) => read(fields[source], at, unmapped),
  });
  switch (kind) {
    case "text":
    case "option": {
      if (spec.values === undefined && spec.was === undefined) {
        return reader((value) => (value !== undefined && isListValue(value) ? texts(value) : textOf(value)));
      }
      const map = compileValueMap(spec, tools.zone, path, tools.report);
      const one = (value: FieldValue | undefined, at: Instant, unmapped: UnmappedSink): string | null => {
        const text = textOf(value);
        if (text === null) return null;
        const ours = map.lookup(text, at);
        if (ours === undefined) unmapped(source, text);
        return ours ?? null;
      };
      return { ...reader(one), names: map.names };
    }
    case "number":
      return reader((value, _at, unmapped) => {
        const text = textOf(value);
        if (text === null) return null;
        const number = typeof value === "number" ? value : Number(text);
        if (Number.isFinite(number)) return number;
        unmapped(source, text);
        return null;
      });
    case "flag":
      return reader((value, _at, unmapped) => flag(value, (text) => unmapped(source, text)));
    case "date":
      return reader((value, _at, unmapped) => {
        const text = textOf(value);
        const day = text === null ? null : dayFrom(text, tools.zone);
        if (text !== null && day === null) unmapped(source, text);
        return day === null ? null : { day };
      });
    case "instant":
      return reader((value, _at, unmapped) => {
        const text = textOf(value);
        const at = text === null ? undefined : parseInstant(text);
        if (text !== null && at === undefined) unmapped(source, text);
        return at === undefined ? null : { at };
      });
    case "person":
      return reader((value) => {
        const person = textOf(value);
        return person === null ? null : { person };
      });
    case "money":
      return { ...base, kind, ...moneyReader(source, spec.currency, spec.in, tools.money) };
    case "ref": {
      const stream = spec.stream ?? null;
      return {
        ...base,
        kind,
        sources,
        target: { stream },
        read: () => undefined,
        refer: (fields) => recordReference(fields[source], stream),
      };
    }
    case "key": {
      const { type, by } = spec.key ?? { type: "", by: "" };
      return {
        ...base,
        kind,
        sources,
        target: { type, by },
        read: () => undefined,
        refer: (fields) => {
          const value = textOf(fields[source]);
          return value === null ? undefined : { kind: "key", type, by, value };
        },
      };
    }
    case "is": {
      const constant = spec.is ?? null;
      return { ...base, kind, sources, read: () => constant };
    }
    default:
      return assertNever(kind);
  }
}

function plain(value: FieldValue | undefined): Canonical | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return textOf(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (isList(value)) return texts(value);
  if (isOption(value)) return textOf(value.name);
  if (isPerson(value)) return { person: value.person };
  return undefined;
}

function isListValue(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function texts(values: readonly FieldValue[]): readonly string[] {
  return values.map(textOf).filter((text) => text !== null);
}

function flag(value: FieldValue | undefined, unmapped: (text: string) => void): boolean | null {
  if (typeof value === "boolean") return value;
  const text = textOf(value);
  if (text === null) return null;
  const folded = text.toLowerCase();
  if (["true", "yes", "1"].includes(folded)) return true;
  if (["false", "no", "0"].includes(folded)) return false;
  unmapped(text);
  return null;
}

function dayFrom(text: string, zone: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}$/u.test(text)) return text;
  const at = parseInstant(text);
  return at === undefined ? null : dayOf(at, zone);
}

function recordReference(value: FieldValue | undefined, stream: string | null): NativeReference | undefined {
  if (value === undefined || value === null) return undefined;
  if (isList(value)) return recordReference(value[0], stream);
  if (isRecord(value)) {
    // A field that may point to several kinds of records counts only where it points to the one asked for.
    return stream !== null && stream !== value.stream
      ? undefined
      : { kind: "record", stream: value.stream, id: value.id };
  }
  const id = stream === null ? null : textOf(value);
  return id === null || stream === null ? undefined : { kind: "record", stream, id };
}

function moneyReader(
  source: string,
  currencyField: string | undefined,
  fixed: string | undefined,
  convert: MoneyConverter,
): Pick<FieldReader, "sources" | "read"> {
  return {
    sources: currencyField === undefined ? [source] : [source, currencyField],
    read: (fields, at, unmapped) => {
      const value = fields[source];
      const text = textOf(value);
      if (text === null) return null;
      const amount = typeof value === "number" ? value : Number(text);
      const currency = currencyField === undefined ? (fixed ?? null) : textOf(fields[currencyField]);
      if (!Number.isFinite(amount)) {
        unmapped(source, text);
        return null;
      }
      if (currency === null) {
        unmapped(currencyField ?? source, "amount without currency");
        return null;
      }
      return convert(amount, currency, at);
    },
  };
}
