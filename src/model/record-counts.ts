/** What storing came to, in records. */
export interface RecordCounts {
  readonly inserted: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Of the removed ones, those that are out of sight and may live. */
  readonly outOfSight: number;
  readonly rejected: number;
  /** Ids that stood twice on one page with other contents: only the later is stored, since an id names one record. */
  readonly repeated: number;
}

export const NO_RECORDS: RecordCounts = {
  inserted: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  outOfSight: 0,
  rejected: 0,
  repeated: 0,
};

export function addCounts(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {
    inserted: a.inserted + b.inserted,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    removed: a.removed + b.removed,
    outOfSight: a.outOfSight + b.outOfSight,
    rejected: a.rejected + b.rejected,
    repeated: a.repeated + b.repeated,
  };
}
