import type {
  Actor,
  ActorEvidence,
  AttributeChange,
  Canonical,
  Instant,
  LinkedObject,
  ModelEvent,
  ModelObject,
} from "../model/index.ts";
import type { Objects } from "./input.ts";
import { Shelf } from "./shelf.ts";

type KeptEvent = readonly [
  type: string,
  /** Null where it is the object itself. */
  of: readonly [objectKey: string, objectType: string] | null,
  occurredAt: Instant,
  by: ActorEvidence,
  stage: string | null,
  step: Canonical,
];

type Kept = readonly [
  key: string,
  type: string,
  /** Null where it is the key. */
  id: string | null,
  nativeId: string,
  merged: readonly string[] | null,
  createdAt: Instant | null,
  removed: ModelObject["removed"],
  attributes: Readonly<Record<string, Canonical>>,
  history: readonly AttributeChange[],
  references: Readonly<Record<string, string>>,
  /** By attribute, ids of actors. */
  persons: Readonly<Record<string, string | null>>,
  events: readonly KeptEvent[],
];

/** Many objects, as far as decisions look at them, kept small; each is made anew when it is looked at. */
export class KeptObjects implements Objects {
  readonly #actors: ReadonlyMap<string, Actor>;
  readonly #shelf = new Shelf();

  /** @param actors all that the objects' persons may be. */
  constructor(actors: readonly Actor[]) {
    this.#actors = new Map(actors.map((actor) => [actor.id, actor]));
  }

  get length(): number {
    return this.#shelf.length;
  }

  add(object: LinkedObject): void {
    this.#shelf.add(JSON.stringify(kept(object)));
  }

  at(index: number): LinkedObject | undefined {
    const text = this.#shelf.at(index);
    return text === undefined ? undefined : made(JSON.parse(text) as Kept, this.#actors);
  }
}

function kept({ object, id, nativeId, merged, references, persons, events }: LinkedObject): Kept {
  const { key, type, createdAt, removed, attributes, history } = object;
  return [
    key,
    type,
    id === key ? null : id,
    nativeId,
    merged ?? null,
    createdAt,
    removed,
    attributes,
    history,
    references,
    Object.fromEntries(Object.entries(persons).map(([name, actor]) => [name, actor?.id ?? null])),
    events.map((event) => keptEvent(event, object)),
  ];
}

function keptEvent(event: ModelEvent, { key, type }: ModelObject): KeptEvent {
  const { objectKey, objectType, occurredAt, by, stage, attributes } = event;
  const of = objectKey === key && objectType === type ? null : ([objectKey, objectType] as const);
  return [event.type, of, occurredAt, by, stage, attributes["step"] ?? null];
}

function made(tuple: Kept, actors: ReadonlyMap<string, Actor>): LinkedObject {
  const [key, type, id, nativeId, merged, createdAt, removed, attributes, history, references, persons, events] = tuple;
  return {
    object: { key, type, mapping: "", attributes, history, references: [], createdAt, removed, url: null },
    id: id ?? key,
    nativeId,
    ...(merged === null ? {} : { merged }),
    references,
    persons: Object.fromEntries(
      Object.entries(persons).map(([name, actor]) => [name, actor === null ? null : (actors.get(actor) ?? null)]),
    ),
    events: events.map((event, sequence) => madeEvent(event, sequence, { key, type })),
  };
}

function madeEvent(
  [type, of, occurredAt, by, stage, step]: KeptEvent,
  sequence: number,
  object: { readonly key: string; readonly type: string },
): ModelEvent {
  const [objectKey, objectType] = of ?? [object.key, object.type];
  const attributes = step === null ? {} : { step };
  return { ...BLANK, type, objectKey, objectType, occurredAt, sequence, by, stage, attributes };
}

/** What no decision looks at. */
const BLANK = {
  id: "",
  precision: "ms",
  fromStage: null,
  references: [],
  source: { stream: "", id: "" },
  mapping: "",
  derivation: "",
} as const satisfies Partial<ModelEvent>;
