import {
  AUDIT,
  CURRENCY,
  email,
  flag,
  ID_FIELD,
  instant,
  integer,
  IS_DELETED,
  longText,
  lookup,
  phone,
  picklist,
  READ_ONLY,
  text,
} from "./fields.ts";
import type { FieldSchema } from "./types.ts";

/** Standard fields of Case (reference salesforce.md §10). */
export function caseFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("MasterRecordId", "Master Record ID", ["Case"], "MasterRecord", READ_ONLY),
    text("CaseNumber", "Case Number", 30, { ...READ_ONLY, nillable: false, autoNumber: true, nameField: true }),
    lookup("ContactId", "Contact ID", ["Contact"], "Contact", { children: "Cases" }),
    lookup("AccountId", "Account ID", ["Account"], "Account", { children: "Cases" }),
    lookup("ParentId", "Parent Case ID", ["Case"], "Parent", { children: "Cases" }),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    text("SuppliedName", "Name", 80),
    email("SuppliedEmail", "Email Address"),
    phone("SuppliedPhone", "Phone"),
    picklist("Type", "Case Type", ["Problem", "Feature Request", "Question"]),
    picklist("Status", "Status", { from: "CaseStatus" }, { nillable: false, defaultedOnCreate: true }),
    picklist("Reason", "Case Reason", ["User didn't attend training", "Complex functionality", "Existing problem"]),
    picklist("Origin", "Case Origin", ["Email", "Phone", "Web"]),
    text("Subject", "Subject", 255),
    picklist("Priority", "Priority", ["High", "Medium", "Low"], { emptyValue: "Medium" }),
    longText("Description", "Description", 32_000),
    flag("IsClosed", "Closed", READ_ONLY),
    instant("ClosedDate", "Closed Date", READ_ONLY),
    flag("IsEscalated", "Escalated"),
    CURRENCY,
    lookup("OwnerId", "Owner ID", ["Group", "User"], "Owner", { nillable: false, defaultedOnCreate: true }),
    ...AUDIT,
    instant("LastViewedDate", "Last Viewed Date", READ_ONLY),
    instant("LastReferencedDate", "Last Referenced Date", READ_ONLY),
  ];
}

function status(extra: readonly FieldSchema[]): FieldSchema[] {
  return [
    ID_FIELD,
    text("MasterLabel", "Master Label", 255, { nameField: true }),
    text("ApiName", "Api Name", 255),
    integer("SortOrder", "Sort Order"),
    flag("IsDefault", "Is Default"),
    ...extra,
    ...AUDIT,
  ].map((each) => Object.assign({}, each, READ_ONLY));
}

export function caseStatusFields(): FieldSchema[] {
  return status([flag("IsClosed", "Closed")]);
}

export function taskStatusFields(): FieldSchema[] {
  return status([flag("IsClosed", "Closed")]);
}

export function contractStatusFields(): FieldSchema[] {
  return status([picklist("StatusCode", "Status Category", ["Draft", "InApproval", "Activated"])]);
}
