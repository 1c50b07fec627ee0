import type { NameList } from "../../connectors/kit/index.ts";
import { foldValue, identityOf } from "../../mappings/index.ts";
import { canonicalJson } from "../../model/index.ts";
import type { FieldValue, NormalisedEntity } from "../../model/index.ts";
import type { ListBindings } from "./list-bindings.ts";

type Fields = Readonly<Record<string, FieldValue>>;

export interface Translator {
  /** Null for an entity that holds a name whose meaning is in doubt. */
  entity(entity: NormalisedEntity): NormalisedEntity | null;
  /** Fields that are true of many records. */
  facts(fields: Fields): Fields;
  readonly effect: string;
}

/** What one list does to the records it holds for. */
interface Effect {
  readonly stream: string;
  readonly scope: { readonly field: string; readonly id: string } | null;
  /** As the system shows it now; null for the names of the fields themselves. */
  readonly field: string | null;
  readonly holds: NameList["holds"];
  /** By id: the names it is known by, folded, and the one mappings use. */
  readonly renamed: ReadonlyMap<string, { readonly from: readonly string[]; readonly to: string }>;
  /** Names by id that are in doubt. */
  readonly doubtful: ReadonlyMap<string, string>;
}

/** What lists with pins do to entities; null when they do nothing. */
export function translatorOf(lists: readonly ListBindings[]): Translator | null {
  const all = lists.map(effectOf).filter(({ renamed, doubtful }) => renamed.size > 0 || doubtful.size > 0);
  if (all.length === 0) return null;
  // Values are found under the names fields have now, so fields get the mappings' names last.
  const effects = [...all.filter(({ field }) => field !== null), ...all.filter(({ field }) => field === null)];
  const byStream = new Map<string, Effect[]>();
  for (const effect of effects) byStream.set(effect.stream, [...(byStream.get(effect.stream) ?? []), effect]);
  return {
    entity: (entity) => {
      const own = (byStream.get(entity.key.stream) ?? []).filter(({ scope }) => isWithin(scope, entity.fields));
      if (own.length === 0) return entity;
      if (own.some((effect) => isDoubtful(effect, entity))) return null;
      return own.reduce(translateEntity, entity);
    },
    facts: (fields) => effects.reduce(translateFields, fields),
    effect: canonicalJson(
      effects.map((effect) => ({
        ...effect,
        renamed: [...effect.renamed].map(([id, { from, to }]) => ({ id, from: [...from], to })),
        doubtful: [...effect.doubtful],
      })),
    ),
  };
}

function effectOf({ list, bindings }: ListBindings): Effect {
  const renamed = new Map<string, { readonly from: readonly string[]; readonly to: string }>();
  const doubtful = new Map<string, string>();
  // A name that mappings list themselves means what they say.
  const listed = new Set(bindings.map(({ name }) => foldValue(name)));
  for (const { name, state, pin, shown, named } of bindings) {
    if (pin === null) continue;
    if (state === "reused") {
      for (const each of [shown, named]) if (each !== null) doubtful.set(each.id, foldValue(each.name));
    } else if (shown !== null && (state === "renamed" || state === "unchanged")) {
      const known = list.holds === "ids" ? [pin.id] : [shown.name, ...(pin.now === undefined ? [] : [pin.now])];
      const recased = list.field === null && shown.name !== name && foldValue(shown.name) === foldValue(name);
      const from = known.map((each) => foldValue(each)).filter((each) => recased || !listed.has(each));
      if (from.length > 0) renamed.set(pin.id, { from: [...new Set(from)], to: name });
    }
  }
  const scope = list.scope === null ? null : { field: list.scope.field, id: list.scope.id };
  return { stream: list.stream, scope, field: list.field, holds: list.holds, renamed, doubtful };
}

function isWithin(scope: Effect["scope"], fields: Fields): boolean {
  return scope === null || identityOf(fields[scope.field]) === scope.id;
}

function isDoubtful(effect: Effect, { fields, transitions }: NormalisedEntity): boolean {
  const { field, doubtful } = effect;
  if (doubtful.size === 0) return false;
  if (field === null) return true;
  const holds = (value: FieldValue | undefined): boolean => {
    if (value === undefined || value === null) return false;
    if (isList(value)) return value.some(holds);
    if (isOption(value)) return doubtful.get(value.option) === foldValue(value.name);
    if (typeof value !== "string") return false;
    if (effect.holds === "ids") return doubtful.has(value);
    return [...doubtful.values()].includes(foldValue(value));
  };
  return (
    holds(fields[field]) || transitions.some((each) => each.field === field && (holds(each.from) || holds(each.to)))
  );
}

function translateEntity(entity: NormalisedEntity, effect: Effect): NormalisedEntity {
  const { field, renamed } = effect;
  if (renamed.size === 0) return entity;
  if (field === null) {
    const names = fieldNames(effect);
    const ours = (name: string): string => names.get(foldValue(name)) ?? name;
    return {
      ...entity,
      fields: translateFields(entity.fields, effect),
      transitions: entity.transitions.map((each) =>
        ours(each.field) === each.field ? each : { ...each, field: ours(each.field) },
      ),
      gaps: entity.gaps.map(ours),
    };
  }
  return {
    ...entity,
    fields: translateFields(entity.fields, effect),
    transitions: entity.transitions.map((each) =>
      each.field === field
        ? { ...each, from: translateValue(each.from, effect), to: translateValue(each.to, effect) }
        : each,
    ),
  };
}

function translateFields(fields: Fields, effect: Effect): Fields {
  const { field } = effect;
  if (field === null) {
    const names = fieldNames(effect);
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [names.get(foldValue(name)) ?? name, value]),
    );
  }
  const value = fields[field];
  return value === undefined ? fields : { ...fields, [field]: translateValue(value, effect) };
}

function fieldNames({ renamed }: Effect): ReadonlyMap<string, string> {
  return new Map([...renamed.values()].flatMap(({ from, to }) => from.map((name) => [name, to])));
}

function translateValue(value: FieldValue, effect: Effect): FieldValue {
  if (value === null) return value;
  if (isList(value)) return value.map((each) => translateValue(each, effect));
  if (isOption(value)) {
    const known = effect.renamed.get(value.option);
    // Another text stood there at the time: that was another label, not this one under another name.
    return known?.from.includes(foldValue(value.name)) === true ? { ...value, name: known.to } : value;
  }
  if (typeof value !== "string") return value;
  const folded = foldValue(value);
  for (const { from, to } of effect.renamed.values()) if (from.includes(folded)) return to;
  return value;
}

function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function isOption(value: FieldValue): value is Extract<FieldValue, { readonly option: string }> {
  return typeof value === "object" && value !== null && "option" in value;
}
