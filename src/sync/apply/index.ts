export * from "./apply-plan.ts";
export * from "./approve.ts";
export type { Outcome } from "./carriage.ts";
export { APPROVAL_MS, approvalsInForce } from "./due.ts";
export { createEchoFilter } from "./echo.ts";
export type { EchoFilter } from "./echo.ts";
export { applyStep, isComplete } from "./step.ts";
export type { ApplyInput, ApplyReport } from "./step.ts";
export { inversePlan } from "./undo.ts";
