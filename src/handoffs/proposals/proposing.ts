import { hashText } from "../../model/index.ts";
import type { Actor, BusinessCalendar, Canonical, Handoff, LinkedObject, Operation } from "../../model/index.ts";
import type { ComparedField, Contract } from "../contract/contract.ts";
import type { Appointment, Staff } from "./owners.ts";
import { deedOf } from "./plan-hash.ts";

/** What repairs are proposed from. */
export interface ProposeInput {
  readonly handoffs: readonly Handoff[];
  /** Objects by id. */
  readonly objects: ReadonlyMap<string, LinkedObject>;
  readonly actors: readonly Actor[];
  /** By connection name: its system and tenant. */
  readonly connections: ReadonlyMap<string, { readonly system: string; readonly tenant: string }>;
  /** Says on which day an instant falls where the other side holds days. */
  readonly calendar?: BusinessCalendar;
}

/** What all proposals of one contract have in common. */
export interface Proposing {
  readonly contract: Contract;
  readonly input: ProposeInput;
  readonly staff: Staff;
  readonly fields: ReadonlyMap<string, ComparedField>;
  /** By `system/tenant`, the connection that writes there. */
  readonly connectionAt: ReadonlyMap<string, string>;
}

/** Where a side's work is handed to: the target's team takes it, the source's team what goes back. */
export function appointmentAt(
  { contract }: Proposing,
  place: { readonly system: string; readonly tenant: string },
  side: "source" | "target",
): Appointment {
  const team = side === "target" ? contract.toTeam : contract.fromTeam;
  return { system: place.system, tenant: place.tenant, team, standIn: side === "target" ? contract.backupOwner : null };
}

export function operation(deed: Omit<Operation, "id">): Operation {
  return { id: hashText(deedOf(deed)), ...deed };
}

export function attributeOf(object: LinkedObject, attribute: string): Canonical {
  return object.object.attributes[attribute] ?? null;
}
