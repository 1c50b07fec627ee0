import type { JsonObject } from "../../../src/model/index.ts";
import type { TrueRecord } from "../../acceptance/harness.ts";

/** What the changes of a Salesforce world can use. */
export interface Org {
  /** Everything there is or was of an object, by id, past limits and faults. */
  readonly rows: (object: string) => Promise<readonly TrueRecord[]>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<JsonObject>;
  /** Deletes into the recycle bin; false when it is refused. */
  readonly bin: (object: string, id: string) => Promise<boolean>;
}
