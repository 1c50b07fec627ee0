/** Why a save is refused, in plain words, by the codes of reference salesforce.md §4. */
const REFUSALS: Readonly<Record<string, string>> = {
  FIELD_CUSTOM_VALIDATION_EXCEPTION: "A validation rule of the org refuses it",
  REQUIRED_FIELD_MISSING: "A required field is empty",
  STRING_TOO_LONG: "A text is too long",
  NUMBER_OUTSIDE_VALID_RANGE: "A number is out of range",
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: "A value is not among the field's choices",
  INVALID_CROSS_REFERENCE_KEY: "It points to a record that is not there",
  INVALID_FIELD_FOR_INSERT_UPDATE: "The hub's user may not set a field",
  DUPLICATE_VALUE: "Another record has the same unique value",
  CANNOT_UPDATE_CONVERTED_LEAD: "A converted lead can no longer be changed",
  INVALID_EMAIL_ADDRESS: "An e-mail address is none",
};

/** What a person is told of a save that was refused: whose, which fields, why. */
export function refusal(
  errorCode: string,
  message: string,
  { object, fields }: { readonly object?: string; readonly fields?: readonly string[] },
): string {
  const plain = REFUSALS[errorCode];
  if (plain === undefined) return `Salesforce answered ${errorCode}: ${message}`;
  const where = fields === undefined || fields.length === 0 ? "" : ` (${fields.join(", ")})`;
  return `Salesforce does not save the record of ${object ?? "the object"}${where}. ${plain}: ${message}`;
}
