import { HubError } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import type { WriteReceipt } from "../kit/index.ts";
import type { CustomFieldListing } from "./custom-field-definitions.ts";
import type { AsanaGateway } from "./gateway.ts";
import type { AsanaSettings } from "./settings.ts";
import type { UserListing } from "./users.ts";

/** What all writes of a connection need. */
export interface WriterParts {
  readonly gateway: AsanaGateway;
  readonly settings: AsanaSettings;
  /** The tenant's gid. */
  readonly workspace: (signal: AbortSignal) => Promise<string>;
  /** The gid of the user that the connection writes as. */
  readonly user: (signal: AbortSignal) => Promise<string>;
  readonly customFields: CustomFieldListing;
  readonly users: UserListing;
}

/** Properties of an object as the API takes them. */
export type Data = Readonly<Record<string, unknown>>;

export function whole(id: string, at: Instant): WriteReceipt {
  return { id, requestId: null, at, complete: true, missing: [] };
}

export function halfDone(id: string, at: Instant, missing: readonly string[]): WriteReceipt {
  return { id, requestId: null, at, complete: false, missing };
}

export function assertWritable(stream: string): void {
  if (stream !== "tasks" && stream !== "projects") throw notOffered(`writing ${stream}`, "Write projects or tasks.");
}

export function notOffered(what: string, remedy: string): HubError {
  return new HubError("HUB-1419", `The Asana connector does not offer ${what}.`, {
    disposition: "operator",
    place: { system: "asana" },
    remedy,
  });
}
