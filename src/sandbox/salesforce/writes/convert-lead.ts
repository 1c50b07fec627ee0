import { SalesforceError } from "../errors.ts";
import type { Row, Value } from "../schema/index.ts";
import type { WriteContext } from "./context.ts";
import { addHistory, writeHistory } from "./history.ts";
import { createRecord, liveRecord, updateRecord } from "./records.ts";

/** The input of `convertLead` (reference salesforce.md §10). */
export interface Conversion {
  readonly leadId: string;
  readonly convertedStatus?: string | undefined;
  readonly accountId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly opportunityId?: string | undefined;
  readonly opportunityName?: string | undefined;
  readonly doNotCreateOpportunity?: boolean | undefined;
  readonly ownerId?: string | undefined;
}

export interface Converted {
  readonly leadId: string;
  readonly accountId: string;
  readonly contactId: string;
  readonly opportunityId: string | null;
}

function carried(lead: Row, names: readonly string[]): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const name of names) if (lead[name] != null) values[name] = lead[name] ?? null;
  return values;
}

/** The end of the quarter an instant falls in: the close date of an opportunity made by conversion. */
function quarterEnd(instant: string): string {
  const [year = 0, month = 1] = instant.split("-").map(Number);
  return new Date(Date.UTC(year, Math.ceil(month / 3) * 3, 0)).toISOString().slice(0, 10);
}

/** Converts a lead in one transaction: account, contact, perhaps an opportunity, and the lead locked for good. */
export function convertLead(context: WriteContext, input: Conversion): Converted {
  const { org } = context;
  const leads = org.tableNamed("Lead");
  const lead = liveRecord(context, leads.object, input.leadId);
  if (lead["IsConverted"] === true) {
    throw new SalesforceError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", []);
  }
  const statuses = [...org.tableNamed("LeadStatus").all()].filter((each) => each["IsConverted"] === true);
  const status = statuses.find((each) => each["ApiName"] === (input.convertedStatus ?? each["ApiName"]));
  if (status === undefined) {
    throw new SalesforceError(400, "INVALID_STATUS", `invalid convertedStatus: ${String(input.convertedStatus)}`, []);
  }
  const owner = { OwnerId: input.ownerId ?? ownerOf(context, lead) };
  const accountId =
    input.accountId
    ?? createRecord(context, org.tableNamed("Account").object, {
      ...carried(lead, ["Website", "Phone", "Industry", "AnnualRevenue", "NumberOfEmployees"]),
      Name: lead["Company"],
      ...owner,
    });
  const person = carried(lead, ["FirstName", "LastName", "Title", "Email", "Phone", "LeadSource"]);
  const contacts = org.tableNamed("Contact");
  if (input.contactId !== undefined) updateRecord(context, contacts.object, input.contactId, { AccountId: accountId });
  const contactId =
    input.contactId ?? createRecord(context, contacts.object, { ...person, AccountId: accountId, ...owner });
  const opportunityId = opportunityOf(context, lead, input, accountId, contactId, owner);
  const row: Row = {
    ...lead,
    Status: status["ApiName"] ?? null,
    IsConverted: true,
    IsUnreadByOwner: false,
    ConvertedDate: context.at.slice(0, 10),
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
    ConvertedOpportunityId: opportunityId,
    LastModifiedDate: context.at,
    LastModifiedById: context.userId,
    SystemModstamp: context.at,
  };
  org.save(leads, row);
  if (leads.object.trackedFields.size > 0) {
    addHistory(context, leads.object, lead.Id, { field: "leadConverted", type: "Text", from: null, to: null });
  }
  writeHistory(context, leads.object, lead, row);
  return { leadId: lead.Id, accountId, contactId, opportunityId };
}

/** A queue cannot own accounts; whoever converts takes over. */
function ownerOf(context: WriteContext, lead: Row): string {
  const owner = lead["OwnerId"];
  return typeof owner === "string" && owner.startsWith("005") ? owner : context.userId;
}

function opportunityOf(
  context: WriteContext,
  lead: Row,
  input: Conversion,
  accountId: string,
  contactId: string,
  owner: { readonly OwnerId: string },
): string | null {
  const { org } = context;
  if (input.opportunityId !== undefined) return input.opportunityId;
  if (input.doNotCreateOpportunity === true) return null;
  const order = (row: Row): number => (typeof row["SortOrder"] === "number" ? row["SortOrder"] : 0);
  const [stage] = [...org.tableNamed("OpportunityStage").all()].sort((a, b) => order(a) - order(b));
  const id = createRecord(context, org.tableNamed("Opportunity").object, {
    ...carried(lead, ["LeadSource"]),
    Name: input.opportunityName ?? lead["Company"],
    AccountId: accountId,
    StageName: stage?.["ApiName"] ?? "Prospecting",
    CloseDate: quarterEnd(context.at),
    ...owner,
  });
  createRecord(context, org.tableNamed("OpportunityContactRole").object, {
    OpportunityId: id,
    ContactId: contactId,
    IsPrimary: true,
  });
  return id;
}
