import { salesforceId } from "../../src/sandbox/salesforce/index.ts";
import type { SalesforceFieldSeed, SalesforceRow, SalesforceSeed } from "../../src/sandbox/seeds.ts";

type Values = Readonly<Record<string, string | number | boolean | null>>;

const PREFIXES: Readonly<Record<string, string>> = {
  User: "005",
  Group: "00G",
  Account: "001",
  Contact: "003",
  Lead: "00Q",
  Opportunity: "006",
  Contract: "800",
  Task: "00T",
  OpportunityStage: "01J",
  LeadStatus: "01J",
  OpportunityHistory: "008",
  LeadHistory: "017",
  RecordType: "012",
};

/** The stamp rows get unless they bring their own. */
export const SEEDED_AT = "2026-01-05T09:00:00.000Z";
/** The business instant the tests start at. */
export const AS_OF = Date.parse("2026-03-02T12:00:00.000Z");

export const ANN = salesforceId("005", 1);
export const BEN = salesforceId("005", 2);
export const INTEGRATION = salesforceId("005", 3);

/** Collects rows and makes a seed of them: ids are numbered per object, system fields filled in. */
export class SalesforceSeedBuilder {
  readonly #rows: Record<string, SalesforceRow[]> = {};
  readonly #serials = new Map<string, number>();
  readonly #customFields: Record<string, SalesforceFieldSeed[]> = {};
  readonly #tracked: Record<string, readonly string[]> = {};

  /** Adds one row; returns its id. */
  add(object: string, values: Values = {}): string {
    const prefix = PREFIXES[object] ?? "a00";
    const serial = (this.#serials.get(prefix) ?? 0) + 1;
    this.#serials.set(prefix, serial);
    const id = salesforceId(prefix, serial);
    const row = {
      Id: id,
      IsDeleted: false,
      CreatedDate: SEEDED_AT,
      CreatedById: ANN,
      LastModifiedDate: SEEDED_AT,
      LastModifiedById: ANN,
      SystemModstamp: SEEDED_AT,
      ...values,
    };
    (this.#rows[object] ??= []).push(row);
    return id;
  }

  customField(object: string, field: SalesforceFieldSeed): this {
    (this.#customFields[object] ??= []).push(field);
    return this;
  }

  track(object: string, ...fields: readonly string[]): this {
    this.#tracked[object] = fields;
    return this;
  }

  build(): SalesforceSeed {
    return {
      organization: { id: salesforceId("00D", 1), name: "TechFlow", timeZone: "America/New_York" },
      integrationUserId: INTEGRATION,
      customFields: this.#customFields,
      rows: this.#rows,
      trackedFields: this.#tracked,
    };
  }
}

const STAGES: readonly (readonly [string, number, string, string])[] = [
  ["Prospecting", 10, "Pipeline", "Pipeline"],
  ["Negotiation", 60, "BestCase", "Best Case"],
  ["Closed Won", 100, "Closed", "Closed"],
  ["Closed Lost", 0, "Omitted", "Omitted"],
];

/** An org with people, statuses, stages and the fields the hub writes to; no business records. */
export function techFlowOrg(): SalesforceSeedBuilder {
  const builder = new SalesforceSeedBuilder();
  for (const [first, last] of [
    ["Ann", "Archer"],
    ["Ben", "Booth"],
    ["Process", "Hub"],
  ] as const) {
    const name = `${first}.${last}`.toLowerCase();
    builder.add("User", {
      FirstName: first,
      LastName: last,
      Username: `${name}@techflow.example`,
      Email: `${name}@techflow.example`,
      Alias: first.slice(0, 8).toLowerCase(),
      IsActive: true,
    });
  }
  builder.add("Group", { Name: "Inbound Leads", DeveloperName: "Inbound_Leads", Type: "Queue" });
  for (const [index, [name, probability, category, categoryName]] of STAGES.entries()) {
    builder.add("OpportunityStage", {
      MasterLabel: name,
      ApiName: name,
      IsActive: true,
      SortOrder: index + 1,
      IsClosed: name.startsWith("Closed"),
      IsWon: name === "Closed Won",
      ForecastCategory: category,
      ForecastCategoryName: categoryName,
      DefaultProbability: probability,
    });
  }
  for (const [index, name] of ["Open", "MQL", "SQL", "Converted"].entries()) {
    builder.add("LeadStatus", {
      MasterLabel: name,
      ApiName: name,
      SortOrder: index + 1,
      IsDefault: name === "Open",
      IsConverted: name === "Converted",
    });
  }
  const external = { label: "Hub External Id", type: "string", externalId: true, unique: true } as const;
  for (const object of ["Account", "Lead", "Opportunity"]) {
    builder.customField(object, { name: "Hub_External_Id__c", ...external });
  }
  builder.customField("Account", {
    name: "CSM__c",
    label: "CSM",
    type: "reference",
    referenceTo: ["User"],
    relationshipName: "CSM__r",
  });
  builder.customField("Opportunity", {
    name: "Segment__c",
    label: "Segment",
    type: "picklist",
    picklist: ["SMB", "Enterprise"],
  });
  return builder.track("Opportunity", "OwnerId", "StageName", "Amount").track("Lead", "Status", "OwnerId");
}
