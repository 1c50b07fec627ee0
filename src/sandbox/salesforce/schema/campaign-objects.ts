import {
  AUDIT,
  CURRENCY,
  day,
  flag,
  ID_FIELD,
  IS_DELETED,
  longText,
  lookup,
  money,
  picklist,
  READ_ONLY,
  REQUIRED,
  text,
} from "./fields.ts";
import type { FieldSchema } from "./types.ts";

/** Standard fields of Campaign. */
export function campaignFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    text("Name", "Name", 80, { ...REQUIRED, nameField: true }),
    lookup("ParentId", "Parent Campaign ID", ["Campaign"], "Parent", { children: "ChildCampaigns" }),
    picklist("Type", "Type", ["Conference", "Webinar", "Trade Show", "Email", "Partners", "Other"]),
    picklist("Status", "Status", ["Planned", "In Progress", "Completed", "Aborted"]),
    day("StartDate", "Start Date"),
    day("EndDate", "End Date"),
    money("ExpectedRevenue", "Expected Revenue"),
    money("BudgetedCost", "Budgeted Cost"),
    money("ActualCost", "Actual Cost"),
    flag("IsActive", "Active"),
    longText("Description", "Description", 32_000),
    CURRENCY,
    lookup("OwnerId", "Owner ID", ["User"], "Owner", { nillable: false, defaultedOnCreate: true }),
    ...AUDIT,
  ];
}

/** Standard fields of CampaignMember. */
export function campaignMemberFields(): FieldSchema[] {
  return [
    ID_FIELD,
    IS_DELETED,
    lookup("CampaignId", "Campaign ID", ["Campaign"], "Campaign", {
      ...REQUIRED,
      updateable: false,
      children: "CampaignMembers",
      cascadeDelete: true,
    }),
    lookup("LeadId", "Lead ID", ["Lead"], "Lead", {
      updateable: false,
      children: "CampaignMembers",
      cascadeDelete: true,
    }),
    lookup("ContactId", "Contact ID", ["Contact"], "Contact", {
      updateable: false,
      children: "CampaignMembers",
      cascadeDelete: true,
    }),
    picklist("Status", "Status", ["Sent", "Responded"], { emptyValue: "Sent" }),
    flag("HasResponded", "Responded", READ_ONLY),
    day("FirstRespondedDate", "First Responded Date", READ_ONLY),
    CURRENCY,
    ...AUDIT,
  ];
}
