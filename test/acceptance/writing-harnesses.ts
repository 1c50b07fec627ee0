import { asanaProjectWriting, asanaTaskWriting } from "../connectors/asana/writing-harness.ts";
import { mondayNotedWriting, mondayWriting } from "../connectors/monday/writing-harness.ts";
import { salesforceWriting } from "../connectors/salesforce/writing-harness.ts";
import type { WritingHarness } from "./writing-harness.ts";

/** Every kind of record that the hub writes. */
export const WRITING_HARNESSES: readonly WritingHarness[] = [
  salesforceWriting,
  asanaProjectWriting,
  asanaTaskWriting,
  mondayWriting,
  mondayNotedWriting,
];
