import type {
  Actor,
  ActorEvidence,
  AttributeChange,
  Canonical,
  Instant,
  LinkedObject,
  ModelEvent,
  ModelObject,
} from "../../model/index.ts";
import type { Objects } from "../input.ts";
import { Shelf } from "./shelf.ts";

/** What recurs in nearly every object, by its number. */
class Recurring<Value> {
  readonly #numbers = new Map<string, number>();
  readonly #values: Value[] = [];
  readonly #none: Value;

  /** @param none what a number that was never given stands for. */
  constructor(none: Value) {
    this.#none = none;
  }

  number(value: Value): number {
    const text = JSON.stringify(value);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#values.length);
    return this.#values.push(value) - 1;
  }

  at(number: number): Value {
    return this.#values[number] ?? this.#none;
  }
}

/** The number of its names, and a value for each. */
type KeptRecord<Value> = readonly [names: number, values: readonly Value[]];

type KeptEvent = readonly [
  type: number,
  occurredAt: Instant,
  by: number,
  stage: number | null,
  step: Canonical,
  /** Left away where it is the object itself. */
  objectType?: number,
  objectKey?: string,
];

type Kept = readonly [
  key: string,
  type: number,
  /** Null where it is the key. */
  id: string | null,
  nativeId: string,
  merged: readonly string[] | null,
  createdAt: Instant | null,
  removed: ModelObject["removed"],
  attributes: KeptRecord<Canonical>,
  history: readonly AttributeChange[],
  references: KeptRecord<string>,
  /** Ids of actors. */
  persons: KeptRecord<string | null>,
  events: readonly KeptEvent[],
];

/** Many objects, as far as decisions look at them, kept small; each is made anew when it is looked at. */
export class KeptObjects implements Objects {
  readonly #actors: ReadonlyMap<string, Actor>;
  readonly #shelf = new Shelf();
  readonly #words = new Recurring("");
  readonly #names = new Recurring<readonly string[]>([]);
  readonly #doers = new Recurring<ActorEvidence>({ person: null, kind: "unknown" });

  /** @param actors all that the objects' persons may be. */
  constructor(actors: readonly Actor[]) {
    this.#actors = new Map(actors.map((actor) => [actor.id, actor]));
  }

  get length(): number {
    return this.#shelf.length;
  }

  add({ object, id, nativeId, merged, references, persons, events }: LinkedObject): void {
    const { key, type, createdAt, removed, attributes, history } = object;
    const kept: Kept = [
      key,
      this.#words.number(type),
      id === key ? null : id,
      nativeId,
      merged ?? null,
      createdAt,
      removed,
      this.#record(attributes, itself),
      history,
      this.#record(references, itself),
      this.#record(persons, (actor) => actor?.id ?? null),
      events.map((event) => this.#event(event, object)),
    ];
    this.#shelf.add(JSON.stringify(kept));
  }

  at(index: number): LinkedObject | undefined {
    const text = this.#shelf.at(index);
    if (text === undefined) return undefined;
    const [key, type, id, nativeId, merged, createdAt, removed, attributes, history, references, persons, events] =
      JSON.parse(text) as Kept;
    const object: ModelObject = {
      key,
      type: this.#words.at(type),
      mapping: "",
      attributes: this.#recordFrom(attributes, itself),
      history,
      references: [],
      createdAt,
      removed,
      url: null,
    };
    return {
      object,
      id: id ?? key,
      nativeId,
      ...(merged === null ? {} : { merged }),
      references: this.#recordFrom(references, itself),
      persons: this.#recordFrom(persons, (actor) => (actor === null ? null : (this.#actors.get(actor) ?? null))),
      events: events.map((event, sequence) => this.#eventFrom(event, sequence, object)),
    };
  }

  #record<Value, Small>(all: Readonly<Record<string, Value>>, small: (value: Value) => Small): KeptRecord<Small> {
    return [this.#names.number(Object.keys(all)), Object.values(all).map(small)];
  }

  #recordFrom<Small, Value>(
    [names, values]: KeptRecord<Small>,
    whole: (value: Small) => Value,
  ): Readonly<Record<string, Value>> {
    const record: Record<string, Value> = {};
    for (const [at, name] of this.#names.at(names).entries()) {
      const value = values[at];
      if (value !== undefined) record[name] = whole(value);
    }
    return record;
  }

  #event(event: ModelEvent, { key, type }: ModelObject): KeptEvent {
    const { objectKey, objectType, occurredAt, by, stage, attributes } = event;
    const kept = [
      this.#words.number(event.type),
      occurredAt,
      this.#doers.number(by),
      stage === null ? null : this.#words.number(stage),
      attributes["step"] ?? null,
    ] as const;
    return objectKey === key && objectType === type ? kept : [...kept, this.#words.number(objectType), objectKey];
  }

  #eventFrom(kept: KeptEvent, sequence: number, object: ModelObject): ModelEvent {
    const [type, occurredAt, by, stage, step, objectType, objectKey = object.key] = kept;
    return {
      ...BLANK,
      type: this.#words.at(type),
      objectKey,
      objectType: objectType === undefined ? object.type : this.#words.at(objectType),
      occurredAt,
      sequence,
      by: this.#doers.at(by),
      stage: stage === null ? null : this.#words.at(stage),
      attributes: step === null ? {} : { step },
    };
  }
}

function itself<Value>(value: Value): Value {
  return value;
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
