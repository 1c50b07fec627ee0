import { salesforceId } from "../ids.ts";
import type { Row, Value } from "../schema/index.ts";

type Values = Readonly<Record<string, Value>>;

const TASK = ["Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"];
const CASE = ["New", "Working", "Escalated", "Closed"];
const CONTRACT = ["In Approval Process", "Activated", "Draft"] as const;
const CODES = { "In Approval Process": "InApproval", Activated: "Activated", Draft: "Draft" } as const;

function values(prefix: string, from: number, names: readonly string[], more: (name: string) => Values): Row[] {
  return names.map((name, index) => ({
    Id: salesforceId(prefix, from + index),
    MasterLabel: name,
    ApiName: name,
    SortOrder: index + 1,
    IsDefault: index === 0,
    ...more(name),
  }));
}

/** The rows of setup objects an org has from its first day; they stand in where a seed has none of its own. */
export const DEFAULT_ROWS: Readonly<Record<string, readonly Row[]>> = {
  TaskStatus: values("01J", 9001, TASK, (name) => ({ IsClosed: name === "Completed" })),
  CaseStatus: values("01J", 9101, CASE, (name) => ({ IsClosed: name === "Closed" })),
  ContractStatus: values("01J", 9201, CONTRACT, (name) => ({
    StatusCode: CONTRACT.filter((each) => each === name).map((each) => CODES[each])[0] ?? "Draft",
  })),
  Profile: ["System Administrator", "Standard User"].map((name, index) => ({
    Id: salesforceId("00e", index + 1),
    Name: name,
  })),
};
