import type { FieldSchema, ObjectSchema } from "../schema/index.ts";
import type { Org } from "../state/org.ts";

const SOAP_TYPES: Readonly<Record<string, string>> = {
  id: "tns:ID",
  reference: "tns:ID",
  boolean: "xsd:boolean",
  int: "xsd:int",
  double: "xsd:double",
  currency: "xsd:double",
  percent: "xsd:double",
  date: "xsd:date",
  datetime: "xsd:dateTime",
  time: "xsd:time",
  address: "urn:address",
  anyType: "xsd:anyType",
};

function picklistValues(org: Org, field: FieldSchema): unknown[] {
  const value = (text: string, isDefault: boolean): unknown => ({
    active: true,
    defaultValue: isDefault,
    label: text,
    validFor: null,
    value: text,
  });
  if (field.picklistObject === null) return field.picklist.map((each) => value(each, each === field.emptyValue));
  const order = (sort: unknown): number => (typeof sort === "number" ? sort : 0);
  return [...org.tableNamed(field.picklistObject).all()]
    .sort((a, b) => order(a["SortOrder"]) - order(b["SortOrder"]))
    .map((row) => ({
      active: row["IsActive"] ?? true,
      defaultValue: row["IsDefault"] ?? false,
      label: row["MasterLabel"] ?? row["ApiName"] ?? null,
      validFor: null,
      value: row["ApiName"] ?? null,
    }));
}

function describeField(org: Org, field: FieldSchema): Record<string, unknown> {
  const text = field.length > 0 && field.type !== "id" && field.type !== "reference";
  const long = field.type === "textarea" && field.length > 255;
  const opaque = field.type === "address" || field.type === "anyType" || long;
  const groupable = !opaque && field.type !== "datetime" && field.type !== "double" && field.type !== "currency";
  const polymorphic = field.referenceTo.length > 1;
  return {
    aggregatable: !opaque && field.type !== "boolean",
    aiPredictionField: false,
    autoNumber: field.autoNumber,
    byteLength: text ? field.length * 3 : field.length,
    calculated: field.calculated,
    calculatedFormula: field.formula,
    cascadeDelete: field.cascadeDelete,
    caseSensitive: false,
    compoundFieldName: field.compoundFieldName,
    controllerName: null,
    createable: field.createable,
    custom: field.custom,
    defaultValue: field.type === "boolean" ? false : null,
    defaultValueFormula: null,
    defaultedOnCreate: field.defaultedOnCreate,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === "int" ? field.precision : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable,
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.type === "id" || field.externalId || (field.nameField && field.compute === null),
    inlineHelpText: null,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: polymorphic,
    nillable: field.nillable,
    permissionable: field.createable && field.nillable,
    picklistValues: field.type === "picklist" || field.type === "multipicklist" ? picklistValues(org, field) : [],
    polymorphicForeignKey: polymorphic,
    precision: field.type === "int" ? 0 : field.precision,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restrictedPicklist,
    scale: field.scale,
    searchPrefilterable: field.type === "reference",
    soapType: SOAP_TYPES[field.type] ?? "xsd:string",
    sortable: field.filterable && !opaque,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable,
    writeRequiresMasterRead: false,
  };
}

/** One entry of describeGlobal, and the head of an object's describe (reference salesforce.md §6). */
export function describeSummary(object: ObjectSchema, version: string): Record<string, unknown> {
  const base = `/services/data/v${version}/sobjects/${object.name}`;
  const historyOf = object.keyPrefix === "017" ? object.name.replace(/(?:Field)?History$/u, "") : null;
  return {
    activateable: false,
    associateEntityType: historyOf === null ? null : "History",
    associateParentEntity: historyOf,
    createable: object.createable,
    custom: object.custom,
    customSetting: false,
    deepCloneable: false,
    deletable: object.deletable,
    deprecatedAndHidden: false,
    feedEnabled: object.deletable,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: object.deletable,
    mergeable: object.mergeable,
    mruEnabled: object.deletable,
    name: object.name,
    queryable: true,
    replicateable: object.replicateable,
    retrieveable: true,
    searchable: object.createable,
    triggerable: object.createable,
    undeletable: object.deletable,
    updateable: object.updateable,
    urls: { rowTemplate: `${base}/{ID}`, describe: `${base}/describe`, sobject: base },
  };
}

/** `GET sobjects`. */
export function describeGlobal(org: Org, version: string): Record<string, unknown> {
  return {
    encoding: "UTF-8",
    maxBatchSize: 200,
    sobjects: org.schema.objects
      .filter((each) => org.visibility.shows(each))
      .map((each) => describeSummary(each, version)),
  };
}

function recordTypeInfos(org: Org, object: ObjectSchema, version: string): unknown[] {
  const base = `/services/data/v${version}/sobjects/${object.name}/describe/layouts`;
  const own = [...org.tableNamed("RecordType").all()].filter((each) => each["SobjectType"] === object.name);
  const info = (id: string, name: unknown, developerName: unknown, master: boolean): unknown => ({
    active: true,
    available: true,
    defaultRecordTypeMapping: master && own.length === 0,
    developerName,
    master,
    name,
    recordTypeId: id,
    urls: { layout: `${base}/${id}` },
  });
  return [
    ...own.map((each) => info(each.Id, each["Name"] ?? null, each["DeveloperName"] ?? null, false)),
    info("012000000000000AAA", "Master", "Master", true),
  ];
}

/** `GET sobjects/X/describe`. */
export function describeObject(org: Org, object: ObjectSchema, version: string): Record<string, unknown> {
  return {
    ...describeSummary(object, version),
    actionOverrides: [],
    childRelationships: object.children.map((child) => ({
      cascadeDelete: child.cascadeDelete,
      childSObject: child.object,
      deprecatedAndHidden: false,
      field: child.field,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: child.name,
      restrictedDelete: false,
    })),
    compactLayoutable: object.deletable,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: org.visibility.fields(object).map((each) => describeField(org, each)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: recordTypeInfos(org, object, version),
    searchLayoutable: object.deletable,
    sobjectDescribeOption: "FULL",
    supportedScopes: [{ label: `All ${object.labelPlural}`, name: "everything" }],
  };
}
