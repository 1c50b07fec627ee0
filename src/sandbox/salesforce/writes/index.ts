export type { WriteContext } from "./context.ts";
export { deleteRecord, hardDelete, undelete } from "./deletes.ts";
export { createRecord, liveRecord, MultipleChoices, updateRecord, upsertKey, upsertRecord } from "./records.ts";
export type { Body, UpsertOutcome } from "./records.ts";
export { convertLead } from "./convert-lead.ts";
export { mergeRecords } from "./merge.ts";
