import { foldText } from "../../matching/index.ts";
import { assertNever } from "../../model/index.ts";
import type { Instant, ModelEvent } from "../../model/index.ts";
import type { Party } from "../input.ts";
import type { People } from "../parties.ts";
import { textOf } from "../parties.ts";
import type { Occasion } from "../contract/phrases.ts";

/** When to look, both ends included. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The first time one of the occasions happened to a party within a window; null when none did.
 */
export function firstOccasion(
  occasions: readonly Occasion[],
  party: Party,
  window: Window,
  people: People,
): Instant | null {
  let first: Instant | null = null;
  for (const occasion of occasions) {
    for (const at of timesOf(occasion, party, window, people)) {
      if (at >= window.from && at <= window.to && (first === null || at < first)) first = at;
    }
  }
  return first;
}

function timesOf(occasion: Occasion, party: Party, window: Window, people: People): readonly Instant[] {
  const { object, events } = party.linked;
  const own = (event: ModelEvent): boolean => event.objectType === object.type;
  switch (occasion.kind) {
    case "enters":
      return events
        .filter((event) => own(event) && event.stage !== null && occasion.stages.includes(event.stage))
        .filter((event) => !occasion.byPerson || people.isPersonal(event.by, event.objectKey))
        .map((event) => event.occurredAt);
    case "leaves": {
      const left = events.find(
        (event) =>
          own(event)
          && event.stage !== null
          && event.occurredAt >= window.from
          && !occasion.stages.includes(event.stage),
      );
      return left === undefined ? [] : [left.occurredAt];
    }
    case "step": {
      const step = foldText(occasion.step);
      return events
        .filter(
          (event) => event.type === `step ${occasion.did}` && foldText(textOf(event.attributes["step"]) ?? "") === step,
        )
        .map((event) => event.occurredAt);
    }
    case "set":
      return object.history
        .filter((change) => change.attribute === occasion.attribute && change.value !== null)
        .filter((change) => !occasion.byPerson || (change.by !== undefined && people.isPersonal(change.by, object.key)))
        .map((change) => change.validAt);
    case "removed": {
      const cause = object.removed?.cause;
      if (party.removedAt === null || cause === undefined || !occasion.causes.includes(cause)) return [];
      // Systems stamp removals to the second; one of the trigger's own second still comes after it.
      return [Math.max(party.removedAt, window.from)];
    }
    default:
      return assertNever(occasion);
  }
}
