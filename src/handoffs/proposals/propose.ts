import type { Operation } from "../../model/index.ts";
import { isOpenConflict } from "../merge/compare.ts";
import type { Contract } from "../contract/contract.ts";
import { staffOf } from "./owners.ts";
import { compareText } from "../parties.ts";
import { creation } from "./creation.ts";
import { updates } from "./updates.ts";
import type { ProposeInput, Proposing } from "./proposing.ts";

/**
 * The writes that would repair a contract's handoffs: a creation for what is missing, an update of one side for each
 * field that differs and whose holder is known by ownership, policy or a person's word. Nothing for what needs a
 * person's decision first, for what was taken back or waived, and nothing at all for a contract that only observes.
 */
export function proposeOperations(contract: Contract, input: ProposeInput): readonly Operation[] {
  if (contract.mode === "observe" || contract.presentOnce !== null) return [];
  const proposing: Proposing = {
    contract,
    input,
    staff: staffOf(input.actors),
    fields: new Map(contract.fields.map((field) => [field.name, field])),
    connectionAt: new Map([...input.connections].map(([name, { system, tenant }]) => [`${system}/${tenant}`, name])),
  };
  return input.handoffs
    .filter((handoff) => handoff.contract === contract.name && !handoff.historical && handoff.waiver === null)
    .flatMap((handoff): readonly Operation[] => {
      const source = handoff.sourceKey === null ? undefined : input.objects.get(handoff.sourceKey);
      if (source === undefined) return [];
      if (handoff.link === "missing") return creation(proposing, handoff, source);
      if (handoff.link !== "matched" || handoff.comparisons.some(isOpenConflict)) return [];
      return updates(proposing, handoff, source);
    })
    .sort((left, right) => compareText(left.id, right.id));
}
