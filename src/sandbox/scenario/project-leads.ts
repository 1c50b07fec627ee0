import type { SalesforceRow, SalesforceValue } from "../seeds.ts";
import { dayText } from "./calendar.ts";
import { historyRow, systemFields, userId } from "./project-salesforce-rows.ts";
import { INBOUND_LEADS_QUEUE_ID } from "./roster.ts";
import type { RosterEntry } from "./roster.ts";
import type { LeadStatus, LeadStory, Story } from "./story.ts";

const QUEUE = { id: INBOUND_LEADS_QUEUE_ID, name: "Inbound Leads" };

function ownerOf(person: RosterEntry | null): { id: string; name: string } {
  return person === null ? QUEUE : { id: userId(person), name: person.name };
}

function writeLead(story: Story, lead: LeadStory, leads: SalesforceRow[], history: SalesforceRow[]): void {
  const { ids, calendar } = story.setting;
  const deleted = lead.deletedAt !== null;
  let owner = ownerOf(lead.firstOwner);
  let status: LeadStatus = "New";
  let modifiedAt = lead.createdAt;
  let modifiedBy = userId(lead.createdBy);
  let convertedAt: number | null = null;
  for (const change of lead.changes) {
    const by = userId(change.by);
    const track = (field: string, from: SalesforceValue, to: SalesforceValue): void => {
      const parent = { field: "LeadId", id: lead.id };
      history.push(historyRow(ids.salesforce("017"), parent, { at: change.at, by, field, from, to, deleted }));
    };
    if (change.field === "owner") {
      const next = ownerOf(change.to);
      track("Owner", owner.name, next.name);
      track("Owner", owner.id, next.id);
      owner = next;
    } else {
      track("Status", status, change.to);
      status = change.to;
      if (status === "Converted") {
        convertedAt = change.at;
        track("leadConverted", null, null);
      }
    }
    modifiedAt = change.at;
    modifiedBy = by;
  }
  const account = lead.deal?.account ?? null;
  leads.push({
    Id: lead.id,
    FirstName: lead.first,
    LastName: lead.last,
    Name: `${lead.first} ${lead.last}`,
    Company: lead.company,
    Email: lead.email,
    Title: lead.title,
    Industry: lead.industry,
    LeadSource: lead.source,
    Status: status,
    OwnerId: owner.id,
    CurrencyIsoCode: "USD",
    IsConverted: convertedAt !== null,
    ConvertedDate: convertedAt === null ? null : dayText(calendar.localDay(convertedAt)),
    ConvertedAccountId: account?.id ?? null,
    ConvertedContactId: account?.contacts[0]?.id ?? null,
    ConvertedOpportunityId: lead.deal?.id ?? null,
    ...systemFields({
      createdAt: lead.createdAt,
      createdBy: userId(lead.createdBy),
      modifiedAt,
      modifiedBy,
      deletedAt: lead.deletedAt,
    }),
  });
}

/** Leads with LeadHistory (Status and Owner; an owner's change writes names and ids). */
export function projectLeads(story: Story): { leads: SalesforceRow[]; history: SalesforceRow[] } {
  const leads: SalesforceRow[] = [];
  const history: SalesforceRow[] = [];
  for (const lead of story.leads) writeLead(story, lead, leads, history);
  return { leads, history };
}
