import { SalesforceError } from "../errors.ts";
import type { ObjectSchema, Row } from "../schema/index.ts";
import type { Draft, WriteContext } from "./context.ts";

/** Refuses what a validation rule of the org refuses (reference salesforce.md §4). */
export function checkValidations(context: WriteContext, object: ObjectSchema, draft: Draft): void {
  for (const rule of context.org.rules.validations(object.name)) {
    const matches = Object.entries(rule.when).every(([name, value]) => (draft[name] ?? null) === value);
    if (!matches) continue;
    const fields = rule.field === null ? [] : [rule.field];
    throw new SalesforceError(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields);
  }
}

function same(left: Row[string], right: Row[string]): boolean {
  return typeof left === "string" && typeof right === "string"
    ? left.toLowerCase() === right.toLowerCase()
    : left === right;
}

/** Tells of other records alike, unless the rule lets the client save and it wants to (§4). */
export function checkDuplicates(context: WriteContext, object: ObjectSchema, draft: Draft): void {
  for (const rule of context.org.rules.duplicates(object.name)) {
    if (rule.allowSave && context.allowDuplicates === true) continue;
    const [first = ""] = rule.fields;
    const value = draft[first];
    if (typeof value !== "string" || value === "") continue;
    const alike = context.org
      .table(object)
      .withValue(first, value)
      .filter((row) => row["IsDeleted"] !== true && row.Id !== draft.Id)
      .filter((row) => rule.fields.every((name) => same(row[name] ?? null, draft[name] ?? null)));
    if (alike.length === 0) continue;
    throw new SalesforceError(400, "DUPLICATES_DETECTED", "Use one of these records?", [], {
      duplicateResult: {
        allowSave: rule.allowSave,
        duplicateRule: `Standard_${object.name}_Duplicate_Rule`,
        duplicateRuleEntityType: object.name,
        errorMessage: "Use one of these records?",
        matchResults: [
          {
            entityType: object.name,
            errors: [],
            matchEngine: "ExactMatchEngine",
            matchRecords: alike.map((row) => ({
              additionalInformation: [],
              fieldDiffs: [],
              matchConfidence: 100,
              record: { attributes: { type: object.name }, Id: row.Id },
            })),
            rule: `Standard_${object.name}_Match_Rule`,
            size: alike.length,
            success: true,
          },
        ],
      },
    });
  }
}
