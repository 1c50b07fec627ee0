import {
  address,
  AUDIT,
  computed,
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
  text,
  url,
} from "./fields.ts";
import type { FieldSchema, Row, Value } from "./types.ts";

const LEAD_SOURCES = ["Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"];
const INDUSTRIES = [
  "Banking",
  "Consulting",
  "Education",
  "Energy",
  "Finance",
  "Healthcare",
  "Insurance",
  "Manufacturing",
].concat(["Media", "Retail", "Technology", "Telecommunications", "Transportation", "Other"]);
const RATINGS = ["Hot", "Warm", "Cold"];
const OWNER = { nillable: false, defaultedOnCreate: true };

const VIEWED: readonly FieldSchema[] = [
  instant("LastViewedDate", "Last Viewed Date", READ_ONLY),
  instant("LastReferencedDate", "Last Referenced Date", READ_ONLY),
];

/** Standard fields of Account (reference salesforce.md §10). */
export function accountFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("MasterRecordId", "Master Record ID", ["Account"], "MasterRecord", READ_ONLY),
    text("Name", "Account Name", 255, { ...REQUIRED, nameField: true }),
    picklist("Type", "Account Type", [
      "Prospect",
      "Customer - Direct",
      "Customer - Channel",
      "Channel Partner / Reseller",
      "Other",
    ]),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    lookup("ParentId", "Parent Account ID", ["Account"], "Parent", { children: "ChildAccounts" }),
    ...address("Billing", "Billing "),
    ...address("Shipping", "Shipping "),
    phone("Phone", "Account Phone"),
    phone("Fax", "Account Fax"),
    text("AccountNumber", "Account Number", 40),
    url("Website", "Website"),
    text("Sic", "SIC Code", 20),
    picklist("Industry", "Industry", INDUSTRIES),
    money("AnnualRevenue", "Annual Revenue", { scale: 0 }),
    integer("NumberOfEmployees", "Employees"),
    picklist("Ownership", "Ownership", ["Public", "Private", "Subsidiary", "Other"]),
    text("TickerSymbol", "Ticker Symbol", 20),
    longText("Description", "Account Description", 32_000),
    picklist("Rating", "Account Rating", RATINGS),
    text("Site", "Account Site", 80),
    CURRENCY,
    lookup("OwnerId", "Owner ID", ["User"], "Owner", OWNER),
    ...AUDIT,
    day("LastActivityDate", "Last Activity", READ_ONLY),
    ...VIEWED,
    picklist("AccountSource", "Account Source", LEAD_SOURCES),
  ];
}

/** Standard fields of Contact (§10). */
export function contactFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("MasterRecordId", "Master Record ID", ["Contact"], "MasterRecord", READ_ONLY),
    lookup("AccountId", "Account ID", ["Account"], "Account", { children: "Contacts", cascadeDelete: true }),
    ...personName(),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    ...address("Other", "Other "),
    ...address("Mailing", "Mailing "),
    phone("Phone", "Business Phone"),
    phone("Fax", "Business Fax"),
    phone("MobilePhone", "Mobile Phone"),
    phone("HomePhone", "Home Phone"),
    lookup("ReportsToId", "Reports To ID", ["Contact"], "ReportsTo", { children: "Reports" }),
    email("Email", "Email"),
    text("Title", "Title", 128),
    text("Department", "Department", 80),
    picklist("LeadSource", "Lead Source", LEAD_SOURCES),
    day("Birthdate", "Birthdate"),
    longText("Description", "Contact Description", 32_000),
    CURRENCY,
    lookup("OwnerId", "Owner ID", ["User"], "Owner", OWNER),
    flag("HasOptedOutOfEmail", "Email Opt Out"),
    flag("DoNotCall", "Do Not Call"),
    ...AUDIT,
    day("LastActivityDate", "Last Activity", READ_ONLY),
    ...VIEWED,
    text("EmailBouncedReason", "Email Bounced Reason", 255),
    instant("EmailBouncedDate", "Email Bounced Date"),
  ];
}

/** Standard fields of Lead (§10). */
export function leadFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("MasterRecordId", "Master Record ID", ["Lead"], "MasterRecord", READ_ONLY),
    ...personName(),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    text("Title", "Title", 128),
    text("Company", "Company", 255, REQUIRED),
    ...address("", ""),
    phone("Phone", "Phone"),
    phone("MobilePhone", "Mobile Phone"),
    phone("Fax", "Fax"),
    email("Email", "Email"),
    url("Website", "Website"),
    longText("Description", "Description", 32_000),
    picklist("LeadSource", "Lead Source", LEAD_SOURCES),
    picklist("Status", "Status", { from: "LeadStatus" }, { nillable: false, defaultedOnCreate: true }),
    picklist("Industry", "Industry", INDUSTRIES),
    picklist("Rating", "Rating", RATINGS),
    money("AnnualRevenue", "Annual Revenue", { scale: 0 }),
    integer("NumberOfEmployees", "Employees"),
    CURRENCY,
    lookup("OwnerId", "Owner ID", ["Group", "User"], "Owner", OWNER),
    flag("HasOptedOutOfEmail", "Email Opt Out"),
    flag("IsConverted", "Converted", { updateable: false }),
    day("ConvertedDate", "Converted Date", READ_ONLY),
    lookup("ConvertedAccountId", "Converted Account ID", ["Account"], "ConvertedAccount", READ_ONLY),
    lookup("ConvertedContactId", "Converted Contact ID", ["Contact"], "ConvertedContact", READ_ONLY),
    lookup("ConvertedOpportunityId", "Converted Opportunity ID", ["Opportunity"], "ConvertedOpportunity", READ_ONLY),
    flag("IsUnreadByOwner", "Unread By Owner"),
    ...AUDIT,
    day("LastActivityDate", "Last Activity", READ_ONLY),
    ...VIEWED,
    flag("DoNotCall", "Do Not Call"),
    text("EmailBouncedReason", "Email Bounced Reason", 255),
    instant("EmailBouncedDate", "Email Bounced Date"),
  ];
}

function fiscal(part: "year" | "quarter" | "both"): (row: Row) => Value {
  return (row) => {
    const closeDate = row["CloseDate"];
    if (typeof closeDate !== "string") return null;
    const year = Number(closeDate.slice(0, 4));
    const quarter = Math.ceil(Number(closeDate.slice(5, 7)) / 3);
    if (part === "both") return `${String(year)} ${String(quarter)}`;
    return part === "year" ? year : quarter;
  };
}

function expectedRevenue(row: Row): Value {
  const amount = row["Amount"];
  const probability = row["Probability"];
  if (typeof amount !== "number") return null;
  return Math.round(amount * (typeof probability === "number" ? probability : 0)) / 100;
}

/** Standard fields of Opportunity (§10). */
export function opportunityFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("AccountId", "Account ID", ["Account"], "Account", { children: "Opportunities", cascadeDelete: true }),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    flag("IsPrivate", "Private"),
    text("Name", "Name", 120, { ...REQUIRED, nameField: true }),
    longText("Description", "Description", 32_000),
    picklist("StageName", "Stage", { from: "OpportunityStage" }, REQUIRED),
    money("Amount", "Amount"),
    percent("Probability", "Probability (%)", { defaultedOnCreate: true }),
    computed("ExpectedRevenue", "Expected Amount", "currency", expectedRevenue, { precision: 18, scale: 2 }),
    decimal("TotalOpportunityQuantity", "Quantity"),
    day("CloseDate", "Close Date", REQUIRED),
    picklist("Type", "Opportunity Type", [
      "New Customer",
      "Existing Customer - Upgrade",
      "Existing Customer - Replacement",
      "Existing Customer - Downgrade",
    ]),
    text("NextStep", "Next Step", 255),
    picklist("LeadSource", "Lead Source", LEAD_SOURCES),
    flag("IsClosed", "Closed", READ_ONLY),
    flag("IsWon", "Won", READ_ONLY),
    picklist("ForecastCategory", "Forecast Category", ["Omitted", "Pipeline", "BestCase", "Forecast", "Closed"], {
      ...READ_ONLY,
      nillable: false,
    }),
    picklist("ForecastCategoryName", "Forecast Category", ["Omitted", "Pipeline", "Best Case", "Commit", "Closed"], {
      defaultedOnCreate: true,
    }),
    CURRENCY,
    lookup("CampaignId", "Campaign ID", ["Campaign"], "Campaign", { children: "Opportunities" }),
    flag("HasOpportunityLineItem", "Has Line Item", READ_ONLY),
    lookup("OwnerId", "Owner ID", ["User"], "Owner", OWNER),
    ...AUDIT,
    day("LastActivityDate", "Last Activity", READ_ONLY),
    instant("LastStageChangeDate", "Last Stage Change Date", READ_ONLY),
    computed("FiscalQuarter", "Fiscal Quarter", "int", fiscal("quarter")),
    computed("FiscalYear", "Fiscal Year", "int", fiscal("year")),
    computed("Fiscal", "Fiscal Period", "string", fiscal("both"), { length: 6 }),
    lookup("ContactId", "Contact ID", ["Contact"], "Contact", { updateable: false }),
    ...VIEWED,
    lookup("ContractId", "Contract ID", ["Contract"], "Contract", { children: "Opportunities" }),
    flag("HasOpenActivity", "Has Open Activity", READ_ONLY),
    flag("HasOverdueTask", "Has Overdue Task", READ_ONLY),
  ];
}

/** Standard fields of OpportunityContactRole (§10). */
export function opportunityContactRoleFields(): FieldSchema[] {
  return [
    ID_FIELD,
    lookup("OpportunityId", "Opportunity ID", ["Opportunity"], "Opportunity", {
      ...REQUIRED,
      updateable: false,
      children: "OpportunityContactRoles",
      cascadeDelete: true,
    }),
    lookup("ContactId", "Contact ID", ["Contact"], "Contact", {
      ...REQUIRED,
      children: "OpportunityContactRoles",
      cascadeDelete: true,
    }),
    picklist("Role", "Role", [
      "Business User",
      "Decision Maker",
      "Economic Buyer",
      "Economic Decision Maker",
      "Evaluator",
      "Executive Sponsor",
      "Influencer",
      "Technical Buyer",
      "Other",
    ]),
    flag("IsPrimary", "Primary"),
    CURRENCY,
    ...AUDIT,
    IS_DELETED,
  ];
}

/** Standard fields of Contract (§10). */
export function contractFields(): FieldSchema[] {
  return [
    ID_FIELD,
    lookup("AccountId", "Account ID", ["Account"], "Account", {
      ...REQUIRED,
      children: "Contracts",
      cascadeDelete: true,
    }),
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    picklist("OwnerExpirationNotice", "Owner Expiration Notice", ["15", "30", "45", "60", "90", "120"]),
    day("StartDate", "Contract Start Date"),
    day("EndDate", "Contract End Date", READ_ONLY),
    ...address("Billing", "Billing "),
    integer("ContractTerm", "Contract Term"),
    lookup("OwnerId", "Owner ID", ["User"], "Owner", OWNER),
    picklist(
      "Status",
      "Status",
      { from: "ContractStatus" },
      {
        nillable: false,
        defaultedOnCreate: true,
      },
    ),
    lookup("CompanySignedId", "Company Signed By ID", ["User"], "CompanySigned"),
    day("CompanySignedDate", "Company Signed Date"),
    lookup("CustomerSignedId", "Customer Signed By ID", ["Contact"], "CustomerSigned"),
    text("CustomerSignedTitle", "Customer Signed Title", 40),
    day("CustomerSignedDate", "Customer Signed Date"),
    longText("SpecialTerms", "Special Terms", 4000),
    lookup("ActivatedById", "Activated By ID", ["User"], "ActivatedBy", READ_ONLY),
    instant("ActivatedDate", "Activated Date", READ_ONLY),
    picklist("StatusCode", "Status Category", ["Draft", "InApproval", "Activated", "Expired", "Terminated"], {
      ...READ_ONLY,
      nillable: false,
    }),
    longText("Description", "Description", 32_000),
    text("Name", "Contract Name", 80),
    CURRENCY,
    IS_DELETED,
    text("ContractNumber", "Contract Number", 30, { ...READ_ONLY, nillable: false, autoNumber: true, nameField: true }),
    instant("LastApprovedDate", "Last Approved Date", READ_ONLY),
    ...AUDIT,
    day("LastActivityDate", "Last Activity", READ_ONLY),
    ...VIEWED,
  ];
}
