import { MINUTE } from "../../model/index.ts";
import type { WriteFace } from "../kit/index.ts";
import { createMany } from "./create-many.ts";
import { complete, create } from "./create.ts";
import { find } from "./markers.ts";
import { retire } from "./retire.ts";
import { survey } from "./survey.ts";
import { update } from "./update.ts";
import { watched } from "./watched.ts";
import type { WriterParts } from "./writer-parts.ts";

/** Listings are consistent; a project from a template shows only once its job has begun (reference asana.md §8, §11). */
const SETTLE_MS = MINUTE;

/**
 * Writes to projects and tasks. Asana has no idempotency key. The marker of a task that an app creates is its external
 * id; external ids are neither for personal tokens nor for projects, so theirs stands as a line of its own in the notes,
 * where a listing finds it at once (reference asana.md §11). Only what differs is written.
 */
export function writeFace(parts: WriterParts): WriteFace {
  return {
    traits: { conditional: false, uniqueMarker: false, settleMs: SETTLE_MS },
    survey: (prospect, signal) => survey(parts, prospect, signal),
    find: (stream, marker, signal, place) => find(parts, stream, marker, signal, place),
    create: (command, signal) => create(parts, command, signal),
    complete: (command, signal) => complete(parts, command, signal),
    update: (command, signal) => watched(parts, command, signal, () => update(parts, command, signal)),
    retire: (command, signal) => retire(parts, command, signal),
    createMany: (commands, signal) => createMany(parts, commands, signal),
  };
}
