import type { StreamDefinition } from "../kit/index.ts";
import type { SalesforceSettings } from "./settings.ts";

/** One object of an org as the hub reads it. */
export interface ObjectSpec {
  readonly name: string;
  readonly title: string;
  readonly role: "entity" | "history" | "reference";
  /** Read although no mapping names a field of it. */
  readonly always: readonly string[];
  /** Its absence is told and not an error: not every org has it switched on. */
  readonly optional: boolean;
  /** For histories: the object whose entities its rows belong to, and the field that says which one. */
  readonly parent?: { readonly object: string; readonly field: string };
  /**
   * For histories: `snapshots` hold the named fields at each change (OpportunityHistory); `changes` hold one field's old
   * and new value (reference salesforce.md §10).
   */
  readonly shape?: { readonly kind: "snapshots"; readonly fields: readonly string[] } | { readonly kind: "changes" };
}

/** The stream that keeps what the org says of the objects and fields read; delivered with each object's first page. */
export const DESCRIPTIONS = "ObjectDescription";

/** The id of the one description that lists which objects there are. */
export const EVERY_OBJECT = "*";

/** Rows of a change history that name no field (reference salesforce.md §10). */
export const PSEUDO_FIELDS = [
  "created",
  "leadConverted",
  "ownerAssignment",
  "ownerAccepted",
  "opportunityCreatedFromLead",
];

const entity = (name: string, title: string, optional = false): ObjectSpec => ({
  name,
  title,
  role: "entity",
  always: [],
  optional,
});

const reference = (name: string, title: string, always: readonly string[], optional = false): ObjectSpec => ({
  name,
  title,
  role: "reference",
  always,
  optional,
});

const changes = (name: string, title: string, object: string, field: string): ObjectSpec => ({
  name,
  title,
  role: "history",
  always: [field, "CreatedById", "Field", "OldValue", "NewValue"],
  optional: true,
  parent: { object, field },
  shape: { kind: "changes" },
});

const STANDARD: readonly ObjectSpec[] = [
  reference("User", "Users", ["Name", "Username", "Email", "IsActive"]),
  reference("Group", "Groups and queues", ["Name", "DeveloperName", "Type"]),
  reference("OpportunityStage", "Opportunity stages", [
    "MasterLabel",
    "ApiName",
    "IsActive",
    "IsClosed",
    "IsWon",
    "SortOrder",
  ]),
  reference("LeadStatus", "Lead statuses", ["MasterLabel", "ApiName", "IsConverted", "SortOrder"]),
  reference("CurrencyType", "Currencies", ["IsoCode", "ConversionRate", "IsActive", "IsCorporate"], true),
  entity("Account", "Accounts"),
  changes("AccountHistory", "Account field history", "Account", "AccountId"),
  entity("Contact", "Contacts"),
  entity("Lead", "Leads"),
  changes("LeadHistory", "Lead field history", "Lead", "LeadId"),
  entity("Opportunity", "Opportunities"),
  {
    name: "OpportunityHistory",
    title: "Opportunity stage history",
    role: "history",
    always: ["OpportunityId", "CreatedById"],
    optional: true,
    parent: { object: "Opportunity", field: "OpportunityId" },
    shape: { kind: "snapshots", fields: ["StageName", "Amount", "CloseDate"] },
  },
  changes("OpportunityFieldHistory", "Opportunity field history", "Opportunity", "OpportunityId"),
  entity("OpportunityContactRole", "Opportunity contact roles", true),
  entity("Contract", "Contracts", true),
  changes("ContractHistory", "Contract field history", "Contract", "ContractId"),
  entity("Task", "Tasks"),
  entity("Event", "Events"),
];

/**
 * The objects a connection reads: the standard ones and those its settings add, each of the latter with its history. Where
 * one holds the hub's marker it is read with it, so that what the hub has made is known by it.
 */
export function objectsOf(settings: SalesforceSettings): readonly ObjectSpec[] {
  const known = new Set(STANDARD.map((spec) => spec.name));
  const added = (settings.objects ?? []).filter((name) => !known.has(name));
  const all = [...STANDARD, ...added.flatMap((name) => [entity(name, name), historyOf(name)])];
  return all.map((spec) => {
    const marker = settings.externalIds?.[spec.name] ?? settings.markers?.[spec.name];
    return marker === undefined || spec.role !== "entity" ? spec : { ...spec, always: [...spec.always, marker] };
  });
}

/** The histories of one object, in the order the normaliser trusts them. */
export function historiesOf(object: string): readonly ObjectSpec[] {
  if (STANDARD.some((spec) => spec.name === object)) return STANDARD.filter((spec) => spec.parent?.object === object);
  return [historyOf(object)];
}

/** `Onboarding__History` with ParentId, `CaseHistory` with CaseId (reference salesforce.md §10). */
function historyOf(object: string): ObjectSpec {
  const title = `${object} field history`;
  return object.endsWith("__c")
    ? changes(`${object.slice(0, -1)}History`, title, object, "ParentId")
    : changes(`${object}History`, title, object, `${object}Id`);
}

/** Everything that is read along with an object: its histories and what its normaliser looks things up in. */
export function prerequisitesOf(object: string): readonly string[] {
  return [...historiesOf(object).map((spec) => spec.name), ...neededBy(object)];
}

/** The streams of a connection, reference streams first. */
export function streamsOf(settings: SalesforceSettings): readonly StreamDefinition[] {
  return [
    { name: DESCRIPTIONS, title: "Descriptions of the objects read", role: "reference" },
    ...objectsOf(settings).map((spec) => ({
      name: spec.name,
      title: spec.title,
      role: spec.role,
      volatile: ["SystemModstamp"],
      ...(spec.parent === undefined ? {} : { memberOf: spec.parent.object }),
      // People and stages are read with whatever names them; a change there does not map anything again.
      ...(spec.role === "entity" ? { references: [DESCRIPTIONS], after: neededBy(spec.name) } : {}),
    })),
  ];
}

function neededBy(object: string): readonly string[] {
  if (object === "Opportunity") return ["User", "Group", "OpportunityStage", "CurrencyType"];
  return object === "Lead" ? ["User", "Group", "LeadStatus"] : ["User", "Group"];
}
