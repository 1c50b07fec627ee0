import type { Binding } from "../../configuration/index.ts";
import type { NameList } from "../../connectors/kit/index.ts";

/** The names of one list that mappings use, against what is pinned of them. */
export interface ListBindings {
  readonly connection: string;
  /** As the system shows it now. */
  readonly list: NameList;
  /** The list's field as mappings call it; differs from the list's own when the field was renamed. */
  readonly field: string | null;
  /** Its key in the lock file. */
  readonly key: string;
  readonly bindings: readonly Binding[];
}
