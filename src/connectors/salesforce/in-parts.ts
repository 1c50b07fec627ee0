import { HubError } from "../../model/index.ts";
import { afterPartOfIt, isUnknown } from "../kit/index.ts";
import type { WriteOutcome } from "../kit/index.ts";
import type { SalesforceClient } from "./client.ts";
import { itemFailure } from "./failures.ts";

const MOST_TRIES = 4;

/** What is known of one command; undefined while it still has to be sent. */
export type Slots = (WriteOutcome | undefined)[];

export interface Way {
  /** Sends the commands of these indexes; an outcome for each, in their order. */
  readonly send: (open: readonly number[]) => Promise<readonly WriteOutcome[]>;
  /** After a lost answer: what became of them; undefined for those that were not written. */
  readonly look: (open: readonly number[]) => Promise<Slots>;
}

/** Sends in parts; locked rows are sent again, and after a lost answer only what was not written. */
export async function inParts(
  slots: Slots,
  indexes: readonly number[],
  size: number,
  client: SalesforceClient,
  signal: AbortSignal,
  way: Way,
): Promise<void> {
  for (let at = 0; at < indexes.length; at += size) {
    let open = indexes.slice(at, at + size);
    let doubt = false;
    for (let attempt = 1; open.length > 0; attempt += 1) {
      let outcomes: Slots;
      try {
        outcomes = [...(await way.send(open))];
      } catch (error) {
        const lost = error instanceof HubError && isUnknown(error);
        if (!lost) throw error;
        if (attempt >= MOST_TRIES) {
          for (const index of open) slots[index] = { error };
          break;
        }
        doubt = true;
        await client.backOff(attempt, signal);
        outcomes = await way.look(open);
      }
      const again: number[] = [];
      open.forEach((index, place) => {
        const outcome = outcomes[place];
        slots[index] = doubt ? inDoubt(outcome) : outcome;
        if (outcome === undefined || (isLocked(outcome) && attempt < MOST_TRIES)) again.push(index);
      });
      if (again.length > 0 && outcomes.some((one) => one !== undefined && isLocked(one))) {
        await client.backOff(attempt, signal);
      }
      open = again;
    }
  }
}

/** One that was written. */
export function done(client: SalesforceClient, id: string): WriteOutcome {
  return { receipt: { id, requestId: null, at: client.serverNow(), complete: true, missing: [] } };
}

/** One that was refused, by the code of its item. */
export function failed(
  stream: string,
  operation: string,
  code: string,
  message: string,
  status: number,
  fields: readonly string[] = [],
): WriteOutcome {
  return { error: itemFailure(code, message, { operation, object: stream, exchange: { status }, now: 0, fields }) };
}

/** A refusal of what may have been done before says nothing of that. */
function inDoubt(outcome: WriteOutcome | undefined): WriteOutcome | undefined {
  if (outcome?.error === undefined) return outcome;
  const error = afterPartOfIt(outcome.error);
  return error instanceof HubError ? { error } : outcome;
}

function isLocked(outcome: WriteOutcome): boolean {
  return outcome.error?.code === "HUB-1309";
}

/** The outcomes, of which none is open any more. */
export function settled(slots: Slots): readonly WriteOutcome[] {
  return slots.map((slot) => slot ?? { error: new HubError("HUB-1318", "A write was never sent.") });
}
