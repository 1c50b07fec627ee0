import { canonicalJson, hashText } from "../../model/index.ts";
import type { Operation } from "../../model/index.ts";
import { compareText } from "../parties.ts";

/**
 * Names a plan by what it would do: target, field, before, after and precondition of each operation, in no order. Score,
 * cost, reason and time change nothing, so that an approval holds as long as the deeds stay the same (design §5.6).
 */
export function planHash(operations: readonly Operation[]): string {
  return hashText(canonicalJson(operations.map(deedOf).sort(compareText)));
}

/** What one operation does, as canonical text. */
export function deedOf(operation: Omit<Operation, "id">): string {
  const { handoffId, connection, system, action, objectType, targetKey, field, before, after, precondition } =
    operation;
  return canonicalJson({
    handoffId,
    connection,
    system,
    action,
    objectType,
    targetKey,
    field,
    before,
    after,
    precondition,
  });
}
