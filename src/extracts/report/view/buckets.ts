/** Classes of how long a case took. */
export const CYCLE_BUCKETS: readonly { readonly label: string; readonly belowDays: number | null }[] = [
  { label: "< 1 d", belowDays: 1 },
  { label: "1–3 d", belowDays: 3 },
  { label: "3–7 d", belowDays: 7 },
  { label: "1–2 w", belowDays: 14 },
  { label: "2–3 w", belowDays: 21 },
  { label: "3–4 w", belowDays: 28 },
  { label: "4–6 w", belowDays: 42 },
  { label: "6–9 w", belowDays: 63 },
  { label: "9–13 w", belowDays: 91 },
  { label: "13–26 w", belowDays: 182 },
  { label: "> 26 w", belowDays: null },
];

/** Classes of how long a handoff has waited for somebody. */
export const AGE_BUCKETS: readonly { readonly label: string; readonly belowDays: number | null }[] = [
  { label: "under a day", belowDays: 1 },
  { label: "1–3 days", belowDays: 3 },
  { label: "3–7 days", belowDays: 7 },
  { label: "1–4 weeks", belowDays: 28 },
  { label: "1–3 months", belowDays: 91 },
  { label: "longer", belowDays: null },
];
