import type { SalesforceGeneratedSeed, SalesforceSeed } from "../../seeds.ts";
import type { FieldSchema, ObjectSchema, Row, Value } from "../schema/index.ts";
import { generatedIds } from "./generated-ids.ts";
import { generatedStamps } from "./generated-stamps.ts";
import type { GeneratedOrder, GeneratedRows } from "./generated-table.ts";

/** Where the values of one field come from. */
interface Source {
  readonly name: string;
  readonly read: (index: number) => Value;
  /** The values it draws from, when there are few. */
  readonly pool: readonly Value[] | null;
  readonly draw: ((index: number) => number) | null;
}

const FIRST_NAMES = ["Ada", "Bo", "Carla", "Dev", "Elif", "Finn", "Grace", "Hugo"];
const LAST_NAMES = ["Adams", "Brandt", "Costa", "Diaz", "Eriksen", "Fischer", "Garcia", "Haddad"];
/** References that are usually filled; the others (parents, masters, record types) stay empty. */
const LINKS = new Set(["AccountId", "OwnerId", "OpportunityId", "ContactId", "WhatId", "LeadId"]);
const MOST_PARENTS = 2000;
const DAY_MS = 86_400_000;

/** A well-spread number for a row's field. */
function mix(salt: number, index: number): number {
  let h = Math.imul(index ^ salt, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  h ^= h >>> 13;
  return h >>> 0;
}

function saltOf(seed: number, name: string): number {
  let salt = seed | 0;
  for (let i = 0; i < name.length; i += 1) salt = Math.imul(salt ^ name.charCodeAt(i), 0x01000193);
  return salt;
}

function drawn(seed: number, name: string, pool: readonly Value[], like = name): Source {
  const salt = saltOf(seed, like);
  const draw = (index: number): number => mix(salt, index) % pool.length;
  return { name, pool, draw, read: (index) => pool[draw(index)] ?? null };
}

function computed(name: string, read: (index: number) => Value): Source {
  return { name, read, pool: null, draw: null };
}

/** The days of the rows' time and a year beyond. */
function days(plan: SalesforceGeneratedSeed): string[] {
  const [from, to] = [Date.parse(plan.from), Date.parse(plan.to) + 365 * DAY_MS];
  const found: string[] = [];
  for (let at = from; at < to; at += DAY_MS) found.push(new Date(at).toISOString().slice(0, 10));
  return found;
}

function sourceOf(seed: SalesforceSeed, plan: SalesforceGeneratedSeed, field: FieldSchema): Source | null {
  const { name } = field;
  const given = plan.values?.[name];
  if (given !== undefined && given.length > 0) return drawn(plan.seed, name, given);
  if (field.compute !== null || field.address !== null || field.externalId) return null;
  if (field.type === "reference") {
    const parents = field.referenceTo.flatMap((each) => (seed.rows[each] ?? []).map((row) => row.Id));
    const linked = LINKS.has(name) || !field.nillable || field.custom;
    return linked && parents.length > 0 ? drawn(plan.seed, name, parents.slice(0, MOST_PARENTS)) : null;
  }
  if (!field.createable || field.unique) return null;
  const usual = !field.nillable || field.custom || field.nameField || ["Amount", "Type", "LeadSource"].includes(name);
  if (name === "FirstName") return drawn(plan.seed, name, FIRST_NAMES);
  if (name === "LastName") return drawn(plan.seed, name, LAST_NAMES);
  if (!usual) return null;
  switch (field.type) {
    case "picklist": {
      const rows = field.picklistObject === null ? null : (seed.rows[field.picklistObject] ?? []);
      const pool = rows === null ? field.picklist : rows.map((each) => each["ApiName"] ?? null);
      return pool.length === 0 ? null : drawn(plan.seed, name, pool);
    }
    case "string": {
      const label = name === "Name" ? plan.object : field.label;
      return computed(name, (index) => `${label} ${String(index + 1).padStart(7, "0")}`);
    }
    case "currency":
    case "double": {
      const salt = saltOf(plan.seed, name);
      return computed(name, (index) => 500 + (mix(salt, index) % 199) * 500);
    }
    case "date":
      return drawn(plan.seed, name, days(plan));
    default:
      return null;
  }
}

/** What follows from an opportunity's stage, drawn alike. */
function stageSources(seed: SalesforceSeed, plan: SalesforceGeneratedSeed): Source[] {
  const rows = seed.rows["OpportunityStage"] ?? [];
  const names = plan.values?.["StageName"] ?? rows.map((each) => each["ApiName"] ?? null);
  const follows = { Probability: "DefaultProbability", IsClosed: "IsClosed", IsWon: "IsWon" } as const;
  const categories = { ForecastCategory: "ForecastCategory", ForecastCategoryName: "ForecastCategoryName" } as const;
  return Object.entries({ ...follows, ...categories }).map(([name, of]) => {
    const pool = names.map((stage) => rows.find((each) => each["ApiName"] === stage)?.[of] ?? null);
    return drawn(plan.seed, name, pool, "StageName");
  });
}

/** Indexes by drawn value, made when first asked for. */
function indexed(source: Source, count: number): Map<string, Uint32Array> {
  const found = new Map<string, Uint32Array>();
  const { pool, draw } = source;
  if (pool === null || draw === null) return found;
  const sizes = new Uint32Array(pool.length);
  for (let index = 0; index < count; index += 1) {
    const at = draw(index);
    sizes[at] = (sizes[at] ?? 0) + 1;
  }
  const lists = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(pool.length);
  for (let index = 0; index < count; index += 1) {
    const at = draw(index);
    const place = filled[at] ?? 0;
    const list = lists[at];
    if (list !== undefined) list[place] = index;
    filled[at] = place + 1;
  }
  for (const [at, value] of pool.entries()) {
    const list = lists[at];
    if (typeof value !== "string" || list === undefined) continue;
    const key = value.toLowerCase();
    const known = found.get(key);
    found.set(key, known === undefined ? list : Uint32Array.from([...known, ...list]).sort());
  }
  return found;
}

/** Makes rows that work a field out only when it is read: most readers look at few. They cannot be spread. */
function viewer(sources: readonly Source[]): (index: number) => Row {
  class Viewed {
    readonly at: number;

    constructor(index: number) {
      this.at = index;
    }
  }
  for (const { name, read } of sources) {
    Object.defineProperty(Viewed.prototype, name, {
      get(this: Viewed) {
        return read(this.at);
      },
    });
  }
  // The compiler does not see the fields defined above.
  return (index) => new Viewed(index) as unknown as Row;
}

/** The rows of a generated seed, computed from its seed and their index. */
export function generateRows(seed: SalesforceSeed, plan: SalesforceGeneratedSeed, object: ObjectSchema): GeneratedRows {
  const { count } = plan;
  const ids = generatedIds(object.keyPrefix, count);
  const stamps = generatedStamps({
    count,
    seed: plan.seed,
    from: Date.parse(plan.from),
    to: Date.parse(plan.to),
    rowsPerStamp: plan.rowsPerStamp ?? 1,
  });
  const derived = object.name === "Opportunity" ? stageSources(seed, plan) : [];
  const taken = new Set(derived.map((each) => each.name));
  const own = object.fields
    .filter((field) => !taken.has(field.name))
    .map((field) => sourceOf(seed, plan, field))
    .filter((each) => each !== null);
  const sources = [...own, ...derived];
  const all: readonly Source[] = [
    computed("IsDeleted", () => false),
    computed("CreatedDate", stamps.createdAt),
    computed("LastModifiedDate", stamps.modifiedAt),
    computed("SystemModstamp", stamps.modifiedAt),
    ...sources,
  ];
  const row = (index: number): Row => {
    const made: Record<string, Value> & { Id: string } = { Id: ids.idAt(index) };
    for (const source of all) made[source.name] = source.read(index);
    return made;
  };
  const byId: GeneratedOrder = {
    valueAt: ids.idAt,
    indexAt: (position) => position,
    positionOf: (index) => index,
  };
  const orders: Readonly<Record<string, GeneratedOrder>> = {
    Id: byId,
    CreatedDate: stamps.byCreation,
    LastModifiedDate: stamps.byModification,
    SystemModstamp: stamps.byModification,
  };
  const indexes = new Map<string, Map<string, Uint32Array>>();
  return {
    count,
    row,
    view: viewer([computed("Id", ids.idAt), ...all]),
    idAt: ids.idAt,
    indexOf: ids.indexOf,
    order: (field) => orders[field] ?? null,
    indexesWith: (field, value) => {
      const source = sources.find((each) => each.name === field);
      if (source === undefined) return [];
      let index = indexes.get(field);
      if (index === undefined) {
        index = indexed(source, count);
        indexes.set(field, index);
      }
      return index.get(value.toLowerCase()) ?? [];
    },
  };
}
