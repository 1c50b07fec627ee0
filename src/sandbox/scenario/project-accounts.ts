import type { SalesforceRow } from "../seeds.ts";
import { DAY, dayText, iso } from "./calendar.ts";
import { historyRow, systemFields, userId } from "./project-salesforce-rows.ts";
import type { ActivityStory, ContractStory, Story } from "./story.ts";

/** Rows around accounts, by object. */
export interface AccountRows {
  readonly accounts: SalesforceRow[];
  readonly contacts: SalesforceRow[];
  readonly contracts: SalesforceRow[];
  readonly contractHistory: SalesforceRow[];
  readonly tasks: SalesforceRow[];
  readonly events: SalesforceRow[];
}

function writeAccounts(story: Story, rows: AccountRows): void {
  const { asOf, staff } = story.setting;
  // A nightly enrichment touched the older accounts in one transaction: hundreds of rows with one stamp.
  const enriched = Math.floor((asOf - 21 * DAY) / 1000) * 1000;
  for (const account of story.accounts) {
    const { mergedInto } = account;
    const master = mergedInto?.account ?? account;
    const by = userId(account.createdBy);
    const touched = account.createdAt < enriched;
    const id = account.id;
    rows.accounts.push({
      Id: id,
      Name: account.name,
      Type: account.customer ? "Customer" : "Prospect",
      ParentId: account.parent?.id ?? null,
      OwnerId: userId(account.owner),
      Industry: account.industry,
      Website: `https://www.${account.domain}`,
      CurrencyIsoCode: account.currency,
      Segment__c: account.segment,
      Region__c: account.region,
      Domain__c: account.domain,
      MasterRecordId: mergedInto === null ? null : mergedInto.account.id,
      ...systemFields({
        createdAt: account.createdAt,
        createdBy: by,
        modifiedAt: touched ? enriched : account.createdAt,
        modifiedBy: mergedInto === null ? (touched ? userId(staff.integration) : by) : userId(account.owner),
        deletedAt: mergedInto?.at ?? null,
      }),
    });
    for (const contact of account.contacts) {
      rows.contacts.push({
        Id: contact.id,
        FirstName: contact.first,
        LastName: contact.last,
        Name: `${contact.first} ${contact.last}`,
        AccountId: master.id,
        Email: contact.email,
        Title: contact.title,
        OwnerId: userId(account.owner),
        CurrencyIsoCode: account.currency,
        ...systemFields({
          createdAt: contact.createdAt,
          createdBy: by,
          modifiedAt: mergedInto?.at ?? contact.createdAt,
          modifiedBy: mergedInto === null ? by : userId(account.owner),
        }),
      });
    }
  }
}

function writeContract(story: Story, contract: ContractStory, rows: AccountRows): void {
  const { ids } = story.setting;
  let status = contract.firstStatus;
  let modifiedAt = contract.createdAt;
  let modifiedBy = userId(contract.createdBy);
  let activatedAt = contract.firstStatus === "Activated" ? contract.createdAt : null;
  for (const change of contract.changes) {
    const by = userId(change.by);
    const parent = { field: "ContractId", id: contract.id };
    const row = { at: change.at, by, field: "Status", from: status, to: change.to, deleted: false };
    rows.contractHistory.push(historyRow(ids.salesforce("017"), parent, row));
    status = change.to;
    if (status === "Activated") activatedAt = change.at;
    modifiedAt = change.at;
    modifiedBy = by;
  }
  const { deal } = contract;
  rows.contracts.push({
    Id: contract.id,
    AccountId: contract.account.id,
    ContractNumber: contract.number.replace("C-", "000"),
    Status: status,
    StatusCode: status === "Draft" ? "Draft" : "Activated",
    StartDate: dayText(contract.startDay),
    EndDate: dayText(contract.endDay),
    ContractTerm: 12,
    ActivatedDate: activatedAt === null ? null : iso(activatedAt),
    OwnerId: userId(contract.account.owner),
    CurrencyIsoCode: contract.account.currency,
    Contract_No__c: contract.number,
    Opportunity__c: deal === null || deal.deletedAt !== null ? null : deal.id,
    ...systemFields({ createdAt: contract.createdAt, createdBy: userId(contract.createdBy), modifiedAt, modifiedBy }),
  });
}

function writeActivity(story: Story, activity: ActivityStory, rows: AccountRows): void {
  const { calendar } = story.setting;
  const by = userId(activity.by);
  const shared = {
    Id: activity.id,
    Subject: activity.subject,
    WhoId: activity.whoId,
    WhatId: activity.whatId,
    AccountId: activity.accountId,
    OwnerId: by,
    ActivityDate: dayText(calendar.localDay(activity.at)),
    CurrencyIsoCode: "USD",
    ...systemFields({ createdAt: activity.at, createdBy: by, modifiedAt: activity.at, modifiedBy: by }),
  };
  if (activity.kind === "Event") {
    rows.events.push({
      ...shared,
      StartDateTime: iso(activity.at),
      EndDateTime: iso(activity.at + 1_800_000),
      ActivityDateTime: iso(activity.at),
      DurationInMinutes: 30,
      IsAllDayEvent: false,
    });
    return;
  }
  rows.tasks.push({
    ...shared,
    Status: "Completed",
    Priority: "Normal",
    IsClosed: true,
    IsArchived: false,
    TaskSubtype: activity.kind,
    CallType: activity.kind === "Call" ? "Outbound" : null,
    CompletedDateTime: iso(activity.at),
  });
}

/** Accounts, contacts, contracts with their history, tasks and events. */
export function projectAccounts(story: Story): AccountRows {
  const rows: AccountRows = { accounts: [], contacts: [], contracts: [], contractHistory: [], tasks: [], events: [] };
  writeAccounts(story, rows);
  for (const contract of story.contracts) writeContract(story, contract, rows);
  for (const activity of story.activities) writeActivity(story, activity, rows);
  return rows;
}
