import type { Register } from "./options.ts";

/** Read-only questions and checks. */
export const inspectionCommands: Register = () => {};
