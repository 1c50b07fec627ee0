import { caseFields, caseStatusFields, contractStatusFields, taskStatusFields } from "./case-objects.ts";
import { campaignFields, campaignMemberFields } from "./campaign-objects.ts";
import type { SalesforceSeed } from "../../seeds.ts";
import { eventFields, taskFields } from "./activity-objects.ts";
import { AUDIT, CURRENCY, ID_FIELD, IS_DELETED, lookup, REQUIRED, text } from "./fields.ts";
import {
  accountFields,
  contactFields,
  contractFields,
  leadFields,
  opportunityContactRoleFields,
  opportunityFields,
} from "./sales-objects.ts";
import {
  currencyTypeFields,
  fieldHistoryFields,
  groupFields,
  leadStatusFields,
  opportunityHistoryFields,
  opportunityStageFields,
  organizationFields,
  profileFields,
  recordTypeFields,
  userFields,
  userRoleFields,
} from "./setup-objects.ts";
import type { FieldSchema } from "./types.ts";

/** An object before its fields are put together. */
export interface Definition {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly keyPrefix: string;
  readonly fields: () => FieldSchema[];
  /** `none` for rows nobody writes over the API; `setup` for rows that can be written but not deleted. */
  readonly writes: "all" | "setup" | "none";
  readonly mergeable?: boolean;
  readonly custom?: boolean;
  readonly history?: { readonly object: string; readonly parentField: string };
}

function histories(object: string, label: string, parent: string): Definition {
  return {
    name: object,
    label,
    plural: label,
    keyPrefix: "017",
    fields: () => fieldHistoryFields(parent),
    writes: "none",
  };
}

function statuses(name: string, label: string, fields: () => FieldSchema[]): Definition {
  return { name, label, plural: `${label}s`, keyPrefix: "01J", fields, writes: "none" };
}

const STANDARD: readonly Definition[] = [
  {
    name: "Organization",
    label: "Organization",
    plural: "Organizations",
    keyPrefix: "00D",
    fields: organizationFields,
    writes: "none",
  },
  { name: "User", label: "User", plural: "Users", keyPrefix: "005", fields: userFields, writes: "setup" },
  { name: "Group", label: "Group", plural: "Groups", keyPrefix: "00G", fields: groupFields, writes: "all" },
  {
    name: "RecordType",
    label: "Record Type",
    plural: "Record Types",
    keyPrefix: "012",
    fields: recordTypeFields,
    writes: "setup",
  },
  {
    name: "Account",
    label: "Account",
    plural: "Accounts",
    keyPrefix: "001",
    fields: accountFields,
    writes: "all",
    mergeable: true,
    history: { object: "AccountHistory", parentField: "AccountId" },
  },
  {
    name: "Contact",
    label: "Contact",
    plural: "Contacts",
    keyPrefix: "003",
    fields: contactFields,
    writes: "all",
    mergeable: true,
  },
  {
    name: "Lead",
    label: "Lead",
    plural: "Leads",
    keyPrefix: "00Q",
    fields: leadFields,
    writes: "all",
    mergeable: true,
    history: { object: "LeadHistory", parentField: "LeadId" },
  },
  {
    name: "Opportunity",
    label: "Opportunity",
    plural: "Opportunities",
    keyPrefix: "006",
    fields: opportunityFields,
    writes: "all",
    history: { object: "OpportunityFieldHistory", parentField: "OpportunityId" },
  },
  {
    name: "OpportunityContactRole",
    label: "Opportunity Contact Role",
    plural: "Opportunity Contact Roles",
    keyPrefix: "00K",
    fields: opportunityContactRoleFields,
    writes: "all",
  },
  {
    name: "Contract",
    label: "Contract",
    plural: "Contracts",
    keyPrefix: "800",
    fields: contractFields,
    writes: "all",
    history: { object: "ContractHistory", parentField: "ContractId" },
  },
  { name: "Task", label: "Task", plural: "Tasks", keyPrefix: "00T", fields: taskFields, writes: "all" },
  { name: "Event", label: "Event", plural: "Events", keyPrefix: "00U", fields: eventFields, writes: "all" },
  {
    name: "OpportunityStage",
    label: "Opportunity Stage",
    plural: "Opportunity Stages",
    keyPrefix: "01J",
    fields: opportunityStageFields,
    writes: "none",
  },
  {
    name: "LeadStatus",
    label: "Lead Status Value",
    plural: "Lead Status Values",
    keyPrefix: "01J",
    fields: leadStatusFields,
    writes: "none",
  },
  {
    name: "CurrencyType",
    label: "Currency Type",
    plural: "Currency Types",
    keyPrefix: "01L",
    fields: currencyTypeFields,
    writes: "none",
  },
  {
    name: "OpportunityHistory",
    label: "Opportunity: Stage History",
    plural: "Opportunity: Stage History",
    keyPrefix: "008",
    fields: opportunityHistoryFields,
    writes: "none",
  },
  histories("OpportunityFieldHistory", "Opportunity Field History", "Opportunity"),
  histories("LeadHistory", "Lead History", "Lead"),
  histories("AccountHistory", "Account History", "Account"),
  histories("ContractHistory", "Contract History", "Contract"),
  histories("CaseHistory", "Case History", "Case"),
  {
    name: "Case",
    label: "Case",
    plural: "Cases",
    keyPrefix: "500",
    fields: caseFields,
    writes: "all",
    mergeable: true,
    history: { object: "CaseHistory", parentField: "CaseId" },
  },
  { name: "Campaign", label: "Campaign", plural: "Campaigns", keyPrefix: "701", fields: campaignFields, writes: "all" },
  {
    name: "CampaignMember",
    label: "Campaign Member",
    plural: "Campaign Members",
    keyPrefix: "00v",
    fields: campaignMemberFields,
    writes: "all",
  },
  statuses("CaseStatus", "Case Status Value", caseStatusFields),
  statuses("TaskStatus", "Task Status Value", taskStatusFields),
  statuses("ContractStatus", "Contract Status Value", contractStatusFields),
  { name: "Profile", label: "Profile", plural: "Profiles", keyPrefix: "00e", fields: profileFields, writes: "none" },
  { name: "UserRole", label: "Role", plural: "Roles", keyPrefix: "00E", fields: userRoleFields, writes: "setup" },
];

/** The objects that keep field histories, and whose. */
export const HISTORIES: readonly (readonly [string, string])[] = STANDARD.flatMap(({ name, history }) =>
  history === undefined ? [] : [[history.object, name] as const],
);

/** Names of the fields an object has in every org; `""` for those of custom objects. Undefined for an unknown object. */
export function standardFields(object: string): ReadonlySet<string> | undefined {
  const fields = object === "" ? customFields() : STANDARD.find(({ name }) => name === object)?.fields();
  return fields === undefined ? undefined : new Set(fields.map(({ name }) => name));
}

function customFields(): FieldSchema[] {
  return [
    ID_FIELD,
    lookup("OwnerId", "Owner ID", ["Group", "User"], "Owner", { nillable: false, defaultedOnCreate: true }),
    IS_DELETED,
    text("Name", "Name", 80, { ...REQUIRED, nameField: true }),
    CURRENCY,
    ...AUDIT,
  ];
}

/** Every object of an org: the standard ones and the seed's own. */
export function definitionsOf(seed: SalesforceSeed): readonly Definition[] {
  const custom = (seed.customObjects ?? []).map((each): Definition => ({
    ...each,
    fields: customFields,
    writes: "all",
    custom: true,
  }));
  return [...STANDARD, ...custom];
}
