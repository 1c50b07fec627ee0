import { HubError } from "../../model/index.ts";

/** A person that a write names for one of its fields. */
export interface Assignment {
  readonly system: string;
  readonly stream: string;
  readonly field: string;
  /** As the command names the person: the system's own id, or an e-mail address. */
  readonly person: string;
}

/** Refuses, before anything is sent, to give work to somebody who would never see it. */
export function notAssignable({ system, stream, field, person }: Assignment, why: string): HubError {
  return new HubError("HUB-1250", `${field} of ${stream} cannot become ${person}: ${why}.`, {
    disposition: "skip-record",
    place: { system, stream, path: field },
    remedy: "Correct the person's account in config/people.yaml, or name a backup there.",
  });
}
