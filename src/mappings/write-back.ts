import { assertNever } from "../model/index.ts";
import type { Canonical } from "../model/index.ts";
import { FIELD_KINDS } from "./schema.ts";
import type { FieldSpec, MappingFile, ValueMapSpec } from "./schema.ts";

/** Attributes of an object in the words of the record it is read from. */
export interface WrittenBack {
  /** By the names the mapping file gives the source's fields. */
  readonly fields: Readonly<Record<string, Canonical>>;
  /** The attribute each field comes from: what a verify-read is held against. */
  readonly attributes: readonly string[];
  /** What the mapping cannot turn back, and why. */
  readonly refused: readonly { readonly attribute: string; readonly why: string }[];
}

/**
 * Turns a mapping round: the source fields that make an object's attributes what they are to be. A value map gives the
 * first source value of our name; money gives its amount and, where a field holds it, its currency.
 */
export function writeBack(file: MappingFile, attributes: Readonly<Record<string, Canonical>>): WrittenBack {
  const fields: Record<string, Canonical> = {};
  const written: string[] = [];
  const refused: { readonly attribute: string; readonly why: string }[] = [];
  for (const [attribute, value] of Object.entries(attributes)) {
    const own = file.fields[attribute];
    const back =
      own === undefined && attribute === "stage" && file.stage !== undefined
        ? stageBack(file.stage, value)
        : fieldBack(own, value);
    if (typeof back === "string") refused.push({ attribute, why: back });
    else {
      Object.assign(fields, back);
      written.push(attribute);
    }
  }
  return { fields, attributes: written, refused };
}

type Back = Readonly<Record<string, Canonical>> | string;

function stageBack(stage: NonNullable<MappingFile["stage"]>, value: Canonical): Back {
  const name = nameBack(stage.values, value);
  return name === undefined ? `${JSON.stringify(value)} is none of its stages` : { [stage.from]: name };
}

function fieldBack(spec: FieldSpec | undefined, value: Canonical): Back {
  if (spec === undefined) return "the mapping reads it from no field";
  if (typeof spec === "string") return { [spec]: amountOf(value) };
  const kind = FIELD_KINDS.find((each) => spec[each] !== undefined) ?? "text";
  switch (kind) {
    case "text":
    case "option": {
      const name = nameBack(spec.values, value);
      return name === undefined ? `${JSON.stringify(value)} is none of its values` : { [spec[kind] ?? ""]: name };
    }
    case "money":
      return moneyBack(spec, value);
    case "key":
      return { [spec.key?.value ?? ""]: value };
    case "is":
      return spec.is === value ? {} : "it is the same for every record";
    case "number":
      return { [spec.number ?? ""]: amountOf(value) };
    case "flag":
    case "date":
    case "instant":
    case "person":
    case "ref":
      return { [spec[kind] ?? ""]: value };
    default:
      return assertNever(kind);
  }
}

function moneyBack(spec: Exclude<FieldSpec, string>, value: Canonical): Back {
  const { money = "", currency, in: fixed } = spec;
  if (typeof value !== "object" || value === null || !("amount" in value)) return { [money]: value };
  if (fixed !== undefined && fixed !== value.currency) return `its amounts are in ${fixed}, not in ${value.currency}`;
  return { [money]: value.amount, ...(currency === undefined ? {} : { [currency]: value.currency }) };
}

function amountOf(value: Canonical): Canonical {
  return typeof value === "object" && value !== null && "amount" in value ? value.amount : value;
}

/** The source's word for our name; the name itself without a value map; undefined when the map has none. */
function nameBack(values: ValueMapSpec | undefined, value: Canonical): Canonical | undefined {
  if (values === undefined || value === null) return value;
  if (typeof value !== "string") return undefined;
  if (isList(values)) return values.includes(value) ? value : undefined;
  if (!Object.hasOwn(values, value)) return undefined;
  const sources = values[value];
  if (sources === null || sources === undefined) return value;
  const first = isList(sources) ? sources[0] : sources;
  return first === undefined ? undefined : String(first);
}

function isList(value: unknown): value is readonly (string | number | boolean)[] {
  return Array.isArray(value);
}
