/** One rule of an ItemsQuery (reference monday.md §6, Filters). */
export interface Rule {
  readonly column_id: string;
  readonly compare_value: unknown;
  readonly compare_attribute?: string | null;
  readonly operator: string;
}

export interface RuleGroup {
  readonly rules?: readonly Rule[] | null;
  readonly groups?: readonly RuleGroup[] | null;
  readonly operator?: "and" | "or" | null;
}
