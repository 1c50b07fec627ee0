import type { Actor, ActorEvidence, Canonical, Instant, LinkedObject, ModelEvent } from "../model/index.ts";
import type { Entry, Objects, Party, ReconcileInput } from "./input.ts";

/** What is known of who is a person. */
export interface People {
  /** The actor behind a system's own user id, in the tenant of the object it was found on. */
  actorOf(objectKey: string, person: string): Actor | null;
  /** True when a person did it: neither a rule nor a program nor a service account. */
  isPersonal(by: ActorEvidence, objectKey: string): boolean;
}

export function peopleOf(actors: readonly Actor[]): People {
  const byAccount = new Map(actors.flatMap((actor) => actor.accounts.map(({ key }) => [key, actor] as const)));
  const actorOf = (objectKey: string, person: string): Actor | null => {
    const [system, tenant] = objectKey.split("/");
    return byAccount.get(`${system}/${tenant}/${person}`) ?? null;
  };
  return {
    actorOf,
    isPersonal: (by, objectKey) => {
      if (by.person === null || by.kind === "automation" || by.kind === "api") return false;
      const actor = actorOf(objectKey, by.person);
      return by.kind === "human" ? actor === null || isHuman(actor) : actor !== null && isHuman(actor);
    },
  };
}

/** An account that nobody registered as a service is taken for a person. */
export function isHuman(actor: Actor): boolean {
  return actor.kind === "human" || actor.kind === "unknown";
}

/** The objects that exist by the as-of, each with what is to be held of it; what was made later is left out. */
export function* partiesOf(
  objects: Objects,
  asOf: Instant,
): Iterable<{ readonly entry: Entry; readonly party: Party }> {
  for (let at = 0; at < objects.length; at += 1) {
    const linked = objects.at(at);
    const createdAt = linked?.object.createdAt ?? linked?.events[0]?.occurredAt ?? 0;
    if (linked === undefined || createdAt > asOf) continue;
    const entry = new Numbered(objects, at, { id: linked.id, createdAt, removedAt: removedAt(linked, asOf) });
    yield { entry, party: entry.of(linked) };
  }
}

class Numbered implements Entry {
  readonly id: string;
  readonly createdAt: Instant;
  readonly removedAt: Instant | null;
  readonly #objects: Objects;
  readonly #at: number;

  constructor(objects: Objects, at: number, { id, createdAt, removedAt }: Omit<Entry, "look">) {
    this.#objects = objects;
    this.#at = at;
    this.id = id;
    this.createdAt = createdAt;
    this.removedAt = removedAt;
  }

  look(): Party {
    const linked = this.#objects.at(this.#at);
    if (linked === undefined) throw new Error(`${this.id} is no more among the objects it was found among.`);
    return this.of(linked);
  }

  of(linked: LinkedObject): Party {
    const { id, createdAt, removedAt } = this;
    return { id, linked, name: nameOf(linked), createdAt, removedAt };
  }
}

/** Out of sight is not gone (design §5.1). */
function removedAt({ object }: LinkedObject, asOf: Instant): Instant | null {
  if (object.removed === null || object.removed.cause === "visibility lost") return null;
  const at = object.removed.at ?? asOf;
  return at > asOf ? null : at;
}

function nameOf(linked: LinkedObject): string {
  const name = linked.object.attributes["name"];
  return typeof name === "string" && name.trim() !== "" ? name : `${linked.object.type} ${linked.nativeId}`;
}

/** An attribute as text to compare by; null when it has none. */
export function textOf(value: Canonical | undefined): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** Events of the object itself up to the as-of, in order; not those of its children. */
export function ownEvents(linked: LinkedObject, asOf: Instant): readonly ModelEvent[] {
  return linked.events.filter((event) => event.objectType === linked.object.type && event.occurredAt <= asOf);
}

/** Whether a person attribute's value names a person, and not a queue or a service. */
export function namesPerson(value: Canonical, objectKey: string, people: People): boolean {
  if (typeof value !== "object" || value === null || !("person" in value)) return false;
  const actor = people.actorOf(objectKey, value.person);
  return actor !== null && isHuman(actor);
}

export function attributesOf(input: ReconcileInput, id: string | undefined): Readonly<Record<string, Canonical>> {
  return (id === undefined ? undefined : input.related.get(id)) ?? {};
}

/** Oldest first; ties by id, so that no order of the input shows. */
export function byAge(left: Omit<Entry, "look">, right: Omit<Entry, "look">): number {
  return left.createdAt - right.createdAt || compareText(left.id, right.id);
}

export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
