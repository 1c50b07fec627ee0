import { salesforceId } from "../salesforce/ids.ts";
import type { SalesforceFieldSeed, SalesforceRow, SalesforceSeed } from "../seeds.ts";
import { DAY } from "./calendar.ts";
import { projectAccounts } from "./project-accounts.ts";
import { FORECAST_NAMES, STAGES, projectDeals } from "./project-deals.ts";
import { projectLeads } from "./project-leads.ts";
import { systemFields, userId } from "./project-salesforce-rows.ts";
import { INBOUND_LEADS_QUEUE_ID, ROSTER } from "./roster.ts";
import type { LeadStatus, Setting, Story } from "./story.ts";

const LEAD_STATUSES: readonly LeadStatus[] = [
  "New",
  "Working",
  "MQL",
  "SAL",
  "SQL",
  "Recycled",
  "Disqualified",
  "Converted",
];

const CUSTOM_FIELDS: Readonly<Record<string, readonly SalesforceFieldSeed[]>> = {
  Account: [
    { name: "Segment__c", label: "Segment", type: "picklist", picklist: ["SMB", "Mid-Market", "Enterprise"] },
    { name: "Region__c", label: "Region", type: "picklist", picklist: ["AMER", "EMEA", "APAC"] },
    { name: "Domain__c", label: "Domain", type: "string" },
    { name: "Hub_Handoff__c", label: "Hub handoff", type: "string", externalId: true, unique: true },
  ],
  Opportunity: [
    { name: "Contract_No__c", label: "Contract No", type: "string", externalId: true },
    { name: "Hub_Handoff__c", label: "Hub handoff", type: "string", externalId: true, unique: true },
    { name: "CSM__c", label: "CSM", type: "reference", referenceTo: ["User"], relationshipName: "CSM__r" },
    { name: "Go_Live__c", label: "Go-live", type: "date" },
    {
      name: "Renews_Contract__c",
      label: "Renews Contract",
      type: "reference",
      referenceTo: ["Contract"],
      relationshipName: "Renews_Contract__r",
    },
  ],
  Contract: [
    { name: "Contract_No__c", label: "Contract No", type: "string", externalId: true },
    {
      name: "Opportunity__c",
      label: "Opportunity",
      type: "reference",
      referenceTo: ["Opportunity"],
      relationshipName: "Opportunity__r",
    },
  ],
};

function users(setting: Setting): SalesforceRow[] {
  const hired = setting.start - 400 * DAY;
  const admin = userId(setting.staff.integration);
  return ROSTER.flatMap((entry): SalesforceRow[] => {
    if (entry.salesforce === undefined) return [];
    const left = setting.staff.leftAt.get(entry.name);
    const [first, ...rest] = entry.name.split(" ");
    return [
      {
        Id: entry.salesforce.userId,
        Username: entry.salesforce.username,
        Email: entry.salesforce.email,
        Name: entry.name,
        FirstName: first ?? null,
        LastName: rest.join(" "),
        Alias: entry.salesforce.username.slice(0, 8).replace(/[^a-z]/g, ""),
        IsActive: left === undefined,
        UserType: "Standard",
        Department: entry.team,
        TimeZoneSidKey: "America/Los_Angeles",
        ...systemFields({ createdAt: hired, createdBy: admin, modifiedAt: left ?? hired, modifiedBy: admin }),
      },
    ];
  });
}

function groups(setting: Setting): SalesforceRow[] {
  const at = setting.start - 400 * DAY;
  const by = userId(setting.staff.integration);
  return [
    {
      Id: INBOUND_LEADS_QUEUE_ID,
      Name: "Inbound Leads",
      DeveloperName: "Inbound_Leads",
      Type: "Queue",
      ...systemFields({ createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by }),
    },
  ];
}

/** OpportunityStage rows; `Needs Analysis` is gone, since renaming a value renames its row. */
function stages(setting: Setting): SalesforceRow[] {
  const at = setting.start - 400 * DAY;
  const by = userId(setting.staff.integration);
  return STAGES.map((stage, i) => ({
    Id: salesforceId("01J", 10 + i),
    MasterLabel: stage.name,
    ApiName: stage.name,
    IsActive: true,
    SortOrder: i + 1,
    IsClosed: stage.name === "Closed Won" || stage.name === "Closed Lost",
    IsWon: stage.name === "Closed Won",
    ForecastCategory: stage.forecast,
    ForecastCategoryName: FORECAST_NAMES[stage.forecast],
    DefaultProbability: stage.probability,
    ...systemFields({ createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by }),
  }));
}

function leadStatuses(setting: Setting): SalesforceRow[] {
  const at = setting.start - 400 * DAY;
  const by = userId(setting.staff.integration);
  return LEAD_STATUSES.map((status, i) => ({
    Id: salesforceId("01J", 40 + i),
    MasterLabel: status,
    ApiName: status,
    SortOrder: i + 1,
    IsDefault: status === "New",
    IsConverted: status === "Converted",
    ...systemFields({ createdAt: at, createdBy: by, modifiedAt: at, modifiedBy: by }),
  }));
}

/** The Salesforce side of the story. */
export function projectSalesforce(story: Story): SalesforceSeed {
  const { setting } = story;
  const deals = projectDeals(story);
  const leads = projectLeads(story);
  const rest = projectAccounts(story);
  return {
    organization: { id: salesforceId("00D", 1), name: "TechFlow Solutions", timeZone: "America/Los_Angeles" },
    integrationUserId: userId(setting.staff.integration),
    customFields: CUSTOM_FIELDS,
    rows: {
      User: users(setting),
      Group: groups(setting),
      Account: rest.accounts,
      Contact: rest.contacts,
      Lead: leads.leads,
      Opportunity: deals.opportunities,
      OpportunityContactRole: deals.contactRoles,
      Contract: rest.contracts,
      Task: rest.tasks,
      Event: rest.events,
      OpportunityStage: stages(setting),
      LeadStatus: leadStatuses(setting),
      OpportunityHistory: deals.history,
      OpportunityFieldHistory: deals.fieldHistory,
      LeadHistory: leads.history,
      ContractHistory: rest.contractHistory,
      AccountHistory: [],
    },
    trackedFields: {
      Opportunity: ["OwnerId", "Amount", "CloseDate", "CSM__c", "Go_Live__c"],
      Lead: ["Status", "OwnerId"],
      Contract: ["Status"],
      Account: ["OwnerId", "Name"],
    },
  };
}
