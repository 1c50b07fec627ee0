import type { App } from "./apps.ts";
import type { ItemPages } from "./pages.ts";
import type { Budget } from "./limits.ts";
import type { MondayState } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";

/** Whom a call acts for. */
export interface Caller {
  /** The user the token belongs to, or whom a control write acts as. */
  readonly userId: string;
  /** The app of an OAuth token. */
  readonly app: App | null;
  /** What an OAuth token was granted; null for a personal token, which may do all its user may. */
  readonly scopes: ReadonlySet<string> | null;
  readonly budget: Budget;
  readonly version: { readonly value: string; readonly kind: string; readonly display_name: string };
}

/** What one GraphQL execution carries. */
export interface RequestContext extends Caller {
  readonly state: MondayState;
  readonly pages: ItemPages;
  readonly webhooks: Webhooks;
  /** Complexity points spent so far. */
  cost: number;
  /** The static count of objects in the query, times the points of one. */
  readonly estimate: number;
}
