import type { Value } from "../schema/index.ts";

/** A validation rule: records whose fields hold these values are refused. */
export interface ValidationRule {
  readonly object: string;
  /** Values by field name; all must match. */
  readonly when: Readonly<Record<string, Value>>;
  readonly message: string;
  /** The field the message stands at; null for the top of the page. */
  readonly field: string | null;
}

/** A duplicate rule: a new record that shares all these fields with another is told of. */
export interface DuplicateRule {
  readonly object: string;
  readonly fields: readonly string[];
  /** Whether a client may save it all the same. */
  readonly allowSave: boolean;
}

/** What the org's administrators put between a client and a save. */
export class OrgRules {
  #validations: readonly ValidationRule[] = [];
  #duplicates: readonly DuplicateRule[] = [];

  /** Replaces all rules. */
  set(validations: readonly ValidationRule[], duplicates: readonly DuplicateRule[]): void {
    this.#validations = validations;
    this.#duplicates = duplicates;
  }

  validations(object: string): readonly ValidationRule[] {
    return this.#validations.filter((each) => each.object === object);
  }

  duplicates(object: string): readonly DuplicateRule[] {
    return this.#duplicates.filter((each) => each.object === object);
  }
}
