import type { SalesforceFieldSeed } from "../../seeds.ts";
import type { FieldSchema, FieldType, Row, Value } from "./types.ts";

type Options = Partial<FieldSchema>;

function field(name: string, label: string, type: FieldType, options: Options): FieldSchema {
  return {
    name,
    label,
    type,
    length: 0,
    precision: 0,
    scale: 0,
    nillable: true,
    createable: true,
    updateable: true,
    defaultedOnCreate: false,
    filterable: true,
    custom: false,
    externalId: false,
    unique: false,
    calculated: false,
    nameField: false,
    autoNumber: false,
    picklist: [],
    picklistObject: null,
    restrictedPicklist: false,
    referenceTo: [],
    relationshipName: null,
    childRelationshipName: null,
    cascadeDelete: false,
    compoundFieldName: null,
    emptyValue: null,
    compute: null,
    formula: null,
    address: null,
    ...options,
  };
}

/** For fields the platform sets: neither creatable nor updatable. */
export const READ_ONLY: Options = { createable: false, updateable: false };
/** For fields a create must give a value to. */
export const REQUIRED: Options = { nillable: false };

export function text(name: string, label: string, length: number, options: Options = {}): FieldSchema {
  return field(name, label, "string", { length, ...options });
}

export function longText(name: string, label: string, length: number, options: Options = {}): FieldSchema {
  return field(name, label, "textarea", { length, filterable: length <= 255, ...options });
}

export function phone(name: string, label: string): FieldSchema {
  return field(name, label, "phone", { length: 40 });
}

export function email(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "email", { length: 80, ...options });
}

export function url(name: string, label: string): FieldSchema {
  return field(name, label, "url", { length: 255 });
}

export function picklist(
  name: string,
  label: string,
  values: readonly string[] | { readonly from: string },
  options: Options = {},
): FieldSchema {
  const source = "from" in values ? { picklistObject: values.from } : { picklist: values };
  return field(name, label, "picklist", { length: 255, ...source, ...options });
}

export function flag(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "boolean", {
    nillable: false,
    defaultedOnCreate: true,
    emptyValue: false,
    ...options,
  });
}

export function integer(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "int", { precision: 8, ...options });
}

export function decimal(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "double", { precision: 18, scale: 2, ...options });
}

export function money(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "currency", { precision: 18, scale: 2, ...options });
}

export function percent(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "percent", { precision: 3, scale: 0, ...options });
}

export function day(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "date", options);
}

export function instant(name: string, label: string, options: Options = {}): FieldSchema {
  return field(name, label, "datetime", options);
}

export function anyType(name: string, label: string): FieldSchema {
  return field(name, label, "anyType", { ...READ_ONLY, length: 255, filterable: false });
}

/** A reference. `relationship` is its SOQL name, `children` the plural under which the parents list these rows. */
export function lookup(
  name: string,
  label: string,
  referenceTo: readonly string[],
  relationship: string,
  options: Options & { readonly children?: string } = {},
): FieldSchema {
  const { children, ...rest } = options;
  return field(name, label, "reference", {
    length: 18,
    referenceTo,
    relationshipName: relationship,
    childRelationshipName: children ?? null,
    ...rest,
  });
}

/** A value worked out on every read. */
export function computed(
  name: string,
  label: string,
  type: FieldType,
  compute: (row: Row) => Value,
  options: Options = {},
): FieldSchema {
  return field(name, label, type, { ...READ_ONLY, compute, ...options });
}

/** A compound address with its parts, all optional. */
export function address(prefix: string, label: string): FieldSchema[] {
  const part = (suffix: string, words: string, length: number): FieldSchema =>
    suffix === "Street"
      ? longText(`${prefix}Street`, `${label}${words}`, length, { compoundFieldName: `${prefix}Address` })
      : text(`${prefix}${suffix}`, `${label}${words}`, length, { compoundFieldName: `${prefix}Address` });
  const read = (row: Row): Record<string, Value> | null => {
    const value = (suffix: string): Value => row[`${prefix}${suffix}`] ?? null;
    const parts = {
      city: value("City"),
      country: value("Country"),
      geocodeAccuracy: null,
      latitude: null,
      longitude: null,
      postalCode: value("PostalCode"),
      state: value("State"),
      street: value("Street"),
    };
    return Object.values(parts).some((each) => each !== null) ? parts : null;
  };
  return [
    part("Street", "Street", 255),
    part("City", "City", 40),
    part("State", "State/Province", 80),
    part("PostalCode", "Zip/Postal Code", 20),
    part("Country", "Country", 80),
    field(`${prefix}Address`, `${label}Address`, "address", { ...READ_ONLY, filterable: false, address: read }),
  ];
}

/** First, last and full name of a person object; the full name is computed where the row does not carry one. */
export function personName(): FieldSchema[] {
  const full = (row: Row): Value => {
    if (typeof row["Name"] === "string") return row["Name"];
    const parts = [row["FirstName"], row["LastName"]].filter((each) => typeof each === "string" && each !== "");
    return parts.length === 0 ? null : parts.join(" ");
  };
  return [
    text("LastName", "Last Name", 80, { ...REQUIRED, compoundFieldName: "Name" }),
    text("FirstName", "First Name", 40, { compoundFieldName: "Name" }),
    picklist("Salutation", "Salutation", ["Mr.", "Ms.", "Mrs.", "Dr.", "Prof."], { compoundFieldName: "Name" }),
    computed("Name", "Full Name", "string", full, { length: 121, nillable: false, nameField: true }),
  ];
}

const SYSTEM: Options = { ...READ_ONLY, nillable: false, defaultedOnCreate: true };

export const ID_FIELD = field("Id", "Record ID", "id", { ...SYSTEM, length: 18 });
export const IS_DELETED = flag("IsDeleted", "Deleted", READ_ONLY);
export const CREATED: readonly FieldSchema[] = [
  instant("CreatedDate", "Created Date", SYSTEM),
  lookup("CreatedById", "Created By ID", ["User"], "CreatedBy", SYSTEM),
];
export const MODIFIED: readonly FieldSchema[] = [
  instant("LastModifiedDate", "Last Modified Date", SYSTEM),
  lookup("LastModifiedById", "Last Modified By ID", ["User"], "LastModifiedBy", SYSTEM),
];
export const SYSTEM_MODSTAMP = instant("SystemModstamp", "System Modstamp", SYSTEM);
export const AUDIT: readonly FieldSchema[] = [...CREATED, ...MODIFIED, SYSTEM_MODSTAMP];

/** The record's currency; the org's own (US dollars) unless the row says otherwise. */
export const CURRENCY = picklist("CurrencyIsoCode", "Currency ISO Code", ["USD", "EUR", "GBP", "CAD", "AUD", "JPY"], {
  length: 3,
  restrictedPicklist: true,
  defaultedOnCreate: true,
  emptyValue: "USD",
});

const TEXT_LENGTHS: Partial<Record<FieldType, number>> = {
  string: 255,
  picklist: 255,
  multipicklist: 4099,
  textarea: 32_768,
  email: 80,
  phone: 40,
  url: 255,
  reference: 18,
};

/** Makes a custom field of the seed; `compute` is its formula at work. */
export function customField(seed: SalesforceFieldSeed, compute: ((row: Row) => Value) | null): FieldSchema {
  const numeric = seed.type === "currency" || seed.type === "double" || seed.type === "percent";
  const picked = seed.type === "picklist" || seed.type === "multipicklist";
  return field(seed.name, seed.label, seed.type, {
    custom: true,
    length: TEXT_LENGTHS[seed.type] ?? 0,
    precision: numeric ? 18 : seed.type === "int" ? 9 : 0,
    scale: numeric ? 2 : 0,
    externalId: seed.externalId === true,
    unique: seed.unique === true,
    filterable: seed.type !== "textarea",
    picklist: seed.picklist ?? [],
    restrictedPicklist: picked && seed.picklist !== undefined,
    referenceTo: seed.referenceTo ?? [],
    relationshipName: seed.type === "reference" ? (seed.relationshipName ?? seed.name.replace(/__c$/u, "__r")) : null,
    ...(seed.type === "boolean" ? { nillable: false, defaultedOnCreate: true, emptyValue: false } : {}),
    ...(compute === null ? {} : { ...READ_ONLY, compute, calculated: true, formula: seed.formula ?? null }),
  });
}
