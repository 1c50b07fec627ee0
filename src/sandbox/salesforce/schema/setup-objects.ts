import {
  address,
  anyType,
  AUDIT,
  CREATED,
  CURRENCY,
  day,
  decimal,
  email,
  flag,
  ID_FIELD,
  instant,
  integer,
  IS_DELETED,
  longText,
  lookup,
  money,
  percent,
  personName,
  phone,
  picklist,
  READ_ONLY,
  REQUIRED,
  SYSTEM_MODSTAMP,
  text,
} from "./fields.ts";
import type { FieldSchema } from "./types.ts";

const STAGE_FORECAST = ["Omitted", "Pipeline", "BestCase", "Forecast", "Closed"];

function readOnly(fields: readonly FieldSchema[]): FieldSchema[] {
  return fields.map((each) => Object.assign({}, each, READ_ONLY));
}

export function organizationFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    text("Name", "Name", 80, { ...REQUIRED, nameField: true }),
    text("Division", "Division", 80),
    ...address("", ""),
    phone("Phone", "Phone"),
    text("PrimaryContact", "Primary Contact", 80),
    picklist("DefaultLocaleSidKey", "Locale", ["en_US"], { emptyValue: "en_US" }),
    picklist("TimeZoneSidKey", "Time Zone", []),
    picklist("LanguageLocaleKey", "Language", ["en_US"], { emptyValue: "en_US" }),
    picklist("OrganizationType", "Edition", ["Enterprise Edition"], { emptyValue: "Enterprise Edition" }),
    integer("FiscalYearStartMonth", "Fiscal Year Starts In", { emptyValue: 1 }),
    text("InstanceName", "Instance Name", 5, { emptyValue: "EU5" }),
    flag("IsSandbox", "Is Sandbox"),
    text("NamespacePrefix", "Namespace Prefix", 15),
    ...AUDIT,
  ]);
}

export function userFields(): FieldSchema[] {
  return [
    ID_FIELD,
    text("Username", "Username", 80, { ...REQUIRED, unique: true }),
    ...personName(),
    text("CompanyName", "Company Name", 80),
    text("Division", "Division", 80),
    text("Department", "Department", 80),
    text("Title", "Title", 80),
    ...address("", ""),
    email("Email", "Email", REQUIRED),
    phone("Phone", "Phone"),
    phone("MobilePhone", "Mobile Phone"),
    text("Alias", "Alias", 8, REQUIRED),
    flag("IsActive", "Active"),
    lookup("UserRoleId", "Role ID", ["UserRole"], "UserRole"),
    picklist("TimeZoneSidKey", "Time Zone", [], { defaultedOnCreate: true }),
    picklist("LocaleSidKey", "Locale", ["en_US"], { emptyValue: "en_US" }),
    picklist("EmailEncodingKey", "Email Encoding", ["UTF-8"], { emptyValue: "UTF-8" }),
    picklist("LanguageLocaleKey", "Language", ["en_US"], { emptyValue: "en_US" }),
    lookup("ProfileId", "Profile ID", ["Profile"], "Profile"),
    picklist("UserType", "User Type", ["Standard", "PowerPartner", "Guest"], { ...READ_ONLY, emptyValue: "Standard" }),
    text("EmployeeNumber", "Employee Number", 20),
    lookup("ManagerId", "Manager ID", ["User"], "Manager", { children: "ManagedUsers" }),
    instant("LastLoginDate", "Last Login", READ_ONLY),
    CURRENCY,
    text("FederationIdentifier", "SAML Federation ID", 512),
    ...AUDIT,
  ];
}

export function groupFields(): FieldSchema[] {
  return [
    ID_FIELD,
    text("Name", "Name", 40, { ...REQUIRED, nameField: true }),
    text("DeveloperName", "Developer Name", 80),
    lookup("RelatedId", "Related ID", ["User", "UserRole"], "Related", READ_ONLY),
    picklist("Type", "Type", ["Regular", "Role", "Queue"], { defaultedOnCreate: true, emptyValue: "Regular" }),
    email("Email", "Email"),
    lookup("OwnerId", "Owner ID", ["Organization", "User"], "Owner", READ_ONLY),
    flag("DoesSendEmailToMembers", "Send Email to Members"),
    flag("DoesIncludeBosses", "Include Bosses"),
    ...AUDIT,
  ];
}

export function recordTypeFields(): FieldSchema[] {
  return [
    ID_FIELD,
    text("Name", "Name", 80, { ...REQUIRED, nameField: true }),
    text("DeveloperName", "Record Type Name", 80, REQUIRED),
    text("NamespacePrefix", "Namespace Prefix", 15, READ_ONLY),
    longText("Description", "Description", 255),
    picklist("SobjectType", "SObject Type Name", [], REQUIRED),
    flag("IsActive", "Active"),
    ...AUDIT,
  ];
}

export function opportunityStageFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    text("MasterLabel", "Master Label", 255, { nameField: true }),
    text("ApiName", "Api Name", 255),
    flag("IsActive", "Is Active"),
    integer("SortOrder", "Sort Order"),
    flag("IsClosed", "Closed"),
    flag("IsWon", "Won"),
    picklist("ForecastCategory", "Forecast Category", STAGE_FORECAST),
    picklist("ForecastCategoryName", "Forecast Category Name", [
      "Omitted",
      "Pipeline",
      "Best Case",
      "Commit",
      "Closed",
    ]),
    percent("DefaultProbability", "Probability (%)"),
    longText("Description", "Description", 255),
    ...AUDIT,
  ]);
}

export function leadStatusFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    text("MasterLabel", "Master Label", 255, { nameField: true }),
    text("ApiName", "Api Name", 255),
    integer("SortOrder", "Sort Order"),
    flag("IsDefault", "Is Default"),
    flag("IsConverted", "Converted"),
    ...AUDIT,
  ]);
}

/** CurrencyType: the currencies of a multi-currency org with their rates against the corporate one. */
export function currencyTypeFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    text("IsoCode", "Currency ISO Code", 3, { nameField: true }),
    decimal("ConversionRate", "Conversion Rate", { scale: 6 }),
    integer("DecimalPlaces", "Decimal Places"),
    flag("IsActive", "Active"),
    flag("IsCorporate", "Corporate Currency"),
    ...AUDIT,
  ]);
}

/** OpportunityHistory: one row per change of amount, probability, stage or close date (reference salesforce.md §10). */
export function opportunityHistoryFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    lookup("OpportunityId", "Opportunity ID", ["Opportunity"], "Opportunity", {
      nillable: false,
      children: "OpportunityHistories",
      cascadeDelete: true,
    }),
    ...CREATED,
    picklist("StageName", "Stage", { from: "OpportunityStage" }),
    money("Amount", "Amount"),
    money("ExpectedRevenue", "Expected Revenue"),
    day("CloseDate", "Close Date"),
    percent("Probability", "Probability"),
    picklist("ForecastCategory", "Forecast Category", STAGE_FORECAST),
    CURRENCY,
    SYSTEM_MODSTAMP,
    IS_DELETED,
    money("PrevAmount", "Previous Amount"),
    day("PrevCloseDate", "Previous Close Date"),
  ]);
}

/** The field history of one object: immutable rows, no SystemModstamp (§10). */
export function fieldHistoryFields(parent: string): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup(`${parent}Id`, `${parent} ID`, [parent], parent, {
      ...READ_ONLY,
      nillable: false,
      children: parent === "Opportunity" ? "OpportunityFieldHistories" : "Histories",
      cascadeDelete: true,
    }),
    ...readOnly(CREATED),
    picklist("Field", "Changed Field", [], READ_ONLY),
    picklist("DataType", "Datatype", [], READ_ONLY),
    anyType("OldValue", "Old Value"),
    anyType("NewValue", "New Value"),
  ];
}

export function profileFields(): FieldSchema[] {
  return readOnly([
    ID_FIELD,
    text("Name", "Name", 255, { nameField: true }),
    picklist("UserType", "User Type", ["Standard"], { emptyValue: "Standard" }),
    longText("Description", "Description", 255),
    ...AUDIT,
  ]);
}

export function userRoleFields(): FieldSchema[] {
  return [
    ID_FIELD,
    text("Name", "Name", 80, { ...REQUIRED, nameField: true }),
    lookup("ParentRoleId", "Parent Role ID", ["UserRole"], "ParentRole"),
    text("DeveloperName", "Developer Name", 80),
    ...AUDIT,
  ];
}
