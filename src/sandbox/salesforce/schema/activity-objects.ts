import {
  AUDIT,
  CURRENCY,
  day,
  flag,
  ID_FIELD,
  instant,
  integer,
  IS_DELETED,
  longText,
  lookup,
  picklist,
  READ_ONLY,
  text,
} from "./fields.ts";
import type { FieldSchema } from "./types.ts";

const WHAT = ["Account", "Opportunity", "Contract", "Case", "Campaign"];
const REMINDERS: readonly FieldSchema[] = [
  instant("ReminderDateTime", "Reminder Date/Time"),
  flag("IsReminderSet", "Reminder Set"),
];

function links(children: string): FieldSchema[] {
  return [
    lookup("WhoId", "Name ID", ["Contact", "Lead"], "Who", { children }),
    lookup("WhatId", "Related To ID", WHAT, "What", { children, cascadeDelete: true }),
    text("Subject", "Subject", 255),
  ];
}

/** Standard fields of Task (reference salesforce.md §10). */
export function taskFields(): FieldSchema[] {
  return [
    ID_FIELD,
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    ...links("Tasks"),
    day("ActivityDate", "Due Date Only"),
    picklist(
      "Status",
      "Status",
      { from: "TaskStatus" },
      {
        nillable: false,
        defaultedOnCreate: true,
      },
    ),
    picklist("Priority", "Priority", ["High", "Normal", "Low"], { nillable: false, defaultedOnCreate: true }),
    flag("IsHighPriority", "High Priority", READ_ONLY),
    lookup("OwnerId", "Assigned To ID", ["Group", "User"], "Owner", { nillable: false, defaultedOnCreate: true }),
    longText("Description", "Description", 32_000),
    CURRENCY,
    picklist("Type", "Type", ["Call", "Meeting", "Other"]),
    IS_DELETED,
    lookup("AccountId", "Account ID", ["Account"], "Account", READ_ONLY),
    flag("IsClosed", "Closed", READ_ONLY),
    ...AUDIT,
    flag("IsArchived", "Archived", READ_ONLY),
    integer("CallDurationInSeconds", "Call Duration"),
    picklist("CallType", "Call Type", ["Internal", "Inbound", "Outbound"]),
    text("CallDisposition", "Call Result", 255),
    ...REMINDERS,
    flag("IsRecurrence", "Create Recurring Series of Tasks", { updateable: false }),
    picklist("TaskSubtype", "Task Subtype", ["Task", "Email", "ListEmail", "Call"], { updateable: false }),
    instant("CompletedDateTime", "Completed Date", READ_ONLY),
  ];
}

/** Standard fields of Event. */
export function eventFields(): FieldSchema[] {
  return [
    ID_FIELD,
    lookup("RecordTypeId", "Record Type ID", ["RecordType"], "RecordType"),
    ...links("Events"),
    text("Location", "Location", 255),
    flag("IsAllDayEvent", "All-Day Event"),
    instant("ActivityDateTime", "Due Date Time"),
    day("ActivityDate", "Due Date Only"),
    integer("DurationInMinutes", "Duration"),
    instant("StartDateTime", "Start Date Time"),
    instant("EndDateTime", "End Date Time"),
    longText("Description", "Description", 32_000),
    lookup("AccountId", "Account ID", ["Account"], "Account", READ_ONLY),
    lookup("OwnerId", "Assigned To ID", ["User"], "Owner", { nillable: false, defaultedOnCreate: true }),
    CURRENCY,
    picklist("Type", "Type", ["Email", "Meeting", "Other", "Call"]),
    flag("IsPrivate", "Private"),
    picklist("ShowAs", "Show Time As", ["Busy", "OutOfOffice", "Free"], {
      defaultedOnCreate: true,
      emptyValue: "Busy",
    }),
    IS_DELETED,
    flag("IsChild", "Is Child", READ_ONLY),
    flag("IsArchived", "Archived", READ_ONLY),
    ...AUDIT,
    ...REMINDERS,
    flag("IsRecurrence", "Create Recurring Series of Events", { updateable: false }),
    picklist("EventSubtype", "Event Subtype", ["Event"], { updateable: false, emptyValue: "Event" }),
  ];
}
