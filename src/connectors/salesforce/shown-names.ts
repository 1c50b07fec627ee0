import type { JsonObject } from "../../model/index.ts";
import type { NameList, NamesFace } from "../kit/index.ts";

/** Records hold the API name, which stays; people see the label, which is renamed and translated (reference salesforce.md §10). */
const LISTS = [
  { stream: "Opportunity", field: "StageName", of: "OpportunityStage", means: stageMeaning },
  { stream: "Lead", field: "Status", of: "LeadStatus", means: statusMeaning },
] as const;

/** Stages and lead statuses. What they count as in forecasts and conversion tells a new meaning from a new label. */
export const salesforceNames: NamesFace = {
  streams: LISTS.map(({ of }) => of),
  lists: ({ references }) =>
    LISTS.map(({ stream, field, of, means }): NameList => ({
      stream,
      field,
      holds: "ids",
      scope: null,
      shown: [...(references[of]?.values() ?? [])].flatMap((row) => {
        const id = text(row, "ApiName");
        const name = text(row, "MasterLabel");
        return id === null || name === null ? [] : [{ id, name, means: means(row) }];
      }),
    })),
};

function stageMeaning(row: JsonObject): string {
  if (row["IsWon"] === true) return "won";
  return row["IsClosed"] === true ? "lost" : "open";
}

function statusMeaning(row: JsonObject): string {
  return row["IsConverted"] === true ? "converted" : "open";
}

function text(row: JsonObject, field: string): string | null {
  const value = row[field];
  return typeof value === "string" && value !== "" ? value : null;
}
