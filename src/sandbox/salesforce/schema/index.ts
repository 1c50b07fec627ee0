import type { SalesforceSeed } from "../../seeds.ts";
import { eventFields, taskFields } from "./activity-objects.ts";
import { customField } from "./fields.ts";
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
  recordTypeFields,
  userFields,
} from "./setup-objects.ts";
import type { ChildRelationship, FieldSchema, ObjectSchema, Row } from "./types.ts";

export { readField } from "./types.ts";
export type { AddressValue, ChildRelationship, FieldSchema, FieldType, ObjectSchema, Row, Value } from "./types.ts";

interface Definition {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly keyPrefix: string;
  readonly fields: () => FieldSchema[];
  /** `none` for rows nobody writes over the API; `setup` for rows that can be written but not deleted. */
  readonly writes: "all" | "setup" | "none";
  readonly mergeable?: boolean;
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

const DEFINITIONS: readonly Definition[] = [
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
];

/** Every object of the org, by lower-case name. */
export class OrgSchema {
  readonly objects: readonly ObjectSchema[];
  readonly #byName: ReadonlyMap<string, ObjectSchema>;

  constructor(objects: readonly ObjectSchema[]) {
    this.objects = objects;
    this.#byName = new Map(objects.map((each) => [each.name.toLowerCase(), each]));
  }

  /** Finds an object by name, whatever its casing. */
  object(name: string): ObjectSchema | undefined {
    return this.#byName.get(name.toLowerCase());
  }
}

function childrenOf(name: string, all: ReadonlyMap<string, readonly FieldSchema[]>): ChildRelationship[] {
  const found: ChildRelationship[] = [];
  for (const [object, fields] of all) {
    for (const field of fields) {
      if (!field.referenceTo.includes(name) || field.childRelationshipName === null) continue;
      found.push({ name: field.childRelationshipName, object, field: field.name, cascadeDelete: field.cascadeDelete });
    }
  }
  return found;
}

/** A standard picklist takes the org's own values when its rows hold others than the platform's. */
function inUse(field: FieldSchema, rows: readonly Row[]): FieldSchema {
  if (field.type !== "picklist" || field.picklist.length === 0 || field.restrictedPicklist) return field;
  const seen = new Set<string>();
  for (const row of rows) {
    const value = row[field.name];
    if (typeof value === "string") seen.add(value);
  }
  return [...seen].every((each) => field.picklist.includes(each)) ? field : { ...field, picklist: [...seen] };
}

/** Builds the org's objects: the standard fields plus the seed's custom ones. */
export function buildSchema(seed: SalesforceSeed): OrgSchema {
  const fields = new Map<string, readonly FieldSchema[]>();
  for (const definition of DEFINITIONS) {
    const rows = seed.rows[definition.name] ?? [];
    const custom = (seed.customFields[definition.name] ?? []).map((each) => customField(each));
    fields.set(definition.name, [...definition.fields().map((each) => inUse(each, rows)), ...custom]);
  }
  return new OrgSchema(
    DEFINITIONS.map((definition) => {
      const own = fields.get(definition.name) ?? [];
      return {
        name: definition.name,
        label: definition.label,
        labelPlural: definition.plural,
        keyPrefix: definition.keyPrefix,
        fields: own,
        fieldsByName: new Map(own.map((each) => [each.name.toLowerCase(), each])),
        children: childrenOf(definition.name, fields),
        createable: definition.writes !== "none",
        updateable: definition.writes !== "none",
        deletable: definition.writes === "all",
        mergeable: definition.mergeable ?? false,
        replicateable: own.some((each) => each.name === "SystemModstamp" || each.name === "CreatedDate"),
        history: definition.history ?? null,
        trackedFields: new Set(seed.trackedFields[definition.name] ?? []),
      };
    }),
  );
}
