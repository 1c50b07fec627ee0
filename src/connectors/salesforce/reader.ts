import { HubError, toIso } from "../../model/index.ts";
import type { Page, Position } from "../../model/index.ts";
import type { Describe } from "./answers.ts";
import type { SalesforceClient } from "./client.ts";
import type { Descriptions } from "./descriptions.ts";
import { DESCRIPTIONS } from "./objects.ts";
import type { ObjectSpec } from "./objects.ts";
import type { ReadState } from "./position.ts";
import { descriptionRecord } from "./select-list.ts";
import type { ReadPlan } from "./select-list.ts";
import type { SalesforceSettings } from "./settings.ts";

/** What reading an object needs, whichever way it is read. */
export interface Reader {
  readonly client: SalesforceClient;
  readonly descriptions: Descriptions;
  readonly settings: SalesforceSettings;
}

/** What the normaliser has to know of the object's fields; the hash makes repeating it free. */
export function* descriptionPage(
  reader: Reader,
  spec: ObjectSpec,
  described: Describe,
  plan: ReadPlan,
  position: Position,
): Generator<Page> {
  if (spec.role !== "entity") return;
  const content = descriptionRecord(described, plan, reader.client.instanceUrl);
  yield { records: [{ stream: DESCRIPTIONS, id: spec.name, content }], tombstones: [], rejects: [], position };
}

/** What is said of an object that was read before and cannot be seen now. */
export function objectOutOfSight(spec: ObjectSpec, last: ReadState, cause?: unknown): HubError {
  const since = toIso(last.through);
  return new HubError("HUB-1321", `${spec.name} is out of the hub's sight; it was still read at ${since}.`, {
    cause,
    disposition: "stop-stream",
    place: { system: "salesforce", stream: spec.name },
    remedy: `Give the hub's user read access to ${spec.name} again, or remove it from the configuration if it was deleted.`,
  });
}
