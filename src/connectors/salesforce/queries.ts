import type { Instant } from "../../model/index.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadState } from "./position.ts";
import type { Request } from "./select-list.ts";
import { after, between, datetime, fieldName, idAfter, oneOf } from "./soql.ts";
import type { Soql } from "./soql.ts";

/** One query of a phase and how much of the phase it covers. */
export interface PhaseQuery {
  readonly soql: Soql;
  /** Conditions that hold for the whole phase. */
  readonly fixed: readonly string[];
  /** Where the part of an increment ends that is asked for; null for all of it. */
  readonly until: Instant | null;
  /** How many rows are asked for at most; null for all. */
  readonly rows: number | null;
}

/**
 * First reads go by id below a fixed stamp, so that they can be resumed anywhere and nothing moves under them; the
 * next increment's overlap reads what changed meanwhile. Increments go by (stamp, id).
 */
export function queryOf(spec: ObjectSpec, request: Request, state: ReadState): PhaseQuery {
  const { stamp, chunks } = state.plan;
  const fields = chunks[0] ?? ["Id"];
  const named = historyCondition(request);
  const rows = state.slice?.rows ?? null;
  const limit = rows === null ? {} : { limit: rows };
  if (state.phase === "backfill" || stamp === null) {
    const fixed = [...(stamp === null ? [] : [`${fieldName(stamp)} <= ${datetime(state.through)}`]), ...named];
    const beyond = state.after === null ? [] : [idAfter(state.after.id)];
    return {
      soql: { object: spec.name, fields, where: [...fixed, ...beyond], orderBy: ["Id"], ...limit },
      fixed,
      until: null,
      rows,
    };
  }
  const width = state.slice?.width ?? null;
  const begin = state.after?.stamp ?? state.from;
  // The last part has no end: rows stamped after the phase began are welcome.
  const until = width === null || begin + width > state.through ? null : begin + width;
  const start =
    state.after === null || state.after.id === ""
      ? between(stamp, { from: begin })
      : [after(stamp, state.after.stamp, state.after.id)];
  const end = until === null ? [] : between(stamp, { before: until });
  return {
    soql: { object: spec.name, fields, where: [...start, ...end, ...named], orderBy: [stamp, "Id"], ...limit },
    fixed: named,
    until,
    rows,
  };
}

/** Only rows of the fields that are followed; more names than a condition may hold are told apart afterwards. */
export function historyCondition(request: Request): readonly string[] {
  return request.historyFields.length === 0 || request.keeps !== undefined
    ? []
    : [oneOf("Field", request.historyFields)];
}
