import { salesforceId } from "../salesforce/ids.ts";

/** Ids in the form each system gives them, in order of asking; the same run asks in the same order. */
export interface Ids {
  salesforce(prefix: string): string;
  asana(): string;
  monday(): string;
  /** A UUID-shaped id for one row of a monday activity log. */
  activity(): string;
  /** `C-10001`, `C-10002`, … */
  contractNumber(): string;
}

/** Counters that start over with every scenario. */
export function createIds(): Ids {
  const counts = new Map<string, number>();
  let asana = 1_209_000_000_100_000;
  let monday = 9_100_100_000;
  let activity = 0;
  let contract = 10_000;
  return {
    salesforce: (prefix) => {
      const n = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, n);
      return salesforceId(prefix, 100_000 + n);
    },
    asana: () => {
      asana += 13;
      return String(asana);
    },
    monday: () => {
      monday += 7;
      return String(monday);
    },
    activity: () => {
      activity += 1;
      const hex = activity.toString(16).padStart(12, "0");
      return `5b1e${hex.slice(8)}-${hex.slice(4, 8)}-4a6f-9c3d-${hex}`;
    },
    contractNumber: () => {
      contract += 1;
      return `C-${String(contract)}`;
    },
  };
}
