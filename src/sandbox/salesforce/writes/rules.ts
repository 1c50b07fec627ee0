import type { ObjectSchema, Row, Value } from "../schema/index.ts";
import { has } from "./context.ts";
import type { Draft, WriteContext } from "./context.ts";
import { SalesforceError } from "../errors.ts";
import type { Values } from "./values.ts";

/** A write on its way: what was there, what will be, and which fields the caller gave. */
interface Change {
  readonly context: WriteContext;
  readonly object: ObjectSchema;
  readonly former: Row | null;
  readonly draft: Draft;
  readonly given: Values;
}

const FORECAST: Readonly<Record<string, string>> = {
  Omitted: "Omitted",
  Pipeline: "Pipeline",
  "Best Case": "BestCase",
  Commit: "Forecast",
  Closed: "Closed",
};
const STATUS_CODES: Readonly<Record<string, string>> = {
  Draft: "Draft",
  "In Approval Process": "InApproval",
  Activated: "Activated",
  Expired: "Expired",
  Terminated: "Terminated",
};

function changed(change: Change, field: string): boolean {
  return (change.former?.[field] ?? null) !== (change.draft[field] ?? null);
}

/** Derives probability, closed, won and forecast from the stage (reference salesforce.md §10, §14). */
function opportunity(change: Change): void {
  const { context, draft, given, former } = change;
  if (changed(change, "StageName")) {
    const stages = context.org.tableNamed("OpportunityStage").all();
    const stage = [...stages].find((each) => each["ApiName"] === draft["StageName"]);
    if (stage !== undefined) {
      if (!given.has("Probability")) draft["Probability"] = stage["DefaultProbability"] ?? 0;
      draft["IsClosed"] = stage["IsClosed"] ?? false;
      draft["IsWon"] = stage["IsWon"] ?? false;
      if (!given.has("ForecastCategoryName")) {
        draft["ForecastCategoryName"] = stage["ForecastCategoryName"] ?? null;
        draft["ForecastCategory"] = stage["ForecastCategory"] ?? null;
      }
    }
    if (former !== null) draft["LastStageChangeDate"] = context.at;
  }
  if (given.has("ForecastCategoryName")) {
    const name = draft["ForecastCategoryName"];
    draft["ForecastCategory"] = typeof name === "string" ? (FORECAST[name] ?? null) : null;
  }
}

function lead(change: Change): void {
  const { context, draft, former } = change;
  if (former !== null) return;
  if (draft["Status"] == null) {
    const statuses = [...context.org.tableNamed("LeadStatus").all()];
    const status = statuses.find((each) => each["IsDefault"] === true) ?? statuses[0];
    draft["Status"] = status?.["ApiName"] ?? null;
  }
  draft["IsUnreadByOwner"] ??= true;
}

function endDate(start: Value, term: Value): Value {
  if (typeof start !== "string" || typeof term !== "number") return null;
  const [year = 0, month = 1, day = 1] = start.split("-").map(Number);
  const target = new Date(Date.UTC(year, month - 1 + term, 1));
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  // The term ends the day before its anniversary.
  target.setUTCDate(Math.min(day, last + 1) - 1);
  return target.toISOString().slice(0, 10);
}

function contract(change: Change): void {
  const { context, draft, former } = change;
  draft["Status"] ??= "Draft";
  const status = draft["Status"];
  if (changed(change, "Status")) {
    draft["StatusCode"] = typeof status === "string" ? (STATUS_CODES[status] ?? "Draft") : "Draft";
    if (draft["StatusCode"] === "Activated") {
      draft["ActivatedDate"] = context.at;
      draft["ActivatedById"] = context.userId;
    }
  }
  if (former === null || changed(change, "StartDate") || changed(change, "ContractTerm")) {
    draft["EndDate"] = endDate(draft["StartDate"] ?? null, draft["ContractTerm"] ?? null);
  }
  if (former === null) {
    const number = context.org.tableNamed("Contract").size + 100;
    draft["ContractNumber"] = String(number).padStart(8, "0");
  }
}

function supportCase(change: Change): void {
  const { context, draft, former } = change;
  const statuses = [...context.org.tableNamed("CaseStatus").all()];
  draft["Status"] ??= statuses.find((each) => each["IsDefault"] === true)?.["ApiName"] ?? "New";
  if (changed(change, "Status")) {
    draft["IsClosed"] = statuses.find((each) => each["ApiName"] === draft["Status"])?.["IsClosed"] === true;
    draft["ClosedDate"] = draft["IsClosed"] ? context.at : null;
  }
  if (former === null) {
    draft["CaseNumber"] = String(context.org.tableNamed("Case").size + 1001).padStart(8, "0");
  }
}

/** The account an activity belongs to, by what it is about or whom it is with. */
function activityAccount(change: Change): void {
  const { context, draft } = change;
  const related = [
    [draft["WhatId"], ["Account", "Opportunity", "Contract", "Case"]],
    [draft["WhoId"], ["Contact"]],
  ] as const;
  for (const [id, objects] of related) {
    const found = typeof id === "string" ? context.org.find(id, objects) : undefined;
    if (found === undefined) continue;
    draft["AccountId"] = found.table.object.name === "Account" ? found.row.Id : (found.row["AccountId"] ?? null);
    return;
  }
  draft["AccountId"] = null;
}

function task(change: Change): void {
  const { context, draft, former } = change;
  draft["Status"] ??= "Not Started";
  draft["Priority"] ??= "Normal";
  draft["TaskSubtype"] ??= "Task";
  draft["IsHighPriority"] = draft["Priority"] === "High";
  draft["IsClosed"] = draft["Status"] === "Completed";
  if (former === null || former["IsClosed"] !== draft["IsClosed"]) {
    draft["CompletedDateTime"] = draft["IsClosed"] ? context.at : null;
  }
  activityAccount(change);
}

function event(change: Change): void {
  const { draft } = change;
  const start = draft["StartDateTime"] ?? draft["ActivityDateTime"] ?? null;
  const minutes = draft["DurationInMinutes"];
  if (typeof start === "string") {
    draft["StartDateTime"] = start;
    draft["ActivityDateTime"] = start;
    draft["ActivityDate"] = start.slice(0, 10);
    if (typeof minutes === "number") {
      draft["EndDateTime"] = new Date(Date.parse(start) + minutes * 60_000).toISOString();
    }
  }
  activityAccount(change);
}

function fullName(change: Change): void {
  const { draft } = change;
  if (!changed(change, "FirstName") && !changed(change, "LastName")) return;
  const parts = [draft["FirstName"], draft["LastName"]].filter((each) => typeof each === "string" && each !== "");
  draft["Name"] = parts.join(" ");
}

/** Fills in what the platform itself sets when a record is saved. */
export function applyRules(change: Change): void {
  const { context, object, draft, former } = change;
  if (former === null && has(object, "OwnerId") && object.fieldsByName.get("ownerid")?.createable === true) {
    draft["OwnerId"] ??= context.userId;
  }
  if (object.fieldsByName.get("name")?.calculated !== true && has(object, "LastName")) fullName(change);
  switch (object.name) {
    case "Opportunity":
      opportunity(change);
      break;
    case "Lead":
      lead(change);
      break;
    case "Case":
      supportCase(change);
      break;
    case "Contract":
      contract(change);
      break;
    case "Task":
      task(change);
      break;
    case "Event":
      event(change);
      break;
    default:
      break;
  }
}

/** Refuses to hand a record to a user who has left. */
export function checkOwner(change: Omit<Change, "former">): void {
  const { context, object, draft, given } = change;
  const owner = given.get("OwnerId");
  if (typeof owner !== "string" || !owner.startsWith("005")) return;
  if (context.org.tableNamed("User").get(owner)?.["IsActive"] !== false) return;
  throw new SalesforceError(
    400,
    "INACTIVE_OWNER_OR_USER",
    `operation performed with inactive user [${String(draft["OwnerId"])}] as owner of ${object.name.toLowerCase()}`,
    [],
  );
}

/** Refuses a second record with the same value in a unique field. */
export function checkUnique(change: Omit<Change, "former">): void {
  const { context, object, draft, given } = change;
  for (const name of given.keys()) {
    const field = object.fieldsByName.get(name.toLowerCase());
    const value = draft[name];
    if (field?.unique !== true || typeof value !== "string") continue;
    const other = context.org
      .table(object)
      .withValue(name, value)
      .find((each) => each.Id !== draft.Id);
    if (other !== undefined && other["IsDeleted"] !== true) {
      throw new SalesforceError(
        400,
        "DUPLICATE_VALUE",
        `duplicate value found: ${name} duplicates value on record with id: ${other.Id}`,
        [],
      );
    }
  }
}
