import type { SalesforceDescribedSeed, SalesforceSeed } from "../../seeds.ts";
import { definitionsOf } from "./definitions.ts";
import { customField } from "./fields.ts";
import { formula } from "./formulas.ts";
import type { FormulaWorld } from "./formulas.ts";
import type { ChildRelationship, FieldSchema, ObjectSchema, Row, Value } from "./types.ts";

export type { FormulaWorld } from "./formulas.ts";
export { HISTORIES, standardFields } from "./definitions.ts";
export { customField } from "./fields.ts";
export { readField } from "./types.ts";
export type { AddressValue, ChildRelationship, FieldSchema, FieldType, ObjectSchema, Row, Value } from "./types.ts";

/** Every object of the org, by lower-case name. */
export class OrgSchema {
  readonly objects: readonly ObjectSchema[];
  readonly #byName: ReadonlyMap<string, ObjectSchema>;
  readonly #fields: ReadonlyMap<string, OwnFields>;

  /** @param fields the lists that the objects hold, by object name, for changes later */
  constructor(objects: readonly ObjectSchema[], fields: ReadonlyMap<string, OwnFields>) {
    this.objects = objects;
    this.#fields = fields;
    this.#byName = new Map(objects.map((each) => [each.name.toLowerCase(), each]));
  }

  /** Finds an object by name, whatever its casing. */
  object(name: string): ObjectSchema | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Adds a field to an object, or puts it in the place of the one of its name. */
  put(object: ObjectSchema, field: FieldSchema): void {
    const own = this.#fields.get(object.name);
    if (own === undefined) return;
    const at = own.list.findIndex((each) => each.name.toLowerCase() === field.name.toLowerCase());
    if (at < 0) own.list.push(field);
    else own.list[at] = field;
    own.byName.set(field.name.toLowerCase(), field);
  }

  /** Takes a field off an object. */
  remove(object: ObjectSchema, name: string): void {
    const own = this.#fields.get(object.name);
    const at = own?.list.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) ?? -1;
    if (own === undefined || at < 0) return;
    own.list.splice(at, 1);
    own.byName.delete(name.toLowerCase());
  }
}

interface OwnFields {
  readonly list: FieldSchema[];
  readonly byName: Map<string, FieldSchema>;
}

function childrenOf(name: string, all: ReadonlyMap<string, readonly FieldSchema[]>): ChildRelationship[] {
  const found: ChildRelationship[] = [];
  for (const [object, fields] of all) {
    for (const field of fields) {
      if (!field.referenceTo.includes(name) || field.childRelationshipName === null) continue;
      found.push({ name: field.childRelationshipName, object, field: field.name, cascadeDelete: field.cascadeDelete });
    }
  }
  return found;
}

/** A standard picklist takes the org's own values when its rows hold others than the platform's. */
function inUse(field: FieldSchema, rows: readonly Row[], generated: readonly Value[]): FieldSchema {
  if (field.type !== "picklist" || field.picklist.length === 0 || field.restrictedPicklist) return field;
  const seen = new Set<string>(generated.filter((each) => typeof each === "string"));
  for (const row of rows) {
    const value = row[field.name];
    if (typeof value === "string") seen.add(value);
  }
  return [...seen].every((each) => field.picklist.includes(each)) ? field : { ...field, picklist: [...seen] };
}

/** A standard field as the org knows it. */
function describedAs(field: FieldSchema, told: SalesforceDescribedSeed | undefined): FieldSchema {
  const own = told?.fields[field.name];
  if (own === undefined) return field;
  const { label, referenceTo } = own;
  return { ...field, label, referenceTo: referenceTo.length === 0 ? field.referenceTo : referenceTo };
}

/** Builds the org's objects: the standard fields plus the seed's custom ones. */
export function buildSchema(seed: SalesforceSeed, world: FormulaWorld): OrgSchema {
  const definitions = definitionsOf(seed);
  const fields = new Map<string, FieldSchema[]>();
  for (const definition of definitions) {
    const rows = seed.rows[definition.name] ?? [];
    const drawn = seed.generated?.find((each) => each.object === definition.name)?.values;
    const custom = (seed.customFields[definition.name] ?? []).map((each) => {
      const compute = each.formula === undefined ? null : formula(each.formula, definition.name, world);
      return customField(each, compute);
    });
    const told = seed.described?.[definition.name];
    fields.set(definition.name, [
      ...definition.fields().map((each) => describedAs(inUse(each, rows, drawn?.[each.name] ?? []), told)),
      ...custom,
    ]);
  }
  const parts = new Map<string, OwnFields>();
  return new OrgSchema(
    definitions.map((definition) => {
      const own = fields.get(definition.name) ?? [];
      const byName = new Map(own.map((each) => [each.name.toLowerCase(), each]));
      parts.set(definition.name, { list: own, byName });
      return {
        name: definition.name,
        label: seed.described?.[definition.name]?.label ?? definition.label,
        labelPlural: definition.plural,
        keyPrefix: definition.keyPrefix,
        custom: definition.custom ?? false,
        fields: own,
        fieldsByName: byName,
        children: childrenOf(definition.name, fields),
        createable: definition.writes !== "none",
        updateable: definition.writes !== "none",
        deletable: definition.writes === "all",
        mergeable: definition.mergeable ?? false,
        replicateable: own.some((each) => each.name === "SystemModstamp" || each.name === "CreatedDate"),
        history: definition.history ?? null,
        trackedFields: new Set(seed.trackedFields[definition.name] ?? []),
      };
    }),
    parts,
  );
}
