import type { ItemPages } from "./pages.ts";
import type { Budget } from "./limits.ts";
import type { MondayState } from "./state.ts";

/** What one GraphQL execution carries. */
export interface RequestContext {
  readonly state: MondayState;
  readonly pages: ItemPages;
  /** The user the token belongs to, or whom a control write acts as. */
  readonly userId: string;
  readonly version: { readonly value: string; readonly kind: string; readonly display_name: string };
  readonly budget: Budget;
  /** Complexity points spent so far. */
  cost: number;
  /** The static count of objects in the query, times the points of one. */
  readonly estimate: number;
}
