import { DAY, HubError, MINUTE } from "../../model/index.ts";
import type { Instant, Page, Position } from "../../model/index.ts";
import type { ReadContext } from "../kit/index.ts";
import { prerequisitesOf } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";
import { followOn } from "./paging.ts";
import { positionOf, readState, startOf } from "./position.ts";
import type { ReadState } from "./position.ts";
import { descriptionPage, objectOutOfSight } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { planRead, requestOf } from "./select-list.ts";
import type { Request } from "./select-list.ts";
import { sweep } from "./sweep.ts";

/** A transaction may run ten minutes and commits rows with the stamps of when they were saved (reference §9.2). */
const OVERLAP_MS = 10 * MINUTE;
/** The org's clock may be set back; less than this lies within the overlap, more than a day is no clock. */
const SLIGHT_SHIFT_MS = MINUTE;
const LARGEST_SHIFT_MS = DAY;

/** Reads one object from its position (see the phases in {@link ReadState}). */
export async function* readObject(
  reader: Reader,
  spec: ObjectSpec,
  position: Position | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const { client } = reader;
  const request = requestOf(spec, context.selection);
  const last = readState(position);
  try {
    if (context.mode === "sweep" && last !== null && position !== null) {
      yield* sweep(reader, spec, last, position, context);
      return;
    }
    if (context.mode === "full" || last === null || last.request !== request.hash) {
      yield* firstRead(reader, spec, request, last, context);
      return;
    }
    const covered = position?.covered ?? [];
    // The org's clock comes with the answer to the sign-in.
    await client.signIn(context.signal);
    const next = (done: ReadState): ReadState => nextCycle(done, client.serverNow(), client.clockOffset());
    if (last.phase === "idle") {
      yield* followOn(reader, spec, request, next(last), covered, context);
      return;
    }
    // What was cut short ends where it was to end then: what changed since, or committed late meanwhile, comes after it.
    let reached = position;
    for await (const page of followOn(reader, spec, request, last, covered, context)) {
      reached = page.position;
      yield page;
    }
    const done = readState(reached);
    if (done?.phase !== "idle" || done.plan.stamp === null || client.serverNow() - done.through < MINUTE) return;
    yield* followOn(reader, spec, request, next(done), reached?.covered ?? [], context);
  } catch (error) {
    throw last === null ? error : namedLoss(error, spec, last);
  }
}

/**
 * The cycle after one that is over. An interval begins ten minutes before the former one's end; when the org's clock
 * was set back since, rows are stamped that much earlier and it begins as much before.
 */
export function nextCycle(last: ReadState, now: Instant, clockOffset: number): ReadState {
  const fresh = { clockOffset, seen: 0, binned: 0, slice: null };
  // Without a stamp to follow, every cycle reads the object whole.
  if (last.plan.stamp === null) return { ...last, ...fresh, phase: "backfill", through: now };
  const setBack = Math.min((last.clockOffset ?? clockOffset) - clockOffset, LARGEST_SHIFT_MS);
  const shift = setBack > SLIGHT_SHIFT_MS ? setBack : 0;
  return {
    ...last,
    ...fresh,
    phase: "increment",
    from: last.through - OVERLAP_MS - shift,
    through: shift > 0 ? now : Math.max(last.through, now),
  };
}

/** Describes the object, tells the store what it learnt and starts at the first id. */
async function* firstRead(
  reader: Reader,
  spec: ObjectSpec,
  request: Request,
  last: ReadState | null,
  context: ReadContext,
): AsyncGenerator<Page> {
  const { client, descriptions } = reader;
  const soon = Object.keys(context.selection).flatMap((stream) => [stream, ...prerequisitesOf(stream)]);
  const described = await descriptions.get(spec.name, context.signal, soon);
  const plan = planRead(spec, request, described, last ?? undefined);
  const state = startOf(request.hash, plan, client.serverNow(), client.clockOffset());
  yield* descriptionPage(reader, spec, described, plan, positionOf(state, []));
  yield* followOn(reader, spec, request, state, [], context);
}

/** An object that was read before and is unknown now is out of sight; what is stored of it stays. */
function namedLoss(error: unknown, spec: ObjectSpec, last: ReadState): unknown {
  if (!(error instanceof HubError) || error.code !== "HUB-1305") return error;
  return objectOutOfSight(spec, last, error);
}
