import { iso } from "./calendar.ts";
import type { SalesforceRow, SalesforceValue } from "../seeds.ts";
import { historyRow, systemFields, userId } from "./project-salesforce-rows.ts";
import type { RosterEntry } from "./roster.ts";
import type { DealChange, DealStory, StageName, Story } from "./story.ts";

/** Until here `Solution Fit` was called `Needs Analysis`; old history rows keep the old name. */
export const STAGE_RENAMED_AT = Date.parse("2026-02-01T08:00:00.000Z");

interface StageDefinition {
  readonly name: StageName;
  readonly probability: number;
  readonly forecast: "Pipeline" | "BestCase" | "Forecast" | "Closed" | "Omitted";
}

/** The sales path, in order. */
export const STAGES: readonly StageDefinition[] = [
  { name: "Discovery", probability: 10, forecast: "Pipeline" },
  { name: "Qualification", probability: 20, forecast: "Pipeline" },
  { name: "Solution Fit", probability: 40, forecast: "Pipeline" },
  { name: "Proposal", probability: 60, forecast: "BestCase" },
  { name: "Negotiation", probability: 80, forecast: "Forecast" },
  { name: "Closed Won", probability: 100, forecast: "Closed" },
  { name: "Closed Lost", probability: 0, forecast: "Omitted" },
];

const BY_NAME = new Map(STAGES.map((stage) => [stage.name, stage]));

/** ForecastCategoryName by ForecastCategory. */
export const FORECAST_NAMES: Readonly<Record<StageDefinition["forecast"], string>> = {
  Pipeline: "Pipeline",
  BestCase: "Best Case",
  Forecast: "Commit",
  Closed: "Closed",
  Omitted: "Omitted",
};

function definition(name: StageName): StageDefinition {
  const stage = BY_NAME.get(name);
  if (stage === undefined) throw new Error(`There is no stage ${name}.`);
  return stage;
}

/** Rows around opportunities, by object. */
export interface DealRows {
  readonly opportunities: SalesforceRow[];
  readonly history: SalesforceRow[];
  readonly fieldHistory: SalesforceRow[];
  readonly contactRoles: SalesforceRow[];
}

/** Changes grouped by save: same instant, same user. */
function saves(changes: readonly DealChange[]): DealChange[][] {
  const groups: DealChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    const head = last?.[0];
    // Two stages in one second are two saves.
    const second = change.field === "stage" && last?.some((other) => other.field === "stage") === true;
    if (last !== undefined && head !== undefined && head.at === change.at && head.by === change.by && !second)
      last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function writeDeal(story: Story, deal: DealStory, rows: DealRows): void {
  const { ids } = story.setting;
  const deleted = deal.deletedAt !== null;
  let stage: StageName = "Discovery";
  let { amount, closeDate, owner } = deal.first;
  let csm: RosterEntry | null = null;
  let goLive: string | null = null;
  let stageChangedAt: number | null = null;
  let previous: { amount: number; closeDate: string } | null = null;
  let modifiedAt = deal.createdAt;
  let modifiedBy = userId(deal.createdBy);
  const snapshot = (at: number, by: RosterEntry): void => {
    const { probability, forecast } = definition(stage);
    rows.history.push({
      Id: ids.salesforce("008"),
      OpportunityId: deal.id,
      CreatedById: userId(by),
      CreatedDate: iso(at),
      StageName: stage === "Solution Fit" && at < STAGE_RENAMED_AT ? "Needs Analysis" : stage,
      Amount: amount,
      ExpectedRevenue: Math.round(amount * probability) / 100,
      CloseDate: closeDate,
      Probability: probability,
      ForecastCategory: forecast,
      PrevAmount: previous?.amount ?? null,
      PrevCloseDate: previous?.closeDate ?? null,
      CurrencyIsoCode: deal.currency,
      SystemModstamp: iso(deal.deletedAt ?? at),
      IsDeleted: deleted,
    });
    previous = { amount, closeDate };
  };
  const track = (change: DealChange, field: string, from: SalesforceValue, to: SalesforceValue): void => {
    const { at } = change;
    const by = userId(change.by);
    const parent = { field: "OpportunityId", id: deal.id };
    rows.fieldHistory.push(historyRow(ids.salesforce("017"), parent, { at, by, field, from, to, deleted }));
  };
  const trackPerson = (change: DealChange, field: string, from: RosterEntry | null, to: RosterEntry): void => {
    track(change, field, from?.name ?? null, to.name);
    track(change, field, from === null ? null : userId(from), userId(to));
  };
  snapshot(deal.createdAt, deal.createdBy);
  for (const save of saves(deal.changes)) {
    let recorded = false;
    for (const change of save) {
      switch (change.field) {
        case "stage":
          stage = change.to;
          stageChangedAt = change.at;
          recorded = true;
          break;
        case "amount":
          track(change, "Amount", amount, change.to);
          amount = change.to;
          recorded = true;
          break;
        case "closeDate":
          if (change.to !== closeDate) {
            track(change, "CloseDate", closeDate, change.to);
            recorded = true;
          }
          closeDate = change.to;
          break;
        case "goLive":
          track(change, "Go_Live__c", goLive, change.to);
          goLive = change.to;
          break;
        case "owner":
          trackPerson(change, "Owner", owner, change.to);
          owner = change.to;
          break;
        case "csm":
          trackPerson(change, "CSM__c", csm, change.to);
          csm = change.to;
          break;
      }
      modifiedAt = change.at;
      modifiedBy = userId(change.by);
    }
    const [head] = save;
    if (recorded && head !== undefined) snapshot(head.at, head.by);
  }
  const { probability, forecast } = definition(stage);
  rows.opportunities.push({
    Id: deal.id,
    Name: deal.name,
    AccountId: deal.account.id,
    ContactId: deal.account.contacts[0]?.id ?? null,
    StageName: stage,
    Amount: amount,
    CurrencyIsoCode: deal.currency,
    CloseDate: closeDate,
    Type: deal.type,
    Probability: probability,
    ExpectedRevenue: Math.round(amount * probability) / 100,
    ForecastCategory: forecast,
    ForecastCategoryName: FORECAST_NAMES[forecast],
    IsClosed: stage === "Closed Won" || stage === "Closed Lost",
    IsWon: stage === "Closed Won",
    LeadSource: deal.source,
    OwnerId: userId(owner),
    LastStageChangeDate: stageChangedAt === null ? null : iso(stageChangedAt),
    Contract_No__c: deal.contractNumber,
    CSM__c: csm === null ? null : userId(csm),
    Go_Live__c: goLive,
    Renews_Contract__c: deal.renews?.id ?? null,
    ...systemFields({
      createdAt: deal.createdAt,
      createdBy: userId(deal.createdBy),
      modifiedAt,
      modifiedBy,
      deletedAt: deal.deletedAt,
    }),
  });
  deal.account.contacts.forEach((contact, i) => {
    const createdAt = Math.max(deal.createdAt, contact.createdAt);
    rows.contactRoles.push({
      Id: ids.salesforce("00K"),
      OpportunityId: deal.id,
      ContactId: contact.id,
      Role: i === 0 ? "Decision Maker" : "Influencer",
      IsPrimary: i === 0,
      ...systemFields({
        createdAt,
        createdBy: userId(deal.createdBy),
        modifiedAt: createdAt,
        modifiedBy: userId(deal.createdBy),
        deletedAt: deal.deletedAt,
      }),
    });
  });
}

/** Opportunities with OpportunityHistory, OpportunityFieldHistory and contact roles. */
export function projectDeals(story: Story): DealRows {
  const rows: DealRows = { opportunities: [], history: [], fieldHistory: [], contactRoles: [] };
  for (const deal of story.deals) writeDeal(story, deal, rows);
  return rows;
}
