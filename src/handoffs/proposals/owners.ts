import type { Actor } from "../../model/index.ts";
import { isHuman } from "../parties.ts";

/** Where work is to be handed to somebody: the place whose account is written, and whom to fall back on. */
export interface Appointment {
  readonly system: string;
  readonly tenant: string;
  /** The team that takes the handoff; its queue holds what nobody can be given. */
  readonly team: string | null;
  /** The contract's own stand-in, tried after a person's backups. */
  readonly standIn: string | null;
}

export interface Appointed {
  readonly actor: Actor;
  /** The id that the place knows the actor by. */
  readonly account: string;
}

/** Who may be given work, by id and by name, and the queues of each team. */
export interface Staff {
  readonly byName: ReadonlyMap<string, Actor>;
  readonly queues: ReadonlyMap<string, readonly Actor[]>;
}

export function staffOf(actors: readonly Actor[]): Staff {
  const byName = new Map<string, Actor>();
  for (const actor of actors) byName.set(actor.name, actor);
  for (const actor of actors) byName.set(actor.id, actor);
  const queues = new Map<string, Actor[]>();
  for (const actor of actors) {
    if (actor.kind !== "queue" || actor.team === null) continue;
    const known = queues.get(actor.team);
    if (known === undefined) queues.set(actor.team, [actor]);
    else known.push(actor);
  }
  return { byName, queues };
}

/**
 * Whom work is given to that was meant for somebody: themselves, else their backups in turn, else the contract's
 * stand-in, else the team's queue; null when none of them has an account at that place. Never a person who left.
 */
export function appoint(wanted: Actor, staff: Staff, place: Appointment): Appointed | null {
  const seen = new Set<Actor>();
  const follow = (first: Actor | undefined): Appointed | null => {
    for (let next = first; next !== undefined && !seen.has(next); next = staff.byName.get(next.backup ?? "")) {
      seen.add(next);
      const account = next.active && isHuman(next) ? accountOf(next, place) : null;
      if (account !== null) return { actor: next, account };
    }
    return null;
  };
  const person = follow(wanted) ?? follow(place.standIn === null ? undefined : staff.byName.get(place.standIn));
  if (person !== null) return person;
  for (const queue of staff.queues.get(place.team ?? "") ?? []) {
    const account = accountOf(queue, place);
    if (account !== null) return { actor: queue, account };
  }
  return null;
}

function accountOf({ accounts }: Actor, { system, tenant }: Appointment): string | null {
  const prefix = `${system}/${tenant}/`;
  return accounts.find(({ key }) => key.startsWith(prefix))?.key.slice(prefix.length) ?? null;
}
