import { DAY, HubError, toIso } from "../../model/index.ts";
import type { Instant } from "../../model/index.ts";
import { REQUEST_REFUSED } from "./failures.ts";

/** Forms of a filter on the last update, best first (reference monday.md §7.1). */
export const FILTER_FORMS = ["between", "attribute", "keyword"] as const;
export type FilterForm = (typeof FILTER_FORMS)[number];

const COLUMN = "__last_updated__";
/** So far past now that no clock difference and no late commit falls out of the window. */
const AHEAD_MS = DAY;

/**
 * `query_params` for items updated at or after an instant (null: all), oldest update first. The keyword form is coarser
 * than asked; its caller has to leave out what is older.
 */
export function updatedSince(form: FilterForm, from: Instant | null, now: Instant): Record<string, unknown> {
  const order = { order_by: [{ column_id: COLUMN, direction: "asc" }] };
  if (from === null) return order;
  const rule = { column_id: COLUMN, ...ruleOf(form, from, now) };
  return "operator" in rule ? { ...order, rules: [rule] } : order;
}

function ruleOf(form: FilterForm, from: Instant, now: Instant): Record<string, unknown> {
  switch (form) {
    case "between":
      return { operator: "between", compare_value: [toIso(from), toIso(now + AHEAD_MS)] };
    case "attribute":
      return {
        operator: "greater_than_or_equals",
        compare_value: ["EXACT", toIso(from)],
        compare_attribute: "UPDATED_AT",
      };
    case "keyword": {
      const words = keywords(now - from);
      return words === null ? {} : { operator: "any_of", compare_value: words, compare_attribute: "UPDATED_AT" };
    }
    default:
      return {};
  }
}

/** Words that surely reach back that far, whatever zone the user's profile has; null when none does. */
function keywords(age: number): readonly string[] | null {
  if (age <= DAY) return ["TODAY", "YESTERDAY"];
  if (age <= 7 * DAY) return ["THIS_WEEK", "LAST_WEEK"];
  if (age <= 28 * DAY) return ["THIS_MONTH", "LAST_MONTH"];
  return null;
}

/** The next form to try after a refusal; undefined when the error is another one or no form is left. */
export function nextForm(error: unknown, form: FilterForm): FilterForm | undefined {
  if (!(error instanceof HubError) || error.code !== REQUEST_REFUSED) return undefined;
  return FILTER_FORMS[FILTER_FORMS.indexOf(form) + 1];
}
