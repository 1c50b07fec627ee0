import type { MondayItemSeed } from "../seeds.ts";

/** One item; replaced, never changed in place, so that a page or a lagging read can keep the version it saw. */
export interface Item extends MondayItemSeed {
  readonly boardId: string;
}

export interface Group {
  readonly id: string;
  title: string;
  color: string;
}

export interface Column {
  readonly id: string;
  title: string;
  readonly type: string;
  description: string | null;
  /** Label text by status index or dropdown id; empty for other types. */
  labels: Map<string, string>;
  doneIndexes: readonly number[];
  /** Settings of the types without labels (`boardIds`, `unit` …). */
  readonly extra: Readonly<Record<string, unknown>>;
  revision: number;
}
