import { canonicalJson, HubError, isJsonObject, toProblem } from "../model/index.ts";
import type { Entity, Json, MappedEntity, Problem, StorePort, UnmappedValue } from "../model/index.ts";
import { breathe } from "./breath.ts";
import type { RunContext } from "./context.ts";
import type { LinkReport } from "./link.ts";
import type { EntityMapper } from "./map.ts";
import { createMapper } from "./mappers.ts";
import { mapAndLink } from "./read-all.ts";
import type { MappedReport } from "./read-all.ts";

export interface RemapReport {
  readonly listed: number;
  readonly map: MappedReport;
  readonly link: LinkReport;
}

/**
 * Maps every stored entity again and links anew. Outputs are replaced entity by entity and nothing is dropped before,
 * so that a stop in between loses nothing: the next run goes on with the list.
 */
export async function remapStep(context: RunContext): Promise<RemapReport> {
  const listed = await context.store.mapping.requeue(context.fence);
  return { listed, ...(await mapAndLink(context)) };
}

/** What a remap would do to objects and events of one type. */
export interface TypeChanges {
  readonly kind: "object" | "event";
  /** The object's type, or the type of the object that the event belongs to. */
  readonly type: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
}

export interface ChangeExample {
  readonly kind: "object" | "event";
  readonly type: string;
  readonly change: "added" | "changed" | "removed";
  /** The object's key, or the event's id. */
  readonly id: string;
  /** For `changed`: what differs, by path. */
  readonly differences: readonly { readonly path: string; readonly before: Json; readonly after: Json }[];
}

export interface RemapPreview {
  readonly entities: number;
  /** Entities whose stored outputs wait for a mapping anyway; their differences are counted, too. */
  readonly pending: number;
  readonly types: readonly TypeChanges[];
  readonly examples: readonly ChangeExample[];
  /** Records that would be rejected, by code, with the first problem of each. */
  readonly rejects: readonly { readonly problem: Problem; readonly count: number }[];
  /** Values no value map knows, where their number would change. */
  readonly unmapped: readonly (UnmappedValue & { readonly before: number; readonly after: number })[];
}

const PAGE = 500;
const EXAMPLES = 20;

/** Maps every stored entity without storing anything and compares with what is stored. */
export async function previewRemap(
  context: Pick<RunContext, "configuration" | "store" | "signal" | "progress">,
): Promise<RemapPreview> {
  const { store, signal, progress } = context;
  const mappers = new Map<string, EntityMapper | null>();
  const tally = new Tally();
  let entities = 0;
  for await (const page of store.mapping.entities(PAGE)) {
    await breathe(signal);
    for (const entity of page) {
      const tenant = `${entity.system}/${entity.tenant}`;
      let mapper = mappers.get(tenant);
      if (mapper === undefined) {
        mapper = await createMapper(context, entity.system, entity.tenant);
        mappers.set(tenant, mapper);
      }
      const before = await store.model.ofEntity(entity);
      const after = mapOne(entity, mapper, tally);
      tally.compare(before, after ?? { ...before, unmapped: [] });
    }
    entities += page.length;
    progress({ kind: "count", step: "map", done: entities, of: null, unit: "entities" });
  }
  return { entities, pending: await store.mapping.pendingCount(), ...(await tally.result(store)) };
}

function mapOne(entity: Entity, mapper: EntityMapper | null, tally: Tally): MappedEntity | null {
  if (mapper === null || entity.content === null) return { objects: [], events: [], unmapped: [] };
  try {
    return mapper(entity);
  } catch (error) {
    if (!(error instanceof HubError) || error.disposition !== "skip-record") throw error;
    tally.reject(toProblem(error));
    return { objects: [], events: [], unmapped: [] };
  }
}

interface Thing {
  readonly id: string;
  readonly type: string;
  readonly body: unknown;
}

class Tally {
  readonly #types = new Map<string, { -readonly [Key in keyof TypeChanges]: TypeChanges[Key] }>();
  readonly #examples: ChangeExample[] = [];
  readonly #rejects = new Map<string, { readonly problem: Problem; count: number }>();
  readonly #unmapped = new Map<string, UnmappedValue & { count: number }>();

  compare(before: Pick<MappedEntity, "objects" | "events">, after: MappedEntity): void {
    this.#compareThings(
      "object",
      before.objects.map((body) => ({ id: body.key, type: body.type, body })),
      after.objects.map((body) => ({ id: body.key, type: body.type, body })),
    );
    this.#compareThings(
      "event",
      before.events.map((body) => ({ id: body.id, type: body.objectType, body })),
      after.events.map((body) => ({ id: body.id, type: body.objectType, body })),
    );
    for (const value of after.unmapped) {
      const name = unmappedName(value);
      const known = this.#unmapped.get(name);
      if (known === undefined) this.#unmapped.set(name, { ...value, count: 1 });
      else known.count += 1;
    }
  }

  reject(problem: Problem): void {
    const known = this.#rejects.get(problem.code);
    if (known === undefined) this.#rejects.set(problem.code, { problem, count: 1 });
    else known.count += 1;
  }

  async result(store: StorePort): Promise<Omit<RemapPreview, "entities" | "pending">> {
    const before = new Map((await store.mapping.unmapped()).map((value) => [unmappedName(value), value]));
    const names = [...new Set([...before.keys(), ...this.#unmapped.keys()])].sort();
    return {
      types: [...this.#types.values()].sort((a, b) =>
        `${a.kind === "object" ? 0 : 1}${a.type}` < `${b.kind === "object" ? 0 : 1}${b.type}` ? -1 : 1,
      ),
      examples: this.#examples,
      rejects: [...this.#rejects.values()],
      unmapped: names.flatMap((name) => {
        const was = before.get(name);
        const is = this.#unmapped.get(name);
        const value = is ?? was;
        if (value === undefined || was?.count === is?.count) return [];
        const { mapping, field, value: text } = value;
        return [{ mapping, field, value: text, before: was?.count ?? 0, after: is?.count ?? 0 }];
      }),
    };
  }

  #compareThings(kind: "object" | "event", before: readonly Thing[], after: readonly Thing[]): void {
    const stored = new Map(before.map((thing) => [thing.id, thing]));
    for (const thing of after) {
      const was = stored.get(thing.id);
      stored.delete(thing.id);
      if (was === undefined) this.#count(kind, thing, "added");
      else if (canonicalJson(was.body) === canonicalJson(thing.body)) this.#of(kind, thing.type).unchanged += 1;
      else this.#count(kind, thing, "changed", () => differences(plain(was.body), plain(thing.body)));
    }
    for (const gone of stored.values()) this.#count(kind, gone, "removed");
  }

  #count(
    kind: "object" | "event",
    { id, type }: Thing,
    change: ChangeExample["change"],
    tell: () => ChangeExample["differences"] = () => [],
  ): void {
    this.#of(kind, type)[change] += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push({ kind, type, change, id, differences: tell() });
  }

  #of(kind: "object" | "event", type: string): { -readonly [Key in keyof TypeChanges]: TypeChanges[Key] } {
    const name = `${kind} ${type}`;
    const known = this.#types.get(name) ?? { kind, type, added: 0, changed: 0, removed: 0, unchanged: 0 };
    this.#types.set(name, known);
    return known;
  }
}

function unmappedName({ mapping, field, value }: UnmappedValue): string {
  return `${mapping}\0${field}\0${value}`;
}

/** As the store would give it back. */
function plain(body: unknown): Json {
  return JSON.parse(JSON.stringify(body)) as Json;
}

/** Differing members, one level into objects: an attribute is named, not the whole list of them. */
function differences(before: Json, after: Json, path = ""): ChangeExample["differences"] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isJsonObject(before) || !isJsonObject(after) || path.includes(".")) return [{ path, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .flatMap((name) => differences(before[name] ?? null, after[name] ?? null, path === "" ? name : `${path}.${name}`));
}
