import type { Actor, BusinessCalendar, Canonical } from "../../model/index.ts";
import { appoint } from "./owners.ts";
import type { Appointment, Staff } from "./owners.ts";
import { amountOf, currencyOf, isList, isPerson } from "../merge/same-value.ts";
import { plainText } from "../merge/plain-text.ts";

/** A value on its way from one side to the other. */
export interface Passing {
  /** The contract's name of the field, for sentences. */
  readonly field: string;
  readonly value: Canonical;
  readonly person: Actor | null;
  /** What the receiving attribute holds now. */
  readonly held: Canonical;
  /** Whom the receiving attribute names now. */
  readonly heldPerson: Actor | null;
  /** The receiving attribute's kind as its mapping declares it; null when it is not known. */
  readonly kind: string | null;
  readonly place: Appointment;
}

export interface Written {
  /** Null with a note: nothing can be written. Null without: the field is to be emptied. */
  readonly value: Canonical;
  readonly note: string | null;
  /** False when there is nothing to write: nobody to name, or who is to be named is there already. */
  readonly writes: boolean;
}

/** One side's value in the words of the other: money as its amount, people as that system's own account. */
export function writtenValue(passing: Passing, staff: Staff, calendar: BusinessCalendar | null): Written {
  const { value, kind } = passing;
  if (isPerson(value)) return writtenPerson(passing, value.person, staff);
  return { value: inWordsOf(kind, value, passing.held, calendar), note: null, writes: true };
}

function writtenPerson({ field, person, heldPerson, kind, place }: Passing, native: string, staff: Staff): Written {
  if (kind === "text") return { value: person?.name ?? native, note: null, writes: person !== null };
  const appointed = person === null ? null : appoint(person, staff, place);
  if (person === null || appointed === null) {
    const who = person?.name ?? "the person";
    return {
      value: null,
      note: `${field} is left open: ${who} has no active account there, and neither a backup nor the team's queue takes over.`,
      writes: false,
    };
  }
  const { actor, account } = appointed;
  return {
    value: { person: account },
    note: actor === person ? null : standInNote(person, actor),
    writes: heldPerson?.id !== actor.id,
  };
}

function standInNote(person: Actor, actor: Actor): string {
  const why = person.active ? "has no account there" : "has left";
  return `${person.name} ${why}; ${actor.kind === "queue" ? `the queue ${actor.name} holds it` : `${actor.name} takes over`}.`;
}

function inWordsOf(
  kind: string | null,
  value: Canonical,
  held: Canonical,
  calendar: BusinessCalendar | null,
): Canonical {
  if (value === null || typeof value === "boolean") return value;
  const amount = amountOf(value);
  if (amount !== null || typeof value === "number") return writtenAmount(kind, amount ?? 0, value, held);
  if (typeof value === "string") return kind === "text" || kind === null ? value : plainText(value);
  if (isList(value)) return kind === "text" ? value.join(", ") : value;
  if ("at" in value && kind === "date" && calendar !== null) return { day: calendar.localDay(value.at) };
  if ("day" in value && kind === "instant" && calendar !== null) return { at: calendar.startOfDay(value.day) };
  return value;
}

/** A number goes into a money field in the currency the record has. */
function writtenAmount(kind: string | null, amount: number, value: Canonical, held: Canonical): Canonical {
  const currency = currencyOf(value) ?? currencyOf(held);
  const takesMoney = kind === "money" || (kind === null && currencyOf(held) !== null);
  if (takesMoney) return currency === null ? amount : { amount, currency, corporate: null };
  return kind === "text" ? String(amount) : amount;
}
